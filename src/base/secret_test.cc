#include "base/secret.h"

#include <gtest/gtest.h>

#include <ostream>
#include <type_traits>

namespace cardea {
namespace {

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) { out << value; };

static_assert(!std::is_copy_constructible_v<SecretBytes> && !std::is_copy_assignable_v<SecretBytes>);
static_assert(!Streamable<SecretBytes>);
static_assert(!std::is_convertible_v<SecretBytes, std::string> &&
              !std::is_convertible_v<SecretBytes, std::string_view>);

TEST(EqualSecrets, RefusesEmptyAndDifferent) {
  EXPECT_FALSE(equal_secrets("", ""));
  EXPECT_FALSE(equal_secrets("a", ""));
  EXPECT_FALSE(equal_secrets("abc", "abd"));
  EXPECT_FALSE(equal_secrets("abc", "abcd"));
  EXPECT_TRUE(equal_secrets("abc", "abc"));
  EXPECT_FALSE(equal_secrets(std::string_view("a\0b", 3), std::string_view("a\0c", 3)));
}

TEST(SecretBytes, LeavesNothingInTheSource) {
  std::string source = "short";
  const SecretBytes secret(std::move(source));
  EXPECT_EQ(secret.reveal(), "short");
  source.resize(5);  // NOLINT: looks at what the move left behind
  EXPECT_EQ(source, std::string(5, '\0'));
}

TEST(SecretBytes, MovesAndClones) {
  SecretBytes first = SecretBytes::copy_of("a secret of more than fifteen bytes");
  const SecretBytes copy = first.clone();
  SecretBytes second = std::move(first);
  EXPECT_TRUE(first.empty());  // NOLINT
  EXPECT_EQ(second.reveal(), copy.reveal());
  SecretBytes third = SecretBytes::copy_of("old");
  third = std::move(second);
  EXPECT_EQ(third.reveal(), copy.reveal());
  EXPECT_EQ(third.size(), 35u);
}

TEST(Wipe, ClearsTheWholeCapacity) {
  std::string bytes = "0123456789";
  bytes.resize(2);
  wipe(bytes);
  EXPECT_TRUE(bytes.empty());
  bytes.resize(10, 'x');
  EXPECT_EQ(bytes, "xxxxxxxxxx");
}

}  // namespace
}  // namespace cardea
