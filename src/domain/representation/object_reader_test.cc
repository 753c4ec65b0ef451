#include "domain/representation/object_reader.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace cardea {
namespace {

json::object parse(std::string_view text) { return parse_json(text).value().as_object(); }

struct Reading {
  explicit Reading(std::string_view text) : object(parse(text)) {}
  json::object object;
  JsonPath root;
  RepresentationProblems problems;
  ObjectReader reader{object, root, problems};
};

TEST(ObjectReader, refuses_wrong_types_and_leaves_the_target_alone) {
  Reading r(
      R"({"text":5,"flag":"yes","number":1.5,"texts":"one","map":[],"texts_map":{"a":{}},"object":[],"array":{}})");
  std::string text = "kept";
  bool flag = true;
  int number = 7;
  std::vector<std::string> texts = {"kept"};
  std::map<std::string, std::string> map;
  std::map<std::string, std::vector<std::string>> texts_map;
  EXPECT_FALSE(r.reader.text("text", text));
  EXPECT_FALSE(r.reader.boolean("flag", flag));
  EXPECT_FALSE(r.reader.number("number", number));
  EXPECT_FALSE(r.reader.texts("texts", texts));
  EXPECT_FALSE(r.reader.text_map("map", map));
  EXPECT_TRUE(r.reader.texts_map("texts_map", texts_map));
  EXPECT_EQ(r.reader.object("object"), nullptr);
  EXPECT_EQ(r.reader.array("array"), nullptr);
  EXPECT_EQ(text, "kept");
  EXPECT_TRUE(flag);
  EXPECT_EQ(number, 7);
  EXPECT_EQ(texts, std::vector<std::string>{"kept"});
  EXPECT_EQ(r.problems.describe(),
            "text: expected a string\n"
            "flag: expected true or false\n"
            "number: expected a whole number\n"
            "texts: expected a list of strings\n"
            "map: expected an object\n"
            "texts_map.a: expected a list of strings\n"
            "object: expected an object\n"
            "array: expected a list");
}

TEST(ObjectReader, refuses_numbers_that_do_not_fit) {
  Reading r(R"({"wide":4294967296,"huge":18446744073709551615,"double":1e300,"text":"12x"})");
  int number = 0;
  std::int64_t wide = 0;
  EXPECT_FALSE(r.reader.number("wide", number));
  EXPECT_FALSE(r.reader.number("huge", wide));
  EXPECT_FALSE(r.reader.number("double", wide));
  EXPECT_FALSE(r.reader.number("text", wide));
  EXPECT_EQ(r.problems.total(), 4U);
}

TEST(ObjectReader, refuses_list_elements_that_are_no_objects_with_their_index) {
  Reading r(R"({"list":[{},5,{},"x"]})");
  int seen = 0;
  EXPECT_TRUE(r.reader.objects("list", [&](const json::object&, const JsonPath&) { ++seen; }));
  EXPECT_EQ(seen, 2);
  EXPECT_EQ(r.problems.describe(), "list[1]: expected an object\nlist[3]: expected an object");
}

TEST(ObjectReader, null_and_absent_mean_not_said) {
  Reading r(R"({"text":null,"flag":null,"texts":null,"map":null})");
  std::string text = "kept";
  bool flag = true;
  std::vector<std::string> texts = {"kept"};
  std::map<std::string, std::string> map = {{"a", "b"}};
  EXPECT_FALSE(r.reader.text("text", text));
  EXPECT_FALSE(r.reader.text("absent", text));
  EXPECT_FALSE(r.reader.boolean("flag", flag));
  EXPECT_FALSE(r.reader.texts("texts", texts));
  EXPECT_FALSE(r.reader.text_map("map", map));
  EXPECT_FALSE(r.reader.has("text"));
  EXPECT_EQ(map.size(), 1U);
  EXPECT_TRUE(r.problems.empty());
}

TEST(ObjectReader, takes_what_keycloak_takes_for_numbers_and_booleans) {
  Reading r(
      R"({"flag":"True","number":"300","double":1700000000000.0,"map":{"a":true,"b":5,"c":null},"lists":{"x":"one","y":["a",2]}})");
  bool flag = false;
  seconds duration{};
  std::int64_t wide = 0;
  std::map<std::string, std::string> map;
  std::map<std::string, std::vector<std::string>> lists;
  EXPECT_TRUE(r.reader.boolean("flag", flag));
  EXPECT_TRUE(r.reader.duration("number", duration));
  EXPECT_TRUE(r.reader.number("double", wide));
  EXPECT_TRUE(r.reader.text_map("map", map));
  EXPECT_TRUE(r.reader.texts_map("lists", lists));
  EXPECT_TRUE(flag);
  EXPECT_EQ(duration, seconds{300});
  EXPECT_EQ(wide, 1'700'000'000'000);
  EXPECT_EQ(map, (std::map<std::string, std::string>{{"a", "true"}, {"b", "5"}}));
  EXPECT_EQ(lists["x"], std::vector<std::string>{"one"});
  EXPECT_EQ(lists["y"], (std::vector<std::string>{"a", "2"}));
  EXPECT_TRUE(r.problems.empty());
}

TEST(ObjectReader, extra_is_what_nobody_asked_for) {
  Reading r(R"({"known":"x","later":{"deep":[1]},"skipped":1,"none":null})");
  std::string text;
  r.reader.text("known", text);
  r.reader.skip({"skipped"});
  json::object extra = {{"before", 1}, {"later", "old"}};
  r.reader.take_extra(extra);
  EXPECT_EQ(json::serialize(extra), R"({"before":1,"later":{"deep":[1]},"none":null})");
}

TEST(RepresentationProblems, are_bounded_and_say_how_many_more) {
  RepresentationProblems problems;
  const JsonPath root;
  const JsonPath users(root, "users");
  for (std::size_t i = 0; i < kRepresentationProblemsMax + 7; ++i)
    problems.add(JsonPath(users, i), "expected an object");
  EXPECT_EQ(problems.list().size(), kRepresentationProblemsMax);
  EXPECT_EQ(problems.total(), kRepresentationProblemsMax + 7);
  EXPECT_TRUE(problems.describe().ends_with("\nand 7 more"));
}

TEST(JsonPath, escapes_and_cuts_names_that_are_no_words) {
  const JsonPath root;
  const JsonPath map(root, "clientRoles");
  EXPECT_EQ(JsonPath(map, "https://app/\n").str(), R"(clientRoles["https://app/\n"])");
  EXPECT_EQ(JsonPath(map, "").str(), R"(clientRoles[""])");
  std::string long_name(99, 'a');
  long_name += "\xC3\xA9\xC3\xA9";
  EXPECT_EQ(JsonPath(map, long_name).str(), "clientRoles[\"" + std::string(99, 'a') + "\"]");
  const JsonPath third(map, std::size_t{3});
  EXPECT_EQ(JsonPath(third, "redirectUris").str(), "clientRoles[3].redirectUris");
}

}  // namespace
}  // namespace cardea
