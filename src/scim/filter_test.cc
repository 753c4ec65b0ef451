#include "scim/filter.h"

#include <gtest/gtest.h>

namespace cardea::scim {
namespace {

const json::object kUma{
    {"userName", "Uma@contoso.example"},
    {"externalId", "O-1"},
    {"active", true},
    {"name", json::object{{"familyName", "Udo"}}},
    {"emails", json::array{json::object{{"value", "uma@a.example"}, {"type", "work"}, {"primary", true}},
                           json::object{{"value", "uma@b.example"}, {"type", "home"}}}},
    {"meta", json::object{{"created", "2026-11-27T10:20:30.000Z"}}},
    {kEnterpriseUrn, json::object{{"department", "Sales"}}}};

bool fits(std::string_view text) {
  const auto filter = parse_filter(user_type(), text);
  EXPECT_TRUE(filter) << text << ": " << describe(filter.error());
  return filter && matches(*filter, kUma);
}
FilterError error_of(std::string_view text) {
  const auto filter = parse_filter(user_type(), text);
  EXPECT_FALSE(filter) << text;
  return filter ? FilterError::kMalformed : filter.error();
}

TEST(Filter, refuses_what_cannot_be_read) {
  for (const auto* text : {"", "userName", "userName eq", "userName eq \"a", "userName is \"a\"", "(userName pr",
                           "userName pr)", "userName pr and", "not userName pr", "emails[type eq \"work\"",
                           "userName eq \"a\" userName pr", "userName eq {}", ".x pr", "userName. pr"}) {
    EXPECT_EQ(error_of(text), FilterError::kMalformed) << text;
  }
  EXPECT_EQ(error_of("nobody pr"), FilterError::kUnknownAttribute);
  EXPECT_EQ(error_of("name.nobody pr"), FilterError::kUnknownAttribute);
  EXPECT_EQ(error_of("urn:x:userName pr"), FilterError::kUnknownAttribute);
  EXPECT_EQ(error_of("active gt true"), FilterError::kUnsupported);
  EXPECT_EQ(error_of("userName eq 1"), FilterError::kUnsupported);
  EXPECT_EQ(error_of("name eq \"x\""), FilterError::kUnsupported);
  EXPECT_EQ(error_of("meta.created gt \"yesterday\""), FilterError::kUnsupported);
  EXPECT_EQ(error_of("userName[value pr]"), FilterError::kUnsupported);
}

// Attack class 25: what a filter costs is bounded before it runs.
TEST(Filter, refuses_what_is_too_long_or_too_deep) {
  EXPECT_EQ(error_of("userName eq \"" + std::string(kFilterBytesMax, 'a') + "\""), FilterError::kTooLarge);
  EXPECT_EQ(error_of(std::string(2000, '(') + "userName pr" + std::string(2000, ')')), FilterError::kTooLarge);
  std::string many = "title pr";
  for (std::size_t i = 0; i < kFilterTermsMax; ++i) many += " or title pr";
  EXPECT_EQ(error_of(many), FilterError::kTooLarge);
  std::string nots;
  for (int i = 0; i < 200; ++i) nots += "not(";
  EXPECT_EQ(error_of(nots), FilterError::kTooLarge);
  EXPECT_TRUE(fits(std::string(kFilterDepthMax, '(') + "userName pr" + std::string(kFilterDepthMax, ')')));
}

TEST(Filter, compares_as_the_schema_says) {
  EXPECT_TRUE(fits(R"(USERNAME EQ "uma@CONTOSO.example")"));
  EXPECT_TRUE(fits(R"(urn:ietf:params:scim:schemas:core:2.0:User:userName sw "uma")"));
  EXPECT_FALSE(fits(R"(externalId eq "o-1")"));  // ids have case
  EXPECT_TRUE(fits(R"(name.familyName co "D")"));
  EXPECT_TRUE(fits(R"(emails eq "uma@b.example")"));
  EXPECT_TRUE(fits(R"(emails[type eq "work" and value ew "a.example"])"));
  EXPECT_FALSE(fits(R"(emails[type eq "home" and value ew "a.example"])"));
  EXPECT_TRUE(fits(R"(emails[type eq "work"].value eq "uma@a.example")"));
  EXPECT_FALSE(fits(R"(emails.value ne "uma@a.example")"));  // true only when none is equal
  EXPECT_TRUE(fits(R"(urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "sales")"));
  EXPECT_TRUE(fits(R"(meta.created ge "2026-11-27T11:20:30+01:00")"));
  EXPECT_FALSE(fits(R"(meta.created gt "2026-11-27T10:20:30Z")"));
  EXPECT_TRUE(fits("active eq \"True\""));
  EXPECT_TRUE(fits("title eq null and not (title pr)"));
  EXPECT_TRUE(fits(R"(userName eq "\u0075ma@contoso.example")"));
}

TEST(Filter, binds_and_before_or) {
  EXPECT_TRUE(fits("userName pr or title pr and nickName pr"));
  EXPECT_FALSE(fits("(userName pr or title pr) and nickName pr"));
  EXPECT_TRUE(fits("not (title pr) and userName pr"));
}

TEST(Path, refuses_and_reads) {
  EXPECT_FALSE(parse_path(user_type(), "name..x").error().is_unknown);
  EXPECT_TRUE(parse_path(user_type(), "nobody").error().is_unknown);
  EXPECT_TRUE(parse_path(user_type(), "emails[type is \"x\"]").error().is_filter);
  EXPECT_FALSE(parse_path(user_type(), "emails[type eq \"x\"]value"));
  const auto path = parse_path(user_type(), R"(emails[type eq "work"].value)");
  ASSERT_TRUE(path);
  EXPECT_EQ(path->target.attribute->name, "emails");
  EXPECT_EQ(path->target.sub->name, "value");
  EXPECT_TRUE(path->values);
  EXPECT_TRUE(parse_path(user_type(), kEnterpriseUrn)->target.in_extension);
}

}  // namespace
}  // namespace cardea::scim
