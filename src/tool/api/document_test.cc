#include "tool/api/document.h"

#include <gtest/gtest.h>

namespace cardea::tool {
namespace {

std::string read(std::string_view text) {
  const auto value = read_document(text);
  return value ? json::serialize(*value) : "refused: " + value.error();
}

TEST(Document, refuses_what_it_cannot_hold) {
  EXPECT_EQ(read(""), "refused: the file is empty");
  EXPECT_TRUE(read("{\"a\":1").starts_with("refused: the file is no JSON"));
  EXPECT_TRUE(read("{\"a\":1,\"a\":2}").starts_with("refused"));
  EXPECT_TRUE(read("a: 1\na: 2").starts_with("refused: line 2"));
  EXPECT_TRUE(read("a: [1\nb: 2").starts_with("refused: line"));
  EXPECT_TRUE(read("a: 1\n---\nb: 2").starts_with("refused"));
  EXPECT_TRUE(read("? [x]\n: 1").starts_with("refused: line 1"));
  EXPECT_TRUE(read("\"a\":b\xf4").starts_with("refused"));  // found by the fuzzer: this one did not come back
}

TEST(Document, refuses_aliases_that_grow_without_end) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const auto from = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int n = 0; n < 10; ++n) bomb += (n == 0 ? "" : ", ") + from;
    bomb += "]\n";
  }
  EXPECT_TRUE(read(bomb).find("too large") != std::string::npos);
}

TEST(Document, yaml_has_the_types_of_json_and_no_others) {
  EXPECT_EQ(read("a: true\nb: 5\nc: no\nd: \"true\"\ne: '5'\nf:\ng: null\nh: 1.2.3\ni: 007x\nj: 1.5"),
            R"({"a":true,"b":5,"c":"no","d":"true","e":"5","f":null,"g":null,"h":"1.2.3","i":"007x","j":1.5E0})");
}

TEST(Document, json_comes_through_as_it_is) { EXPECT_EQ(read(R"( {"a":[1,"x",null]} )"), R"({"a":[1,"x",null]})"); }

}  // namespace
}  // namespace cardea::tool
