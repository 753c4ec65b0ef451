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
  EXPECT_EQ(with_fields(kUsers, "*"), kUsers);
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
