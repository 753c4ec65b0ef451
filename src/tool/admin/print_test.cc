#include "tool/admin/print.h"

#include <gtest/gtest.h>

namespace cardea::tool {
namespace {

const json::value kUsers =
    parse_json(
        R"([{"id":"1","username":"ann","n":3,"access":{"view":true,"manage":false}},{"id":"2","username":"=cmd|x"}])")
        .value();

TEST(WithFields, keeps_the_named_and_those_inside_parentheses) {
  EXPECT_EQ(json::serialize(with_fields(kUsers, "username, access(view)")),
            R"([{"username":"ann","access":{"view":true}},{"username":"=cmd|x"}])");
  EXPECT_EQ(with_fields(kUsers, ""), kUsers);
}

// What kcadm 26.7.4 prints of the same document.
TEST(WithFields, reads_a_pattern_as_kcadm_does) {
  const auto value = parse_json(R"({"id":"1","secret":"s","o":{"a":1,"b":{"c":2}},"l":[{"id":"x","k":{"z":1}}],)"
                                R"("t":["u"]})")
                         .value();
  const auto shown = [&value](std::string_view fields) { return json::serialize(with_fields(value, fields)); };
  EXPECT_EQ(shown("*"), R"({"id":"1","secret":"s","o":{},"l":[{}],"t":["u"]})");
  EXPECT_EQ(shown("id,o"), R"({"id":"1","o":{}})");
  EXPECT_EQ(shown("*(*),-id,-secret"), R"({"o":{"a":1,"b":{}},"l":[{"id":"x","k":{}}],"t":["u"]})");
  EXPECT_EQ(shown("-id,*"), R"({"secret":"s","o":{},"l":[{}],"t":["u"]})");
  EXPECT_EQ(shown("o(-a,*)"), R"({"o":{"b":{}}})");
  EXPECT_EQ(shown("*,-o(a)"), R"({"id":"1","secret":"s","l":[{}],"t":["u"]})");
  EXPECT_EQ(shown("o(b(c)),l(id)"), R"({"o":{"b":{"c":2}},"l":[{"id":"x"}]})");
  EXPECT_EQ(shown("-id"), "{}");
  EXPECT_EQ(with_fields(value, "*(*(*))"), value);
  EXPECT_EQ(csv(with_fields(value, "*,-secret,-o,-l,-t"), "*,-secret,-o,-l,-t", true), "1\n");
}

TEST(RefusalOfFields, is_of_what_is_no_pattern) {
  for (const auto* bad : {"*(*", "id)", "a(b)c", "a((b))", "(a)", "a()", "a,,b", ",a"})
    EXPECT_TRUE(refusal_of_fields(bad)) << bad;
  for (const auto* good : {"", "id", "id, username, access(view)", "*(*),-id,-protocolMappers", "a(b(c),d),e"})
    EXPECT_FALSE(refusal_of_fields(good)) << good;
}

TEST(Csv, quotes_and_defuses_what_a_spreadsheet_would_run) {
  EXPECT_EQ(csv(kUsers, "id,username,n", false), "\"1\",\"ann\",3\n\"2\",\"'=cmd|x\",\n");
  EXPECT_EQ(csv(kUsers, "username", true), "ann\n=cmd|x\n");
  EXPECT_EQ(csv(parse_json(R"(["a\"b"])").value(), "", false), "\"a\"\"b\"\n");
}

TEST(Pretty, is_the_same_document) {
  EXPECT_EQ(parse_json(pretty(kUsers)).value(), kUsers);
  EXPECT_EQ(pretty(json::object()), "{}");
}

}  // namespace
}  // namespace cardea::tool
