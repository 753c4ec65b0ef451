#include "gate/token/verified_tokens.h"

#include <gtest/gtest.h>

#include "gate/token/gate_fixture.h"

namespace cardea::gate {
namespace {

class VerifiedTokensTest : public ::testing::Test {
 protected:
  ProviderPtr provider = provider_with_key(settings_named("p", {"https://p.example"}, {jose::Algorithm::kES256}),
                                           named_key("p", jose::Algorithm::kES256));
  ProviderSet set{{provider}};
  VerifiedTokens seen;
  const std::string token = token_of(named_key("p", jose::Algorithm::kES256), good_claims("https://p.example"));
  const std::shared_ptr<const Caller> caller = std::make_shared<const Caller>(check_token(set, token, kNow).value());

  /// One of many in one set of places: they differ where the set is not told by.
  static TokenDigest digest(unsigned number) {
    TokenDigest made{};
    made[10] = static_cast<std::uint8_t>(number);
    made[11] = static_cast<std::uint8_t>(number >> 8U);
    made[12] = 1;
    return made;
  }
};

TEST_F(VerifiedTokensTest, refuses_what_was_never_put_and_what_is_like_it) {
  EXPECT_EQ(seen.find(digest(1), set, kNow), nullptr);
  EXPECT_EQ(seen.find(TokenDigest{}, set, kNow), nullptr);
  seen.put(digest(1), caller, set);
  EXPECT_EQ(seen.find(digest(1), set, kNow), caller);
  EXPECT_EQ(seen.find(TokenDigest{}, set, kNow), nullptr);
  for (std::size_t byte = 0; byte < TokenDigest{}.size(); ++byte) {
    auto other = digest(1);
    other[byte] ^= 0x80U;
    EXPECT_EQ(seen.find(other, set, kNow), nullptr) << byte;
  }
}

TEST_F(VerifiedTokensTest, refuses_what_expired_and_what_other_keys_vouched_for) {
  seen.put(digest(1), caller, set);
  EXPECT_EQ(seen.find(digest(1), set, *caller->token->exp()), nullptr);
  EXPECT_EQ(seen.find(digest(1), set, *caller->token->exp() - seconds{1}), caller);
  provider->replace_keys(jose::KeySet());
  EXPECT_EQ(seen.find(digest(1), set, kNow), nullptr);
}

TEST_F(VerifiedTokensTest, who_was_not_looked_up_for_longest_makes_room) {
  for (unsigned i = 0; i < VerifiedTokens::kPlaces; ++i) seen.put(digest(i), caller, set);
  ASSERT_EQ(seen.find(digest(0), set, kNow), caller);
  seen.put(digest(100), caller, set);
  EXPECT_EQ(seen.find(digest(0), set, kNow), caller);
  EXPECT_EQ(seen.find(digest(1), set, kNow), nullptr);
  for (unsigned i = 200; i < 200 + VerifiedTokens::kPlaces; ++i) seen.put(digest(i), caller, set);
  EXPECT_EQ(seen.find(digest(0), set, kNow), nullptr);
}

TEST_F(VerifiedTokensTest, gives_up_what_has_expired_and_nothing_else) {
  auto claims = good_claims("https://p.example");
  claims["exp"] = epoch_seconds(*caller->token->exp()) + 60;
  const auto longer_token = token_of(named_key("p", jose::Algorithm::kES256), claims);
  const auto longer = std::make_shared<const Caller>(check_token(set, longer_token, kNow).value());
  std::weak_ptr<const Caller> kept;
  {
    const auto alone = std::make_shared<const Caller>(*caller);
    kept = alone;
    seen.put(digest(1), alone, set);
  }
  seen.put(digest(2), longer, set);
  seen.purge(kNow);
  EXPECT_EQ(seen.size(), 2U);
  seen.purge(*caller->token->exp());
  EXPECT_EQ(seen.size(), 1U);
  EXPECT_TRUE(kept.expired());
  EXPECT_EQ(seen.find(digest(2), set, *caller->token->exp()), longer);
}

TEST_F(VerifiedTokensTest, the_same_token_takes_one_place) {
  for (unsigned i = 0; i + 1 < VerifiedTokens::kPlaces; ++i) seen.put(digest(i), caller, set);
  const auto again = std::make_shared<const Caller>(*caller);
  for (int i = 0; i < 20; ++i) seen.put(digest(3), again, set);
  EXPECT_EQ(seen.find(digest(3), set, kNow), again);
  for (unsigned i = 0; i + 1 < VerifiedTokens::kPlaces; ++i) EXPECT_NE(seen.find(digest(i), set, kNow), nullptr) << i;
}

}  // namespace
}  // namespace cardea::gate
