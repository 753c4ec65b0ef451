#include "tool/admin/set_value.h"

#include <gtest/gtest.h>

namespace cardea::tool {
namespace {

json::object object(std::string_view text) { return parse_json(text)->as_object(); }

std::string after(std::string_view document, std::string_view assignment) {
  auto value = object(document);
  const auto done = set_value(value, assignment);
  return done ? json::serialize(value) : "refused: " + done.error();
}

TEST(SetValue, refuses_what_is_no_assignment) {
  auto document = object("{}");
  for (const auto* bad :
       {"", "enabled", "=true", ".a=1", "a..b=1", "a[x]=1", "a[0=1", "a[99999999]=1", "\"a=1", "a[0]b=1"})
    EXPECT_FALSE(set_value(document, bad)) << bad;
  EXPECT_EQ(json::serialize(document), "{}");
}

TEST(SetValue, refuses_to_write_through_a_text) {
  EXPECT_TRUE(after(R"({"a":"text"})", "a.b=1").starts_with("refused"));
  EXPECT_TRUE(after(R"({"a":"text"})", "a[0]=1").starts_with("refused"));
  EXPECT_TRUE(after(R"({"a":"text"})", "a+=1").starts_with("refused"));
  EXPECT_TRUE(after(R"({"a":[1]})", "a[2]=1").starts_with("refused"));
}

TEST(SetValue, takes_json_where_it_reads_as_json) {
  EXPECT_EQ(after("{}", "enabled=true"), R"({"enabled":true})");
  EXPECT_EQ(after("{}", "n=5"), R"({"n":5})");
  EXPECT_EQ(after("{}", "redirectUris=[\"https://a.test/*\"]"), R"({"redirectUris":["https://a.test/*"]})");
  EXPECT_EQ(after("{}", "name=no json"), R"({"name":"no json"})");
  EXPECT_EQ(after("{}", "name=a=b"), R"({"name":"a=b"})");
  EXPECT_EQ(after("{}", "name="), R"({"name":""})");
}

TEST(SetValue, follows_members_quotes_and_lists) {
  EXPECT_EQ(after("{}", "attributes.\"pkce.method\"=S256"), R"({"attributes":{"pkce.method":"S256"}})");
  EXPECT_EQ(after(R"({"l":["a","b"]})", "l[1]=c"), R"({"l":["a","c"]})");
  EXPECT_EQ(after(R"({"l":["a"]})", "l[1]=b"), R"({"l":["a","b"]})");
  EXPECT_EQ(after(R"({"l":["a"]})", "l+=b"), R"({"l":["a","b"]})");
  EXPECT_EQ(after("{}", "credentials[0].value=x"), R"({"credentials":[{"value":"x"}]})");
}

TEST(DeleteValue, takes_away_what_is_there) {
  auto document = object(R"({"a":{"b":1,"c":2},"l":[1,2]})");
  EXPECT_TRUE(delete_value(document, "a.b"));
  EXPECT_TRUE(delete_value(document, "l[0]"));
  EXPECT_TRUE(delete_value(document, "missing.x"));
  EXPECT_FALSE(delete_value(document, ".."));
  EXPECT_EQ(json::serialize(document), R"({"a":{"c":2},"l":[2]})");
}

}  // namespace
}  // namespace cardea::tool
