#include "broker/mappers.h"

#include <gtest/gtest.h>

#include "domain/provider_mapper_types.h"

namespace cardea::broker {
namespace {

// What the admin API takes runs, and what runs can be made there: the tables are as long (mappers.cc), so one direction
// is enough.
TEST(Mappers, refuse_no_kind_that_the_admin_api_takes) {
  for (const auto& type : kProviderMapperTypes) EXPECT_TRUE(is_mapper_known(type.id)) << type.id;
  EXPECT_FALSE(is_mapper_known("saml-user-attribute-idp-mapper"));
  EXPECT_FALSE(is_mapper_known(""));
}

UpstreamIdentity uma() {
  UpstreamIdentity out;
  out.provider = "up";
  out.id = "u-1";
  out.username = "uma";
  out.claims = {{"department", "Sales"}, {"upn", "Uma@contoso.example"}, {"groups", json::array{"a", "b"}}};
  out.userinfo = {{"jobTitle", "Lead"}};
  out.answer = {{"scope", "openid profile"}};
  return out;
}

Mapped run(const std::string& expression, ProviderConfig config = {}, bool is_first = true,
           SyncMode sync = SyncMode::kForce) {
  IdentityProviderMapper mapper;
  mapper.name = "rule";
  mapper.kind = kPropertyMapping;
  mapper.sync = sync;
  mapper.config = std::move(config);
  mapper.config["expression"] = expression;
  return run_mappers({mapper}, uma(), is_first);
}

// As Keycloak 26.7.4 does it: each claim for itself, texts alone, a pattern fits the whole value.
TEST(SessionNotes, refuse_values_that_are_no_texts_or_fit_in_part) {
  const auto notes = [](std::string_view claims, bool is_pattern) {
    IdentityProviderMapper mapper;
    mapper.name = "notes";
    mapper.kind = "oidc-user-session-note-idp-mapper";
    mapper.config = {{"claims", std::string(claims)}, {"are.claim.values.regex", is_pattern ? "true" : "false"}};
    auto who = uma();
    who.claims["number"] = 7;
    who.claims["address"] = {{"locality", "Paris"}};
    return run_mappers({mapper}, who, true);
  };
  using Notes = std::map<std::string, std::string>;
  EXPECT_EQ(notes(R"([{"key":"number","value":"7"},{"key":"groups","value":"a"},{"key":"address","value":""},
                      {"key":"department","value":""},{"key":"upn","value":"uma@contoso.example"}])",
                  false)
                .notes,
            Notes{});
  EXPECT_EQ(notes(R"([{"key":"number","value":".*"},{"key":"groups","value":".*"},{"key":"department","value":"Sal"},
                      {"key":"upn","value":".*@contoso.example"},{"key":"address.locality","value":"P.*"}])",
                  true)
                .notes,
            (Notes{{"upn", "Uma@contoso.example"}, {"address.locality", "Paris"}}));
  for (const auto* odd : {"", "[]", "{}", "[1]", R"([{"value":"x"}])"}) {
    const auto mapped = notes(odd, false);
    ASSERT_EQ(mapped.problems.size(), 1U) << odd;
    EXPECT_EQ(mapped.problems[0].what, "bad_claims");
  }
}

TEST(PropertyMapping, refuses_what_is_no_property_and_names_the_mapping) {
  for (const auto* expression : {"{roles = {'admin'}}", "{groups = {'/staff'}}", "{enabled = true}", "{attributes = 1}",
                                 "{username = {{}}}", "{attributes = {email = 'x'}}",
                                 "{attributes = {['a'] = {b = 'c'}}}", "'text'", "{1, 2}", "{emailVerified = true}"}) {
    const auto mapped = run(expression);
    ASSERT_EQ(mapped.problems.size(), 1U) << expression;
    EXPECT_EQ(mapped.problems[0].mapper, "rule");
    EXPECT_EQ(mapped.problems[0].what, "expression_gives_no_properties") << expression;
    EXPECT_FALSE(mapped.problems[0].stops);
    EXPECT_TRUE(mapped.attributes.empty() && mapped.members.empty() && mapped.username.empty()) << expression;
  }
  const auto failed = run("claims.nobody.x", {{"onError", "refuse"}});
  ASSERT_EQ(failed.problems.size(), 1U);
  EXPECT_TRUE(failed.problems[0].stops);
  EXPECT_EQ(failed.problems[0].what, "expression_failed: line:1: attempt to index a nil value (field 'nobody')");
  EXPECT_EQ(run("while true do end").problems[0].what, "expression_too_many_steps");
}

TEST(PropertyMapping, refuses_the_username_as_an_attribute_that_is_named) {
  EXPECT_EQ(run("'root'", {{"user.attribute", "username"}}).problems[0].what, "no_user_attribute");
}

TEST(PropertyMapping, gives_an_attribute_or_a_table_of_properties) {
  EXPECT_EQ(run("claims.department:upper()", {{"user.attribute", "unit"}}).attributes.at("unit"),
            std::vector<std::string>{"SALES"});
  EXPECT_EQ(run("claims.groups", {{"user.attribute", "teams"}}).attributes.at("teams"),
            (std::vector<std::string>{"a", "b"}));
  const auto mapped =
      run("{username = claims.upn:split('@')[1], lastName = identity.username, "
          "attributes = {title = userinfo.jobTitle, scope = answer.scope, old = {}, level = 7}}");
  EXPECT_TRUE(mapped.problems.empty());
  EXPECT_EQ(mapped.username, "Uma");
  EXPECT_EQ(mapped.members.at("lastName"), "uma");
  EXPECT_EQ(mapped.attributes.at("title"), std::vector<std::string>{"Lead"});
  EXPECT_EQ(mapped.attributes.at("scope"), std::vector<std::string>{"openid profile"});
  EXPECT_EQ(mapped.attributes.at("level"), std::vector<std::string>{"7"});
  EXPECT_TRUE(mapped.attributes.at("old").empty());
  EXPECT_TRUE(run("if claims.nobody then return 1 end").problems.empty());
}

TEST(PropertyMapping, follows_the_sync_mode) {
  EXPECT_TRUE(run("'x'", {{"user.attribute", "unit"}}, false, SyncMode::kImport).attributes.empty());
  EXPECT_EQ(run("{username = 'x'}", {}, false, SyncMode::kLegacy).username, "");
  EXPECT_EQ(run("{username = 'x'}", {}, false, SyncMode::kForce).username, "x");
}

TEST(PropertyMapping, sees_no_token_of_the_answer) {
  const auto shown = answer_without_tokens(
      R"({"access_token":"a","refresh_token":"r","id_token":"i","token_type":"Bearer","scope":"openid","x":")" +
      std::string(100, 'e') + R"(","deep":{"access_token":"a"},"expires_in":300})");
  EXPECT_EQ(json::serialize(shown), R"({"token_type":"Bearer","scope":"openid","expires_in":300})");
  EXPECT_TRUE(answer_without_tokens("no json").empty());
}

}  // namespace
}  // namespace cardea::broker
