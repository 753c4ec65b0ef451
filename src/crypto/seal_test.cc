#include "crypto/seal.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "tests/support/seeded_random.h"

namespace cardea::crypto {
namespace {

SecretBytes key_of(char fill) { return SecretBytes(std::string(kSealKeyBytes, fill)); }

Sealer sealer_of(std::initializer_list<char> fills) {
  std::vector<SecretBytes> keys;
  for (const char fill : fills) keys.push_back(key_of(fill));
  return Sealer(std::move(keys));
}

constexpr std::string_view kPlace = "credential.secret/42";

TEST(Sealer, RefusesAnotherPlace) {
  const auto sealer = sealer_of({'a'});
  const auto sealed = sealer.seal("plain", kPlace);
  EXPECT_EQ(sealer.open(sealed, "credential.secret/43").error(), SealError::kCorrupt);
  EXPECT_EQ(sealer.open(sealed, "credential.secret/4").error(), SealError::kCorrupt);
}

TEST(Sealer, RefusesEveryChangedByte) {
  const auto sealer = sealer_of({'a'});
  const auto sealed = sealer.seal("plain", kPlace);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto opened = sealer.open(changed, kPlace);
    ASSERT_FALSE(opened.has_value()) << i;
    const auto expected = i == 0 ? SealError::kMalformed : i < 9 ? SealError::kWrongKey : SealError::kCorrupt;
    EXPECT_EQ(opened.error(), expected) << i;
  }
}

TEST(Sealer, RefusesEveryShorterOrLongerValue) {
  const auto sealer = sealer_of({'a'});
  const auto sealed = sealer.seal("plain", kPlace);
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(sealer.open(std::string_view(sealed).substr(0, size), kPlace).has_value()) << size;
  }
  EXPECT_FALSE(sealer.open(sealed + "x", kPlace).has_value());
}

TEST(Sealer, RefusesAKeyThatIsNotInTheRing) {
  EXPECT_EQ(sealer_of({'b'}).open(sealer_of({'a'}).seal("plain", kPlace), kPlace).error(), SealError::kWrongKey);
}

TEST(Sealer, RefusesLooseText) {
  const auto sealer = sealer_of({'a'});
  const auto text = sealer.seal_text("plain", kPlace);
  EXPECT_EQ(sealer.open_text(text + "=", kPlace).error(), SealError::kMalformed);
  EXPECT_EQ(sealer.open_text(text + " ", kPlace).error(), SealError::kMalformed);
  EXPECT_EQ(sealer.open_text("", kPlace).error(), SealError::kMalformed);
  EXPECT_EQ(sealer.open_text("not/base64url", kPlace).error(), SealError::kMalformed);
}

TEST(SealerDeathTest, RefusesToSealForNowhereAndToWorkWithoutKeys) {
  const auto sealer = sealer_of({'a'});
  EXPECT_DEATH((void)sealer.seal("plain", ""), "assertion failed");
  EXPECT_DEATH(sealer_of({}), "assertion failed");
  std::vector<SecretBytes> short_key;
  short_key.push_back(SecretBytes(std::string(16, 'a')));
  EXPECT_DEATH(Sealer(std::move(short_key)), "assertion failed");
}

TEST(Sealer, OpensWhatItSealed) {
  const auto sealer = sealer_of({'a'});
  for (const std::size_t size : {0u, 1u, 15u, 16u, 4096u}) {
    const std::string plain(size, 'p');
    const auto sealed = sealer.seal(plain, kPlace);
    EXPECT_EQ(sealed.size(), plain.size() + kSealOverheadBytes);
    EXPECT_EQ(sealer.open(sealed, kPlace)->reveal(), plain);
    EXPECT_EQ(sealer.open_text(sealer.seal_text(plain, kPlace), kPlace)->reveal(), plain);
  }
}

TEST(Sealer, NeverSealsTheSameWayTwice) {
  const auto sealer = sealer_of({'a'});
  EXPECT_NE(sealer.seal("plain", kPlace), sealer.seal("plain", kPlace));
}

TEST(Sealer, KeepsReadingOlderKeys) {
  const auto old_value = sealer_of({'a'}).seal("plain", kPlace);
  const auto rotated = sealer_of({'b', 'a'});
  EXPECT_EQ(rotated.open(old_value, kPlace)->reveal(), "plain");
  EXPECT_TRUE(rotated.needs_reseal(old_value));
  EXPECT_FALSE(rotated.needs_reseal(rotated.seal("plain", kPlace)));
  EXPECT_EQ(sealer_of({'a'}).open(rotated.seal("plain", kPlace), kPlace).error(), SealError::kWrongKey);
}

TEST(DataKey, RefusesAnotherMasterKeyAndDamage) {
  SeededRandom random(3);
  auto wrapped = wrap_new_data_key(key_of('m'), random);
  EXPECT_EQ(unwrap(key_of('n'), wrapped).error(), SealError::kWrongKey);
  EXPECT_EQ(add_data_key(key_of('n'), wrapped, random).error(), SealError::kWrongKey);
  EXPECT_EQ(rewrap(key_of('n'), key_of('m'), wrapped).error(), SealError::kWrongKey);
  EXPECT_EQ(unwrap(key_of('m'), "").error(), SealError::kMalformed);
  wrapped.back() = static_cast<char>(wrapped.back() ^ 1);
  EXPECT_EQ(unwrap(key_of('m'), wrapped).error(), SealError::kCorrupt);
  // A value that the master key sealed for something else is no ring.
  std::vector<SecretBytes> keys;
  keys.push_back(key_of('m'));
  EXPECT_EQ(unwrap(key_of('m'), Sealer(std::move(keys)).seal("plain", kPlace)).error(), SealError::kCorrupt);
}

TEST(DataKey, RotatesAndRewraps) {
  SeededRandom random(3);
  const auto wrapped = wrap_new_data_key(key_of('m'), random);
  const auto sealed = unwrap(key_of('m'), wrapped)->seal("plain", kPlace);
  auto rotated = add_data_key(key_of('m'), wrapped, random);
  ASSERT_TRUE(rotated.has_value());
  EXPECT_EQ(unwrap(key_of('m'), *rotated)->open(sealed, kPlace)->reveal(), "plain");
  EXPECT_TRUE(unwrap(key_of('m'), *rotated)->needs_reseal(sealed));
  const auto moved = rewrap(key_of('m'), key_of('n'), *rotated);
  EXPECT_EQ(unwrap(key_of('n'), *moved)->open(sealed, kPlace)->reveal(), "plain");
  EXPECT_EQ(unwrap(key_of('m'), *moved).error(), SealError::kWrongKey);
  for (std::size_t i = 0; i < kSealKeysMax; ++i) rotated = add_data_key(key_of('m'), *rotated, random);
  EXPECT_EQ(unwrap(key_of('m'), *rotated)->open(sealed, kPlace).error(), SealError::kWrongKey);  // fell out of the ring
}

}  // namespace
}  // namespace cardea::crypto
