#include "core/realm_defaults.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/realm_keys.h"
#include "core/token/token_plan.h"
#include "domain/flow/flow_set.h"
#include "tests/support/fake_clock.h"
#include "tests/support/seeded_random.h"

namespace cardea {
namespace {

const ClientRepresentation* find_client(const RealmFile& file, std::string_view client_id) {
  const auto found = std::ranges::find_if(file.clients, [&](const auto& c) { return c.client.client_id == client_id; });
  return found == file.clients.end() ? nullptr : &*found;
}

const std::vector<RoleRepresentation>* roles_of(const RealmFile& file, std::string_view client_id) {
  const auto found =
      std::ranges::find_if(file.client_roles, [&](const auto& entry) { return entry.first == client_id; });
  return found == file.client_roles.end() ? nullptr : &found->second;
}

const RoleRepresentation* find_role(const std::vector<RoleRepresentation>& roles, std::string_view name) {
  const auto found = std::ranges::find_if(roles, [&](const auto& role) { return role.role.name == name; });
  return found == roles.end() ? nullptr : &*found;
}

std::vector<std::string> client_ids(const RealmFile& file) {
  std::vector<std::string> names;
  for (const auto& client : file.clients) names.push_back(client.client.client_id);
  return names;
}

TEST(RealmDefaults, leave_no_placeholder_and_no_marker_behind) {
  for (const auto realm : {"master", "Demo Realm"}) {
    const auto text = json::serialize(default_realm_json(realm));
    EXPECT_EQ(text.find("$only"), std::string::npos);
    for (const auto placeholder : {"{realm}", "{realm_lower}", "{admin_client}"}) {
      EXPECT_EQ(text.find(placeholder), std::string::npos) << placeholder;
    }
  }
}

TEST(RealmDefaults, every_name_referred_to_exists) {
  for (const auto realm : {"master", "demo"}) {
    const auto file = default_realm(realm);
    const auto has_role = [&](const std::string& client, const std::string& name) {
      const auto* roles = client.empty() ? &file.realm_roles : roles_of(file, client);
      return roles != nullptr && find_role(*roles, name) != nullptr;
    };
    const auto check = [&](const RoleNames& names) {
      for (const auto& name : names.realm) EXPECT_TRUE(has_role("", name)) << name;
      for (const auto& [client, roles] : names.client) {
        for (const auto& name : roles) EXPECT_TRUE(has_role(client, name)) << client << '/' << name;
      }
    };
    for (const auto& role : file.realm_roles) check(role.composites);
    for (const auto& [client, roles] : file.client_roles) {
      EXPECT_NE(find_client(file, client), nullptr) << client;
      for (const auto& role : roles) check(role.composites);
    }
    std::set<std::string> scopes;
    for (const auto& scope : *file.scopes) scopes.insert(scope.name);
    for (const auto* names : {&*file.default_scopes, &*file.optional_scopes}) {
      for (const auto& name : *names) EXPECT_TRUE(scopes.contains(name)) << name;
    }
    for (const auto& client : file.clients) {
      for (const auto& name : *client.default_scopes) EXPECT_TRUE(scopes.contains(name)) << name;
      for (const auto& name : *client.optional_scopes) EXPECT_TRUE(scopes.contains(name)) << name;
    }
    EXPECT_TRUE(has_role("", file.default_role));
    EXPECT_TRUE(has_role("account", file.client_scope_mappings.at("account").front().roles.front()));
  }
}

TEST(RealmDefaults, every_flow_and_configuration_referred_to_exists) {
  for (const auto realm : {"master", "demo"}) {
    const auto object = default_realm_json(realm);
    std::set<std::string, std::less<>> flows, configs;
    for (const auto& flow : object.at("authenticationFlows").as_array()) flows.emplace(flow.at("alias").as_string());
    for (const auto& config : object.at("authenticatorConfig").as_array())
      configs.emplace(config.at("alias").as_string());
    for (const auto& flow : object.at("authenticationFlows").as_array()) {
      for (const auto& execution : flow.at("authenticationExecutions").as_array()) {
        const auto& members = execution.as_object();
        if (const auto* alias = find_string(members, "flowAlias"))
          EXPECT_TRUE(flows.contains(std::string_view(*alias))) << *alias;
        if (const auto* alias = find_string(members, "authenticatorConfig")) {
          EXPECT_TRUE(configs.contains(std::string_view(*alias))) << *alias;
        }
      }
    }
    for (const auto member : {"browserFlow", "registrationFlow", "directGrantFlow", "resetCredentialsFlow",
                              "clientAuthenticationFlow", "dockerAuthenticationFlow", "firstBrokerLoginFlow"}) {
      EXPECT_TRUE(flows.contains(std::string_view(object.at(member).as_string()))) << member;
    }
    EXPECT_EQ(flows.contains("Organization"), std::string_view(realm) != "master");
    EXPECT_EQ(object.at("requiredActions").as_array().size(), 14U);
  }
}

TEST(RealmDefaults, settings_are_those_of_section_3_1) {
  const auto file = default_realm("Demo");
  const auto& realm = file.realm;
  EXPECT_EQ(realm.name, "Demo");
  EXPECT_EQ(realm.lifespans.access_token, seconds{300});
  EXPECT_EQ(realm.lifespans.sso_session_max, seconds{36000});
  EXPECT_EQ(realm.ssl_required, SslRequired::kExternal);
  EXPECT_TRUE(realm.enabled && realm.login_with_email_allowed);
  EXPECT_TRUE(realm.display_name.empty());
  EXPECT_EQ(realm.browser_security_headers.at("xFrameOptions"), "SAMEORIGIN");
  EXPECT_EQ(realm.attributes.at("parRequestUriLifespan"), "60");
  EXPECT_EQ(int_or(realm.extra, "failureFactor", 0), 30);
  EXPECT_EQ(file.default_role, "default-roles-demo");
}

TEST(RealmDefaults, clients_and_roles_of_an_ordinary_realm) {
  const auto file = default_realm("demo");
  EXPECT_EQ(client_ids(file), (std::vector<std::string>{"account", "account-console", "admin-cli", "broker",
                                                        "realm-management", "security-admin-console"}));
  EXPECT_EQ(roles_of(file, "realm-management")->size(), 22U);
  EXPECT_EQ(
      find_role(*roles_of(file, "realm-management"), "realm-admin")->composites.client.at("realm-management").size(),
      21U);
  EXPECT_EQ(roles_of(file, "account")->size(), 8U);
  EXPECT_EQ(find_role(file.realm_roles, "admin"), nullptr);
  EXPECT_EQ(find_client(file, "account")->client.redirect_uris, std::vector<std::string>{"/realms/demo/account/*"});
  EXPECT_EQ(find_client(file, "security-admin-console")->client.base_url, "/admin/demo/console/");
  EXPECT_TRUE(find_client(file, "admin-cli")->client.attribute_is_true("client.use.lightweight.access.token.enabled"));
  EXPECT_FALSE(find_client(file, "account-console")->client.full_scope_allowed);
}

TEST(RealmDefaults, master_differs_as_section_3_says) {
  const auto file = default_realm("master");
  EXPECT_EQ(client_ids(file), (std::vector<std::string>{"account", "account-console", "admin-cli", "broker",
                                                        "master-realm", "security-admin-console"}));
  EXPECT_EQ(file.realm.display_name, "Cardea") << "our own name on our own pages";
  EXPECT_EQ(file.realm.lifespans.access_token, seconds{60});
  EXPECT_EQ(roles_of(file, "master-realm")->size(), 21U);
  const auto* admin = find_role(file.realm_roles, "admin");
  ASSERT_NE(admin, nullptr);
  EXPECT_EQ(admin->composites.realm, std::vector<std::string>{"create-realm"});
  EXPECT_EQ(admin->composites.client.at("master-realm").size(), 21U);
  EXPECT_TRUE(find_client(file, "master-realm")->client.bearer_only);
  EXPECT_EQ(find_client(file, "master-realm")->client.name, "master Realm");
  EXPECT_TRUE(file.realm.extra.at("components").as_object().contains("org.keycloak.userprofile.UserProfileProvider"));
}

TEST(RealmDefaults, admin_access_is_one_client_of_master_per_realm) {
  const auto access = admin_access("demo");
  EXPECT_EQ(access.client.client.client_id, "demo-realm");
  EXPECT_EQ(access.client.client.name, "demo Realm");
  EXPECT_TRUE(access.client.client.bearer_only);
  EXPECT_EQ(access.roles.size(), 21U);
  EXPECT_EQ(find_role(access.roles, "view-users")->composites.client.at("demo-realm"),
            (std::vector<std::string>{"query-users", "query-groups"}));
}

TEST(RealmDefaults, scopes_have_the_mappers_of_section_3_4_and_all_are_run) {
  const auto file = default_realm("demo");
  EXPECT_EQ(file.scopes->size(), 14U);
  EXPECT_EQ(*file.default_scopes, (std::vector<std::string>{"role_list", "saml_organization", "profile", "email",
                                                            "roles", "web-origins", "acr", "basic"}));
  for (const auto& scope : *file.scopes) {
    if (scope.protocol != "openid-connect") continue;
    for (const auto& mapper : scope.mappers) {
      EXPECT_TRUE(compile_mapper(mapper).has_value()) << mapper.name;
    }
    if (scope.name == "profile") EXPECT_EQ(scope.mappers.size(), 14U);
  }
}

TEST(RealmDefaults, user_profile_asks_for_names_everywhere_but_in_master) {
  EXPECT_EQ(json::serialize(default_user_profile("master")).find("required"), std::string::npos);
  const auto profile = json::serialize(default_user_profile("demo"));
  EXPECT_NE(profile.find(R"("required":{"roles":["user"]})"), std::string::npos);
  EXPECT_EQ(profile.find("$only"), std::string::npos);
}

TEST(RealmKeys, refuses_rsa_sizes_we_do_not_make) {
  SeededRandom random;
  KeyComponent wanted;
  wanted.key.algorithm = "RS256";
  wanted.size = 1024;
  EXPECT_EQ(complete_key(std::move(wanted), "demo", FakeClock().now(), random).error(), crypto::KeyError::kSize);
}

TEST(RealmKeys, the_four_default_keys_are_made) {
  SeededRandom random;
  const auto now = FakeClock().now();
  auto file = default_realm("demo");
  ASSERT_EQ(file.keys.size(), 4U);
  std::vector<RealmKey> keys;
  for (auto& wanted : file.keys) keys.push_back(complete_key(std::move(wanted), "demo", now, random).value());
  EXPECT_EQ(keys[0].algorithm, "RS256");
  EXPECT_EQ(keys[0].use, "sig");
  EXPECT_EQ(keys[0].kid, crypto::key_id(crypto::PrivateKey::from_pem(keys[0].secret.reveal()).value()));
  EXPECT_FALSE(keys[0].certificate_der.empty());
  EXPECT_EQ(keys[1].algorithm, "RSA-OAEP");
  EXPECT_EQ(keys[1].use, "enc");
  EXPECT_EQ(keys[2].algorithm, "HS512");
  EXPECT_EQ(keys[2].secret.size(), 64U);
  EXPECT_EQ(keys[2].kid.size(), 36U);
  EXPECT_EQ(keys[3].algorithm, "AES");
  EXPECT_EQ(keys[3].secret.size(), 16U);
  for (const auto& key : keys) {
    EXPECT_EQ(key.status, KeyStatus::kActive);
    EXPECT_EQ(key.priority, 100);
    EXPECT_EQ(key.created_at, now);
  }
}

TEST(RealmKeys, elliptic_keys_and_secret_sizes_follow_the_algorithm) {
  SeededRandom random;
  for (const auto& [algorithm, size, expected] :
       {std::tuple{"HS256", 0, 32U}, std::tuple{"HS512", 128, 128U}, std::tuple{"HS384", 16, 48U},
        std::tuple{"AES", 32, 32U}, std::tuple{"AES", 17, 16U}}) {
    KeyComponent wanted;
    wanted.key.algorithm = algorithm;
    wanted.size = size;
    EXPECT_EQ(complete_key(std::move(wanted), "demo", TimePoint{}, random)->secret.size(), expected)
        << algorithm << size;
  }
  for (const auto algorithm : {"ES256", "ES384", "ES512", "EdDSA"}) {
    KeyComponent wanted;
    wanted.key.algorithm = algorithm;
    const auto key = complete_key(std::move(wanted), "demo", TimePoint{}, random);
    ASSERT_TRUE(key) << algorithm;
    EXPECT_TRUE(key->certificate_der.empty());
    EXPECT_TRUE(crypto::PrivateKey::from_pem(key->secret.reveal())) << algorithm;
  }
}

TEST(RealmDefaultsTest, every_flow_of_a_new_realm_can_run) {
  for (const auto* name : {"master", "demo"}) {
    const auto realm = default_realm(name).realm;
    std::vector<FlowProblem> problems;
    const auto flows = FlowSet::read(realm, problems);
    for (const auto& problem : problems) ADD_FAILURE() << problem.flow << ": " << problem.what;
    EXPECT_NE(flows.browser_flow({}), nullptr) << name;
    EXPECT_NE(flows.direct_grant_flow({}), nullptr) << name;
  }
}

}  // namespace
}  // namespace cardea
