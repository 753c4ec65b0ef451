#include "gate/access/role_rules.h"

#include <gtest/gtest.h>

namespace cardea::gate {
namespace {

ClaimPath path(std::string_view text) { return ClaimPath::parse(text).value(); }

TEST(ClaimPath, RefusesWhatIsNoPath) {
  for (const auto* text : {"", ".", "a.", ".a", "a..b", "a\\", "a\\b", "\"a", "\"\"", "\"a\"b", "\"a\".", "\"a\\.b\"",
                           "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q"}) {
    EXPECT_FALSE(ClaimPath::parse(text).has_value()) << text;
  }
  EXPECT_FALSE(ClaimPath::parse(std::string(ClaimPath::kBytesMax + 1, 'a')).has_value());
}

TEST(ClaimPath, path_with_dots) {
  const json::object claims{
      {"resource_access",
       {{"kestra.prod", {{"roles", json::array{"admin"}}}}, {"kestra", {{"roles", json::array{}}}}}}};
  EXPECT_EQ(read_names(path("resource_access.kestra\\.prod.roles"), claims).names, std::vector<std::string>{"admin"});
  EXPECT_EQ(read_names(path("resource_access.\"kestra.prod\".roles"), claims).names, std::vector<std::string>{"admin"});
  EXPECT_EQ(read_names(path("resource_access.kestra.prod.roles"), claims).state, ClaimNames::State::kMissing);
  EXPECT_EQ(read_names(path("\"a\\\"b\""), {{"a\"b", "one"}}).names, std::vector<std::string>{"one"});
}

TEST(ClaimNames, TellMissingFromEmptyAndFromWrong) {
  EXPECT_EQ(read_names(path("groups"), {}).state, ClaimNames::State::kMissing);
  EXPECT_EQ(read_names(path("groups"), {{"groups", json::array{}}}).state, ClaimNames::State::kPresent);
  EXPECT_EQ(read_names(path("groups"), {{"groups", "one"}}).names, std::vector<std::string>{"one"});
  const auto wrong = read_names(path("groups"), {{"groups", json::object{{"a", 1}}}});
  EXPECT_EQ(wrong.state, ClaimNames::State::kWrongType);
  EXPECT_EQ(wrong.type, "object");
  EXPECT_EQ(read_names(path("groups"), {{"groups", json::array{"a", 1}}}).state, ClaimNames::State::kWrongType);
  const json::array objects{json::object{{"name", "ops"}, {"id", 7}}, "more"};
  EXPECT_EQ(read_names(path("groups"), {{"groups", objects}}).names, (std::vector<std::string>{"ops", "more"}));
  const json::array nameless{json::object{{"id", "ops"}}};
  EXPECT_EQ(read_names(path("groups"), {{"groups", nameless}}).state, ClaimNames::State::kWrongType);
}

TEST(ClaimNames, G3_07_full_paths_of_groups_are_kept_or_stripped) {
  const json::object claims{{"groups", json::array{"/ops/eu", "plain", "/a~/b", "/ops/", "ops/us"}}};
  EXPECT_EQ(read_names(path("groups"), claims).names,
            (std::vector<std::string>{"/ops/eu", "plain", "/a~/b", "/ops/", "ops/us"}));
  auto stripped = path("groups");
  stripped.strip_group_paths();
  EXPECT_EQ(read_names(stripped, claims).names, (std::vector<std::string>{"eu", "plain", "a/b", "/ops/", "ops/us"}));
  EXPECT_EQ(last_of_group_path(""), "");
  EXPECT_EQ(last_of_group_path("/"), "/");
  EXPECT_EQ(last_of_group_path("~/a"), "~/a");
}

TEST(Permissions, RefusesWhatIsNone) {
  for (const auto* text : {"", "read", "read:", ":alert", "read:alert:x", "*:*", "re*:alert", "read:al*"}) {
    EXPECT_FALSE(parse_permission(text).has_value()) << text;
  }
}

TEST(Permissions, HoldBySameTextOrByEveryResource) {
  const std::vector held{*parse_permission("read:*"), *parse_permission("execute:workflows")};
  EXPECT_TRUE(is_granted(held, *parse_permission("read:alert")));
  EXPECT_TRUE(is_granted(held, *parse_permission("execute:workflows")));
  EXPECT_FALSE(is_granted(held, *parse_permission("execute:actions")));
  EXPECT_FALSE(is_granted(held, *parse_permission("write:alert")));
  EXPECT_FALSE(is_granted(held, *parse_permission("read:*")));  // not a question
}

/// Keep's two groups (guides.md G0.4).
class KeepRoles : public ::testing::Test {
 protected:
  RoleRules rules{
      .roles = {{.name = "admin", .permissions = {*parse_permission("read:*"), *parse_permission("write:*")}},
                {.name = "noc", .permissions = {*parse_permission("read:*")}}},
      .rules = {{.claim = path("groups"), .values = {"NOC"}, .role = "noc", .priority = 1},
                {.claim = path("groups"), .values = {"ADM"}, .role = "admin", .priority = 2}},
      .default_role = std::nullopt};
  RoleDecision decide(json::array groups) const { return decide_role(rules, {{"groups", std::move(groups)}}); }
};

TEST_F(KeepRoles, neither_group) {
  EXPECT_EQ(decide({"other"}).role, nullptr);
  EXPECT_EQ(decide({}).role, nullptr);
  EXPECT_EQ(decide({"adm"}).role, nullptr);  // compared exactly
}

TEST_F(KeepRoles, groups_claim_missing_is_named) {
  const auto decision = decide_role(rules, {});
  EXPECT_EQ(decision.role, nullptr);
  EXPECT_EQ(decision.missing_claims(), std::vector<std::string>{"groups"});
  EXPECT_TRUE(decide({}).missing_claims().empty());
}

TEST_F(KeepRoles, both_groups) {
  EXPECT_EQ(decide({"NOC", "ADM"}).role->name, "admin");
  EXPECT_EQ(decide({"ADM", "NOC"}).role->name, "admin");
  EXPECT_EQ(decide({"NOC"}).role->name, "noc");
}

TEST_F(KeepRoles, DenyBeatsEverything) {
  rules.rules.push_back({.kind = RoleRule::Kind::kDeny, .claim = path("groups"), .values = {"LEFT"}, .role = {}});
  rules.default_role = "noc";
  const auto decision = decide({"ADM", "LEFT"});
  EXPECT_TRUE(decision.is_denied);
  EXPECT_EQ(decision.role, nullptr);
  EXPECT_EQ(decision.decided_by, &rules.rules.back());
}

TEST_F(KeepRoles, TheDefaultRoleIsForThoseWithoutAMatch) {
  rules.default_role = "noc";
  EXPECT_EQ(decide({"other"}).role->name, "noc");
  EXPECT_EQ(decide({"ADM"}).role->name, "admin");
}

TEST_F(KeepRoles, RulesThatNameNothingAreProblems) {
  EXPECT_TRUE(check_role_rules(rules).empty());
  rules.rules.push_back({.claim = path("groups"), .values = {}, .role = "ghost"});
  rules.default_role = "nobody";
  rules.roles.push_back({.name = "noc", .permissions = {}});
  EXPECT_EQ(check_role_rules(rules).size(), 4U);
}

TEST(DecideRole, reads_a_text_with_commas_where_the_rule_says_so_alone) {
  RoleRules rules;
  rules.roles = {{.name = "admin", .permissions = {}}};
  rules.rules.push_back({.claim = *ClaimPath::parse("groups"), .values = {"admin"}, .role = "admin"});
  const json::object claims{{"groups", "staff, admin"}};
  EXPECT_EQ(decide_role(rules, claims).role, nullptr);
  rules.rules.front().is_comma_list = true;
  ASSERT_NE(decide_role(rules, claims).role, nullptr);
  EXPECT_EQ(decide_role(rules, {{"groups", "staff,administrators"}}).role, nullptr);
  EXPECT_NE(decide_role(rules, {{"groups", json::array{"admin"}}}).role, nullptr);
}

}  // namespace
}  // namespace cardea::gate
