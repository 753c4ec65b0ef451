// The other ways in which Keep signs people in (guides.md G0.7), by the variables that its documentation prints: each
// takes a good token, and refuses it with another audience, of another issuer, expired, unsigned, and by a foreign key.
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "gate/front/gate_fixture.h"
#include "gate/keep/read_keep.h"

namespace cardea::gate {
namespace {

using Environment = std::map<std::string, std::string>;

struct Mode {
  Environment variables;
  std::string issuer, keys_url;
  json::object claims;                // of a good token, beside the registered ones
  std::vector<json::object> strange;  // changes that make it another application's
  std::string role;                   // that it gives
};

class KeepMode {
 public:
  explicit KeepMode(Mode mode) : mode_(std::move(mode)), world_(kFile, files_of(mode_.variables)) {
    serve_keys(world_.fetcher, mode_.keys_url, named_private_key("mode", crypto::KeyType::kRsa), "mode");
    world_.gate.refresh_keys(world_.fetcher);
  }

  json::object claims(const json::object& changes = {}) {
    json::object made{{"iss", mode_.issuer}, {"sub", "u-1"}, {"email", "ada@example.com"}, {"email_verified", true}};
    made["iat"] = epoch_seconds(world_.clock.now()) - 5;
    made["exp"] = epoch_seconds(world_.clock.now()) + 300;
    for (const json::object* some : {static_cast<const json::object*>(&mode_.claims), &changes}) {
      for (const auto& [name, value] : *some) {
        if (value.is_null())
          made.erase(name);
        else
          made.insert_or_assign(name, value);
      }
    }
    return made;
  }
  web::Response show(const std::string& token, std::string_view method = "GET", std::string_view target = "/alerts") {
    auto request = GateWorld::question(method, target, "/gate/forward");
    request.headers.push_back({"Authorization", "Bearer " + token});
    return world_.run(request);
  }
  std::string token(const json::object& changes = {}) { return token_of(key_, claims(changes)); }
  std::string role_of(const json::object& changes = {}) {
    const auto answer = show(token(changes));
    const auto* role = answer.find_header("X-Auth-Role");
    return answer.status == 200 && role != nullptr ? *role : std::to_string(answer.status);
  }

  /// All that a mode must refuse, and before it that it takes the token at all.
  void check() {
    EXPECT_EQ(role_of(), mode_.role) << mode_.issuer;
    for (const auto& change : mode_.strange) EXPECT_EQ(role_of(change), "401") << json::serialize(change);
    EXPECT_EQ(role_of({{"iss", mode_.issuer + "x"}}), "401") << "another issuer";
    EXPECT_EQ(role_of({{"iss", nullptr}}), "401") << "no issuer";
    EXPECT_EQ(role_of({{"exp", epoch_seconds(world_.clock.now()) - 61}}), "401") << "expired";
    EXPECT_EQ(role_of({{"exp", nullptr}}), "401") << "endless";
    EXPECT_EQ(role_of({{"typ", "Refresh"}}), "401") << "a refresh token";
    const auto payload = base64url_encode(json::serialize(claims()));
    EXPECT_EQ(show(base64url_encode(R"({"alg":"none","kid":"mode"})") + "." + payload + ".").status, 401) << "unsigned";
    const auto forged = jose::sign_by_hand(named_key("stranger", jose::Algorithm::kRS256),
                                           R"({"alg":"RS256","kid":"mode"})", json::serialize(claims()));
    EXPECT_EQ(show(forged).status, 401) << "a foreign key";
    auto hmac = jose::SigningKey::make_hmac(SecretBytes(named_private_key("mode", crypto::KeyType::kRsa).spki_der()),
                                            "mode", jose::Algorithm::kHS256);
    EXPECT_EQ(show(token_of(*hmac, claims())).status, 401) << "HS256 with the public key";
  }

 private:
  static constexpr std::string_view kFile =
      R"({"applications": [{"name": "Keep", "hosts": ["app.example"], "keep": "environment"}]})";
  static GateFiles files_of(const Environment& variables) {
    auto files = no_files();
    files.environment = variables;
    return files;
  }

  Mode mode_;
  GateWorld world_;
  const jose::SigningKey& key_ = named_key("mode", jose::Algorithm::kRS256);
};

Mode auth0(std::string type = "AUTH0") {
  return {.variables = {{"AUTH_TYPE", std::move(type)},
                        {"AUTH0_DOMAIN", "keep.auth0.example"},
                        {"AUTH0_AUDIENCE", "keep-client"}},
          .issuer = "https://keep.auth0.example/",
          .keys_url = "https://keep.auth0.example/.well-known/jwks.json",
          .claims = {{"aud", "keep-client"}, {"keep_role", "noc"}},
          .strange = {{{"aud", "another"}}, {{"aud", nullptr}}},
          .role = "noc"};
}

Mode okta() {
  return {.variables = {{"AUTH_TYPE", "OKTA"},
                        {"OKTA_ISSUER", "https://keep.okta.example/oauth2/default/"},
                        {"OKTA_AUDIENCE", "api://keep"}},
          .issuer = "https://keep.okta.example/oauth2/default",
          .keys_url = "https://keep.okta.example/oauth2/default/.well-known/jwks.json",
          .claims = {{"aud", "api://keep"}, {"groups", json::array{"admin"}}},
          .strange = {{{"aud", "api://another"}}, {{"aud", nullptr}}},
          .role = "admin"};
}

Mode onelogin() {
  return {.variables = {{"AUTH_TYPE", "ONELOGIN"},
                        {"ONELOGIN_ISSUER", "https://keep.onelogin.example/oidc/2"},
                        {"ONELOGIN_CLIENT_ID", "keep-client"}},
          .issuer = "https://keep.onelogin.example/oidc/2",
          .keys_url = "https://keep.onelogin.example/oidc/2/certs",
          .claims = {{"aud", "keep-client"}, {"nonce", "n"}, {"groups", "webhook,noc"}},
          .strange = {{{"aud", "another"}}, {{"aud", nullptr}}},
          .role = "noc"};
}

Mode keycloak() {
  return {.variables = {{"AUTH_TYPE", "KEYCLOAK"},
                        {"KEYCLOAK_URL", "https://sso.example/auth/"},
                        {"KEYCLOAK_REALM", "keep"},
                        {"KEYCLOAK_CLIENT_ID", "keep"},
                        {"KEYCLOAK_AUDIENCE", "realm-management"}},
          .issuer = "https://sso.example/auth/realms/keep",
          .keys_url = "https://sso.example/auth/realms/keep/protocol/openid-connect/certs",
          .claims = {{"typ", "Bearer"},
                     {"azp", "keep"},
                     {"aud", "account"},
                     {"resource_access", {{"keep", {{"roles", json::array{"uma_protection", "noc"}}}}}}},
          .strange = {{{"azp", "another"}}, {{"azp", nullptr}}, {{"typ", "ID"}}},
          .role = "noc"};
}

TEST(KeepModes, refuses_what_is_not_auth0s_for_keep) {
  KeepMode(auth0()).check();
  KeepMode(auth0("MULTI_TENANT")).check();
  KeepMode mode(auth0());
  EXPECT_EQ(mode.role_of({{"nonce", "n"}}), "noc") << "the ID token, which Keep's front end sends";
  EXPECT_EQ(mode.role_of({{"keep_role", nullptr}}), "403") << "no role: Keep itself would make an administrator of it";
  EXPECT_EQ(mode.role_of({{"exp", epoch_seconds(FakeClock().now()) - 55}}), "noc") << "60 seconds of leeway";
}

TEST(KeepModes, refuses_what_is_not_oktas_for_keep) {
  KeepMode(okta()).check();
  KeepMode mode(okta());
  EXPECT_EQ(mode.role_of({{"keep_role", "noc"}}), "noc") << "the first claim decides";
  EXPECT_EQ(mode.role_of({{"groups", nullptr}}), "noc") << "none of the claims";
  auto by_client = okta();
  by_client.variables.erase("OKTA_AUDIENCE");
  by_client.variables["OKTA_CLIENT_ID"] = "api://keep";
  KeepMode(by_client).check();
}

TEST(KeepModes, refuses_what_is_not_onelogins_for_keep) {
  KeepMode(onelogin()).check();
  KeepMode mode(onelogin());
  EXPECT_EQ(mode.role_of({{"groups", json::array{"noc", "admin"}}}), "admin");
  EXPECT_EQ(mode.role_of({{"groups", "others"}}), "403");
}

TEST(KeepModes, refuses_what_is_not_keycloaks_for_keep) {
  KeepMode(keycloak()).check();
  auto by_groups = keycloak();
  by_groups.variables["KEYCLOAK_ROLES_FROM_GROUPS"] = "true";
  by_groups.variables["KEYCLOAK_GROUPS_CLAIM_ADMIN"] = "/ops";
  by_groups.claims["groups"] = json::array{"/ops"};
  by_groups.role = "admin";
  KeepMode(by_groups).check();
}

/// The usual values are in no token of Keep's own client; another one asks for an audience.
TEST(KeepModes, refuses_tokens_without_the_audience_that_keycloak_audience_names) {
  auto named = keycloak();
  named.variables["KEYCLOAK_AUDIENCE"] = "keep-api";
  EXPECT_EQ(KeepMode(named).role_of(), "401");
  EXPECT_EQ(KeepMode(named).role_of({{"aud", json::array{"account", "keep-api"}}}), "noc");
  named.variables["KEYCLOAK_AUDIENCE"] = "keep";
  EXPECT_EQ(KeepMode(named).role_of(), "noc") << "a client is not its own audience at Keycloak";
}

TEST(KeepModes, refuses_to_write_anything_where_keep_is_read_only) {
  auto only = auth0();
  only.claims["keep_role"] = "admin";
  const auto status = [](const Mode& of, std::string_view method) {
    KeepMode mode(of);
    return mode.show(mode.token(), method, "/rules").status;
  };
  EXPECT_EQ(status(only, "POST"), 200);
  only.variables["KEEP_READ_ONLY"] = "true";
  EXPECT_EQ(status(only, "POST"), 403);
  EXPECT_EQ(status(only, "DELETE"), 403);
  EXPECT_EQ(status(only, "GET"), 200);
}

TEST(KeepModes, warns_of_each_variable_that_has_no_effect) {
  auto variables = keycloak().variables;
  const auto warned = [&] {
    Application application;
    GateSettings settings;
    read_keep(variables, {}, application, settings);
    std::string names;
    for (const auto& note : settings.notes)
      if (note.level == NoteLevel::kWarning) names += note.where + " ";
    return names;
  };
  for (const auto* quiet : {"KEYCLOAK_VERIFY_CERT", "KEYCLOAK_ADMIN_USER"}) variables[quiet] = "";
  variables["KEEP_IMPERSONATION_ENABLED"] = "false";
  EXPECT_EQ(warned(), "");
  variables["KEEP_IMPERSONATION_ENABLED"] = "true";
  variables["KEYCLOAK_VERIFY_CERT"] = "false";
  variables["KEYCLOAK_GROUPS_SEPERATOR"] = "/";
  EXPECT_EQ(warned(), "KEEP_IMPERSONATION_ENABLED KEYCLOAK_VERIFY_CERT KEYCLOAK_GROUPS_SEPERATOR ");
  variables["AUTH_TYPE"] = "AZUREAD";
  EXPECT_EQ(warned(), "KEEP_IMPERSONATION_ENABLED ") << "Keycloak's are nobody's there";
}

}  // namespace
}  // namespace cardea::gate
