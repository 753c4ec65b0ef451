// The `audience` parameter (guides.md G4.7): only the client's own optional scopes give it a meaning.
#include "oidc/authorize/audience.h"

#include <gtest/gtest.h>

namespace cardea::oidc {
namespace {

class Audience : public testing::Test {
 protected:
  /// The scope of a request for `audience`, where the client has the scope "api" among its optional ones.
  std::string scope_for(const std::string& audience, const std::string& scope = "openid") {
    web::Form form;
    form.add("scope", scope);
    if (!audience.empty()) form.add("audience", audience);
    ClientScope api;
    api.id = ScopeId("api-id");
    api.name = "api";
    api.mappers.push_back({.id = {},
                           .name = "audience",
                           .provider = "oidc-audience-mapper",
                           .config = {{"included.custom.audience", "https://api.example"},
                                      {"access.token.claim", in_access_token_ ? "true" : "false"}}});
    const auto realm = std::make_shared<RealmEntry>();
    realm->scopes_by_id["api-id"] = &api;
    ClientEntry client;
    client.realm = realm;
    if (is_optional_) client.client.optional_scopes.push_back(api.id);
    return scope_with_audience(form, client);
  }

  bool in_access_token_ = true;
  bool is_optional_ = true;
};

TEST_F(Audience, changes_nothing_for_audiences_that_no_scope_of_the_client_names) {
  EXPECT_EQ(scope_for("https://other.example"), "openid");
  EXPECT_EQ(scope_for("https://api.example/"), "openid") << "word for word";
  is_optional_ = false;
  EXPECT_EQ(scope_for("https://api.example"), "openid") << "a scope of the realm that the client may not ask for";
}

TEST_F(Audience, changes_nothing_where_the_audience_would_not_stand_in_access_tokens) {
  in_access_token_ = false;
  EXPECT_EQ(scope_for("https://api.example"), "openid");
}

TEST_F(Audience, asks_for_the_scope_that_names_it_once) {
  EXPECT_EQ(scope_for("https://api.example"), "openid api");
  EXPECT_EQ(scope_for("https://x.example https://api.example"), "openid api");
  EXPECT_EQ(scope_for("https://api.example", "api openid"), "api openid");
  EXPECT_EQ(scope_for(""), "openid");
}

}  // namespace
}  // namespace cardea::oidc
