#include <gtest/gtest.h>

#include "core/token/token_plan.h"

namespace cardea {
namespace {

ProtocolMapper mapper(std::string provider, std::map<std::string, std::string> config) {
  ProtocolMapper m;
  m.provider = std::move(provider);
  m.config = std::move(config);
  return m;
}

TEST(CompileMapper, refuses_protected_claims) {  // keycloak.md section 4.1
  for (const auto* name : {"jti", "typ", "iat", "exp", "iss", "scope", "nonce", "session_state", "sid", "at_hash"}) {
    EXPECT_FALSE(compile_mapper(mapper("oidc-hardcoded-claim-mapper", {{"claim.name", name}, {"claim.value", "x"}})))
        << name;
  }
}

TEST(CompileMapper, refuses_claims_that_would_stand_twice) {
  for (const auto* name : {"realm_access.groups", "resource_access.app.plan", "aud.x", "azp.x", "allowed-origins",
                           "realm_access", "realm_access.roles.x", "resource_access.app", "resource_access"}) {
    EXPECT_FALSE(compile_mapper(mapper("oidc-hardcoded-claim-mapper", {{"claim.name", name}, {"claim.value", "x"}})))
        << name;
  }
}

TEST(CompileMapper, refuses_roles_that_came_with_a_login_or_a_request) {
  for (const auto* provider : {"oidc-usersessionmodel-note-mapper", "oidc-claims-param-value-idtoken-mapper",
                               "oidc-usermodel-property-mapper", "oidc-organization-membership-mapper"}) {
    for (const auto* name : {"realm_access.roles", "resource_access.app.roles"}) {
      EXPECT_FALSE(compile_mapper(mapper(provider, {{"claim.name", name}, {"user.session.note", "dept"}}))) << provider;
    }
  }
}

TEST(CompileMapper, refuses_to_say_in_userinfo_whom_a_token_is_for) {
  const auto op = compile_mapper(
      mapper("oidc-audience-mapper",
             {{"included.client.audience", "api"}, {"id.token.claim", "true"}, {"userinfo.token.claim", "true"}}));
  ASSERT_TRUE(op);
  EXPECT_EQ(op->destinations, kIdToken);
}

TEST(CompileMapper, refuses_unknown_providers_and_empty_claim_names) {
  EXPECT_FALSE(compile_mapper(mapper("oidc-script-based-protocol-mapper", {{"claim.name", "x"}})));
  EXPECT_FALSE(compile_mapper(mapper("oidc-usermodel-attribute-mapper", {{"user.attribute", "a"}})));
  EXPECT_FALSE(compile_mapper(mapper("oidc-usermodel-attribute-mapper", {{"claim.name", "a..b"}})));
}

TEST(CompileMapper, splits_claim_names_at_dots_that_are_not_escaped) {
  const auto op =
      compile_mapper(mapper("oidc-hardcoded-claim-mapper", {{"claim.name", R"(a.b\.c.d\\e)"}, {"claim.value", "1"}}));
  ASSERT_TRUE(op);
  EXPECT_EQ(op->path, (std::vector<std::string>{"a", "b.c", R"(d\e)"}));
}

TEST(CompileMapper, follows_the_older_switches_where_the_newer_are_missing) {
  const auto op =
      compile_mapper(mapper("oidc-hardcoded-claim-mapper",
                            {{"claim.name", "a"}, {"id.token.claim", "true"}, {"access.token.claim", "true"}}));
  ASSERT_TRUE(op);
  EXPECT_EQ(op->destinations, kAccessToken | kIdToken | kUserinfo | kIntrospection);
  const auto off =
      compile_mapper(mapper("oidc-hardcoded-claim-mapper",
                            {{"claim.name", "a"}, {"id.token.claim", "true"}, {"userinfo.token.claim", "false"}}));
  EXPECT_EQ(off->destinations, kIdToken);
}

TEST(CompileMapper, prefers_the_client_audience) {
  const auto op = compile_mapper(
      mapper("oidc-audience-mapper", {{"included.client.audience", "api"}, {"included.custom.audience", "other"}}));
  ASSERT_TRUE(op);
  EXPECT_EQ(op->text, "api");
}

}  // namespace
}  // namespace cardea
