#include "base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cardea {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ParseInteger, RefusesAllButWholeDecimals) {
  for (const auto* text : {"", " 1", "1 ", "+1", "0x1", "1.0", "1e3", "--1", "2147483648", "one"}) {
    EXPECT_FALSE(parse_integer<int>(text)) << text;
  }
  EXPECT_FALSE(parse_integer<unsigned>("-1"));
  EXPECT_EQ(parse_integer<int>("-17"), -17);
  EXPECT_EQ(parse_integer<int>("2147483647"), 2147483647);
}

TEST(Utf8, RefusesMalformedSequences) {
  for (const auto* text :
       {"\x80", "\xC0\xAF", "\xC1\xBF", "\xC3", "\xE0\x80\xAF", "\xED\xA0\x80", "\xE2\x82", "\xF0\x80\x80\xAF",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "a\xC3(", "\xE2\x82\xAC\x80"}) {
    EXPECT_FALSE(is_utf8(text)) << text;
  }
  for (const auto* text : {"", "plain", "\xC3\xA4", "\xE2\x82\xAC", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF0\x90\x80\x80",
                           "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
  EXPECT_EQ(utf8_sequence_length(""), 0u);
  EXPECT_EQ(utf8_sequence_length("\xE2\x82\xAC rest"), 3u);
}

TEST(Case, ChangesAsciiOnly) {
  EXPECT_EQ(ascii_lower("ABC-\xC3\x84z"), "abc-\xC3\x84z");
  EXPECT_TRUE(equal_ignoring_ascii_case("Bearer", "bEARER"));
  EXPECT_FALSE(equal_ignoring_ascii_case("Bearer", "Bearers"));
  EXPECT_FALSE(equal_ignoring_ascii_case("@", "`"));
}

TEST(Trim, RemovesBothEnds) {
  EXPECT_EQ(trim(" \t\r\n a b \n"), "a b");
  EXPECT_EQ(trim(" \t"), "");
  EXPECT_EQ(trim(""), "");
}

TEST(Split, KeepsEmptyParts) {
  EXPECT_THAT(split("", ','), IsEmpty());
  EXPECT_THAT(split(",", ','), ElementsAre("", ""));
  EXPECT_THAT(split("a,,b", ','), ElementsAre("a", "", "b"));
  EXPECT_THAT(split("a##b#c", "##"), ElementsAre("a", "b#c"));
  EXPECT_THAT(split("abc", ""), ElementsAre("abc"));
  EXPECT_THAT(split_words("  openid   email "), ElementsAre("openid", "email"));
  EXPECT_THAT(split_words("   "), IsEmpty());
}

TEST(Join, PutsTheSeparatorBetween) {
  EXPECT_EQ(join({}, ", "), "");
  EXPECT_EQ(join({"a"}, ", "), "a");
  EXPECT_EQ(join({"a", "a", ""}, ", "), "a, a, ");
}

TEST(Nearest, FindsTheTypingMistake) {
  const std::vector<std::string_view> known = {"http-port", "https-port", "hostname", "db"};
  EXPECT_EQ(nearest("http-prot", known), "http-port");
  EXPECT_EQ(nearest("hostnam", known), "hostname");
  EXPECT_EQ(nearest("something-else", known), std::nullopt);
  EXPECT_EQ(nearest("xx", known), std::nullopt);
  EXPECT_EQ(nearest(std::string(5000, 'h'), known), std::nullopt);
  EXPECT_EQ(nearest("db", {}), std::nullopt);
}

}  // namespace
}  // namespace cardea
