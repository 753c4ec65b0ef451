#include "store/document.h"

#include <gtest/gtest.h>

namespace cardea::store {
namespace {

enum class Colour { kRed, kGreen };

TEST(DocumentTest, refuses_members_of_the_wrong_type_and_unknown_choices) {
  const auto refuses = [](std::string_view text, auto member) {
    const auto object = parse_document(text);
    DocumentReader reader(*object);
    reader("m", member);
    return !reader.ok();
  };
  EXPECT_TRUE(refuses(R"({"m":1})", std::string()));
  EXPECT_TRUE(refuses(R"({"m":"1"})", 0));
  EXPECT_TRUE(refuses(R"({"m":9999999999})", 0));
  EXPECT_TRUE(refuses(R"({"m":1})", false));
  EXPECT_TRUE(refuses(R"({"m":null})", json::object()));
  EXPECT_TRUE(refuses(R"({"m":["a",1]})", std::vector<std::string>()));
  EXPECT_TRUE(refuses(R"({"m":{"a":["b"]}})", std::map<std::string, std::string>()));
  const auto object = parse_document(R"({"colour":"blue"})");
  DocumentReader reader(*object);
  Colour colour = Colour::kGreen;
  reader.choice("colour", colour, {"red", "green"});
  EXPECT_FALSE(reader.ok());
}

TEST(DocumentTest, refuses_texts_that_are_no_object) {
  EXPECT_FALSE(parse_document("[]"));
  EXPECT_FALSE(parse_document(""));
  EXPECT_FALSE(parse_document(R"({"a":1,"a":2})"));
}

TEST(DocumentTest, keeps_defaults_of_absent_members_and_passes_over_unknown_ones) {
  const auto object = parse_document(R"({"new":1,"colour":"green"})");
  DocumentReader reader(*object);
  std::string text = "default";
  Colour colour = Colour::kRed;
  reader("absent", text);
  reader.choice("colour", colour, {"red", "green"});
  reader.choice("absent", colour, {"red", "green"});
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(text, "default");
  EXPECT_EQ(colour, Colour::kGreen);
}

TEST(DocumentTest, optional_columns_are_empty_when_their_value_is) {
  EXPECT_EQ(json_or_empty(std::vector<std::string>{}), "");
  EXPECT_EQ(json_or_empty(json::object{}), "");
  const std::map<std::string, std::vector<std::string>> items{{"a", {"1", "\"2\""}}, {"b", {}}};
  const auto text = json_or_empty(items);
  std::map<std::string, std::vector<std::string>> back{{"old", {}}};
  EXPECT_TRUE(read_json(text, back));
  EXPECT_EQ(back, items);
  EXPECT_TRUE(read_json("", back));
  EXPECT_TRUE(back.empty());
  EXPECT_FALSE(read_json("{", back));
}

TEST(DocumentTest, lists_are_read_with_and_without_escapes) {
  using List = std::vector<std::string>;
  EXPECT_EQ(parse_string_list(""), List{});
  EXPECT_EQ(parse_string_list("[]"), List{});
  EXPECT_EQ(parse_string_list("[ ]"), List{});
  EXPECT_EQ(parse_string_list(R"(["a"])"), List{"a"});
  EXPECT_EQ(parse_string_list("[\"a\", \"\",\n \"c,]d\"]"), (List{"a", "", "c,]d"}));
  EXPECT_EQ(parse_string_list(R"(["a\"b","\u00e4"])"), (List{"a\"b", "\u00e4"}));
  for (const char* broken : {"[", "]", "[\"a\"", "[\"a\" \"b\"]", "[\"a\",]", "[,\"a\"]", "[1]", "[null]", "{}",
                             "\"a\"", "[\"a]", "[[\"a\"]]"}) {
    EXPECT_FALSE(parse_string_list(broken)) << broken;
  }
}

}  // namespace
}  // namespace cardea::store
