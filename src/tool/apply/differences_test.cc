#include "tool/apply/differences.h"

#include <gtest/gtest.h>

namespace cardea::tool {
namespace {

std::string told(std::string_view have, std::string_view want) {
  std::string text;
  for (const auto& difference : differences(parse_json(have)->as_object(), parse_json(want)->as_object()))
    text += describe(difference) + "\n";
  return text;
}

TEST(Differences, secrets_are_never_shown) {
  EXPECT_EQ(told(R"({"secret":"a","smtpServer":{"password":"b"}})", R"({"secret":"c","smtpServer":{"password":"d"}})"),
            "secret: changed\nsmtpServer.password: changed\n");
}

TEST(Differences, a_masked_value_cannot_be_compared) {
  EXPECT_EQ(told(R"({"config":{"clientSecret":"**********"}})", R"({"config":{"clientSecret":"x"}})"), "");
  EXPECT_EQ(told(R"({"secret":"a"})", R"({"secret":"**********"})"), "");
  EXPECT_EQ(told(R"({"config":{"secret":["**********"]}})", R"({"config":{"secret":["x"]}})"), "");
  EXPECT_EQ(told(R"({"config":{"a":["**********","b"]}})", R"({"config":{"a":["x"]}})"),
            "config.a: [\"**********\",\"b\"] -> [\"x\"]\n");
}

TEST(Differences, only_what_is_wanted_counts) {
  EXPECT_EQ(told(R"({"a":1,"b":2})", R"({"a":1})"), "");
  EXPECT_EQ(told(R"({"a":1})", R"({"a":2,"c":{"d":true}})"), "a: 1 -> 2\nc.d: nothing -> true\n");
}

TEST(Differences, lists_of_texts_are_sets_and_others_are_not) {
  EXPECT_EQ(told(R"({"l":["a","b"]})", R"({"l":["b","a"]})"), "");
  EXPECT_EQ(told(R"({"l":["a","b"]})", R"({"l":["a"]})"), "l: [\"a\",\"b\"] -> [\"a\"]\n");
  EXPECT_EQ(told(R"({"l":[1,2]})", R"({"l":[2,1]})"), "l: [1,2] -> [2,1]\n");
  EXPECT_EQ(told(R"({})", R"({"l":[]})"), "");
}

TEST(Differences, texts_that_spell_a_value_are_equal_to_it) {
  EXPECT_EQ(told(R"({"a":{"x":"true","n":"5"}})", R"({"a":{"x":true,"n":5}})"), "");
}

TEST(Merged, puts_the_wanted_over_what_is_there) {
  const auto have = parse_json(R"({"a":1,"m":{"x":1,"y":2},"l":[1]})")->as_object();
  EXPECT_EQ(json::serialize(merged(have, parse_json(R"({"m":{"y":3},"l":[2]})")->as_object())),
            R"({"a":1,"m":{"x":1,"y":3},"l":[2]})");
}

}  // namespace
}  // namespace cardea::tool
