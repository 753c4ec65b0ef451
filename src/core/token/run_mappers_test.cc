// Each mapper of keycloak.md section 4.2 with what it says where, beyond what issue_token_test has of the usual ones.
#include "core/token/run_mappers.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/json.h"
#include "core/token/issue_token.h"
#include "tests/support/realm_fixture.h"
#include "tests/support/seeded_random.h"

namespace cardea {
namespace {

constexpr TimePoint kNow = from_epoch_seconds(1'790'000'000);
constexpr std::string_view kIssuer = "https://id.example/realms/demo";

using Config = std::map<std::string, std::string>;

class RunMappers : public testing::Test {
 protected:
  /// The payloads of the tokens of a client with this one mapper beside the usual ones.
  struct Payloads {
    json::object access, id, userinfo;
  };
  Payloads with(std::string provider, Config config) {
    config.try_emplace("access.token.claim", "true");
    config.try_emplace("id.token.claim", "true");
    auto record = make_test_client(*realm_);
    for (const auto& [name, value] : attributes_) record.attributes[name] = value;
    ProtocolMapper mapper;
    mapper.name = "the one";
    mapper.provider = std::move(provider);
    mapper.config = std::move(config);
    record.mappers.push_back(std::move(mapper));
    client_ = make_test_entry(realm_, std::move(record));
    const auto plan = *plan_for(*client_, "openid");
    session_.id = SessionId("sid-1");
    session_.user = UserId("user-ada");
    session_.started_at = session_.last_seen = kNow;
    session_.auth_time = epoch_seconds(kNow);
    const TokenContext context{.realm = *realm_,
                               .client = *client_,
                               .plan = *plan,
                               .subject = subject_,
                               .issuer = kIssuer,
                               .now = kNow,
                               .session = &session_,
                               .acr = "1",
                               .nonce = "n-1",
                               .grant = "ac",
                               .requested_claims = requested_};
    const auto tokens = issue_tokens(context, random_);
    EXPECT_TRUE(tokens);
    if (!tokens) return {};
    const auto userinfo = userinfo_json(context);
    EXPECT_TRUE(userinfo);
    if (!userinfo) return {};
    return {payload_of(tokens->access_token), payload_of(tokens->id_token), parse_json(*userinfo)->as_object()};
  }
  static json::object payload_of(std::string_view token) {
    const auto from = token.find('.') + 1;
    return parse_json(base64url_decode(token.substr(from, token.rfind('.') - from)).value_or(""))->as_object();
  }
  static std::string text(const json::object& payload, std::string_view name) {
    const auto* value = payload.if_contains(name);
    return value == nullptr ? "absent" : json::serialize(*value);
  }
  User& ada() { return subject_.subject.user; }
  void add_group(std::string name, std::map<std::string, std::vector<std::string>> attributes = {}) {
    auto group = std::make_shared<Group>();
    group->id = GroupId(name);
    group->name = name;
    group->path = "/staff/" + name;
    for (auto& [key, values] : attributes) group->attributes[key] = values;
    subject_.groups.push_back(std::move(group));
  }
  /// Puts `below`, one of the person's or one that stands above it, below another.
  void add_above(const std::string& below, std::string name,
                 std::map<std::string, std::vector<std::string>> attributes) {
    const auto put_below = [&](std::shared_ptr<const Group>& group) {
      if (group->name != below) return;
      auto moved = std::make_shared<Group>(*group);
      moved->parent = GroupId(name);
      group = std::move(moved);
    };
    for (auto& group : subject_.groups) put_below(group);
    for (auto& [id, group] : subject_.groups_above) put_below(group);
    auto group = std::make_shared<Group>();
    group->id = GroupId(name);
    group->name = std::move(name);
    group->attributes = std::move(attributes);
    subject_.groups_above[group->id] = std::move(group);
  }

  std::shared_ptr<const RealmEntry> realm_ = make_test_realm();
  std::shared_ptr<const ClientEntry> client_;
  std::map<std::string, std::string> attributes_;  // of the client
  std::string requested_;                          // the claims parameter
  TokenSubject subject_ = make_test_subject();
  UserSession session_;
  SeededRandom random_{1};
};

TEST_F(RunMappers, refuses_to_say_what_is_not_there) {
  const Config named = {{"claim.name", "c"}, {"user.attribute", "nothing"}, {"user.session.note", "nothing"}};
  for (const auto* provider : {"oidc-usermodel-attribute-mapper", "oidc-usermodel-property-mapper",
                               "oidc-usersessionmodel-note-mapper", "oidc-group-membership-mapper"}) {
    EXPECT_EQ(text(with(provider, named).access, "c"), "absent") << provider;
  }
  EXPECT_EQ(text(with("oidc-address-mapper", {}).access, "address"), "absent");
  EXPECT_EQ(text(with("oidc-full-name-mapper", {}).access, "name"), "absent");
}

TEST_F(RunMappers, refuses_to_say_what_no_request_asked_for_as_essential) {
  ada().email = "ada@example.org";
  for (const auto* requested :
       {"", R"({"id_token":{"email":null}})", R"({"id_token":{"email":{"essential":false}}})",
        R"({"userinfo":{"given_name":{"essential":true}}})", R"({"id_token":{"email":{"essential":"true"}}})", "[]"}) {
    requested_ = requested;
    EXPECT_EQ(text(with("oidc-claims-param-token-mapper", {}).id, "email"), "absent") << requested;
  }
  requested_ = R"({"id_token":{"email":{"essential":true},"phone_number":{"essential":true}}})";
  const auto off = with("oidc-claims-param-token-mapper", {{"id.token.claim", "false"}});
  EXPECT_EQ(text(off.id, "email"), "absent");
  const auto on = with("oidc-claims-param-token-mapper", {});
  EXPECT_EQ(text(on.id, "phone_number"), "absent") << "not one of the five";
  EXPECT_EQ(text(on.access, "email"), "absent") << "access tokens are not what the parameter is about";
}

TEST_F(RunMappers, what_the_claims_parameter_asks_for_where_it_asks) {
  ada().first_name = "Ada";
  ada().last_name = "Lovelace";
  ada().email = "ada@example.org";
  requested_ = R"({"id_token":{"name":{"essential":true},"email":{"essential":true}},)"
               R"("userinfo":{"given_name":{"essential":true},"family_name":{"essential":true},)"
               R"("preferred_username":{"essential":true}}})";
  const auto said = with("oidc-claims-param-token-mapper", {});
  EXPECT_EQ(text(said.id, "name"), R"("Ada Lovelace")");
  EXPECT_EQ(text(said.id, "email"), R"("ada@example.org")");
  EXPECT_EQ(text(said.id, "given_name"), "absent");
  EXPECT_EQ(text(said.userinfo, "given_name"), R"("Ada")");
  EXPECT_EQ(text(said.userinfo, "family_name"), R"("Lovelace")");
  EXPECT_EQ(text(said.userinfo, "preferred_username"), R"("ada")");
  EXPECT_EQ(text(said.userinfo, "name"), "absent");
}

TEST_F(RunMappers, refuses_a_request_that_would_say_who_the_token_is_about) {
  requested_ = R"({"id_token":{"sub":{"essential":true,"value":"bob"},"acr":{"essential":true,"value":"9"},)"
               R"("aud":{"essential":true,"value":"other"},"iss":{"essential":true,"value":"https://evil.example"}}})";
  const auto usual = with("oidc-claims-param-token-mapper", {}).id;
  for (const auto* claim : {"sub", "acr", "aud", "iss"}) {
    const auto id = with("oidc-claims-param-value-idtoken-mapper", {{"claim.name", claim}}).id;
    EXPECT_EQ(text(id, claim), text(usual, claim));
  }
}

TEST_F(RunMappers, a_value_that_the_request_says_itself) {
  const Config config = {{"claim.name", "intent"}};
  const auto id_with = [&](std::string requested) {
    requested_ = std::move(requested);
    return text(with("oidc-claims-param-value-idtoken-mapper", config).id, "intent");
  };
  EXPECT_EQ(id_with(R"({"id_token":{"intent":{"value":"i-1"}}})"), "absent") << "not essential";
  EXPECT_EQ(id_with(R"({"id_token":{"intent":{"essential":true}}})"), "absent");
  EXPECT_EQ(id_with(R"({"id_token":{"intent":{"essential":true,"value":{}}}})"), "absent");
  EXPECT_EQ(id_with(R"({"userinfo":{"intent":{"essential":true,"value":"i-1"}}})"), "absent");
  EXPECT_EQ(id_with(R"({"id_token":{"intent":{"essential":true,"value":"i-1"}}})"), R"("i-1")");
  const auto said = with("oidc-claims-param-value-idtoken-mapper", config);
  EXPECT_EQ(text(said.access, "intent"), "absent");
  EXPECT_EQ(text(said.userinfo, "intent"), "absent");
}

TEST_F(RunMappers, user_property) {
  ada().email_verified = true;
  ada().created_at = kNow;
  const auto flag =
      with("oidc-usermodel-property-mapper",
           {{"claim.name", "verified"}, {"user.attribute", "emailVerified"}, {"jsonType.label", "boolean"}});
  EXPECT_EQ(text(flag.access, "verified"), "true");
  EXPECT_EQ(text(flag.id, "verified"), "true");
  const auto made = with("oidc-usermodel-property-mapper", {{"claim.name", "made"},
                                                            {"user.attribute", "createdTimestamp"},
                                                            {"jsonType.label", "long"},
                                                            {"id.token.claim", "false"}});
  EXPECT_EQ(text(made.access, "made"), std::to_string(epoch_milliseconds(kNow)));
  EXPECT_EQ(text(made.id, "made"), "absent");
}

TEST_F(RunMappers, address_by_its_attributes) {
  ada().attributes["street"] = {"1 Main St"};
  ada().attributes["town"] = {"Turin", "second"};
  ada().attributes["country"] = {""};
  const auto said = with("oidc-address-mapper", {{"user.attribute.locality", "town"}});
  EXPECT_EQ(text(said.access, "address"), R"({"street_address":"1 Main St","locality":"Turin"})");
  EXPECT_EQ(said.id.at("address"), said.access.at("address"));
}

TEST_F(RunMappers, attributes_with_those_of_groups_when_asked_for) {
  ada().attributes["site"] = {"a"};
  add_group("one", {{"site", {"b", "a"}}});
  add_group("two", {{"site", {"c"}}});
  Config config = {{"claim.name", "site"}, {"user.attribute", "site"}, {"multivalued", "true"}};
  EXPECT_EQ(text(with("oidc-usermodel-attribute-mapper", config).access, "site"), R"(["a"])");
  config["aggregate.attrs"] = "true";
  EXPECT_EQ(text(with("oidc-usermodel-attribute-mapper", config).access, "site"), R"(["a","b","c"])");
  config["multivalued"] = "false";
  EXPECT_EQ(text(with("oidc-usermodel-attribute-mapper", config).access, "site"), R"("a")");
}

TEST_F(RunMappers, attributes_of_the_first_group_alone_where_nothing_is_to_be_put_together) {
  add_group("two", {{"site", {"c", "d"}}});
  add_group("one", {{"site", {"b"}}});
  add_group("none");
  Config config = {{"claim.name", "site"}, {"user.attribute", "site"}, {"multivalued", "true"}};
  EXPECT_EQ(text(with("oidc-usermodel-attribute-mapper", config).access, "site"), R"(["b"])");
  config["aggregate.attrs"] = "true";
  EXPECT_EQ(text(with("oidc-usermodel-attribute-mapper", config).access, "site"), R"(["c","d","b"])");
}

TEST_F(RunMappers, attributes_of_the_nearest_group_above) {
  add_group("team");
  add_above("team", "floor", {{"site", {"near"}}});
  add_above("floor", "house", {{"site", {"far"}}, {"town", {"Turin"}}});
  for (const auto* aggregate : {"false", "true"}) {
    const auto said = [&](const char* name) {
      return text(
          with(
              "oidc-usermodel-attribute-mapper",
              {{"claim.name", name}, {"user.attribute", name}, {"multivalued", "true"}, {"aggregate.attrs", aggregate}})
              .access,
          name);
    };
    EXPECT_EQ(said("site"), R"(["near"])");
    EXPECT_EQ(said("town"), R"(["Turin"])");
    EXPECT_EQ(said("street"), "absent");
  }
}

TEST_F(RunMappers, groups_by_path_or_name) {
  add_group("one");
  add_group("two");
  EXPECT_EQ(text(with("oidc-group-membership-mapper", {{"claim.name", "groups"}}).id, "groups"),
            R"(["/staff/one","/staff/two"])");
  EXPECT_EQ(
      text(with("oidc-group-membership-mapper", {{"claim.name", "groups"}, {"full.path", "false"}}).access, "groups"),
      R"(["one","two"])");
}

TEST_F(RunMappers, hardcoded_roles_stand_in_access_tokens_alone) {
  const auto realm = with("oidc-hardcoded-role-mapper", {{"role", "auditor"}});
  EXPECT_EQ(text(realm.access, "realm_access"), R"({"roles":["auditor","offline_access"]})");
  EXPECT_EQ(text(realm.id, "realm_access"), "absent");
  const auto client = with("oidc-hardcoded-role-mapper", {{"role", "my.api.reader"}});
  EXPECT_EQ(text(client.access, "resource_access"),
            R"({"my.api":{"roles":["reader"]},"account":{"roles":["view-profile"]}})");
}

TEST_F(RunMappers, refuses_to_say_a_role_twice) {
  const auto realm = with("oidc-hardcoded-role-mapper", {{"role", "offline_access"}});
  EXPECT_EQ(text(realm.access, "realm_access"), R"({"roles":["offline_access"]})");
  const auto client = with("oidc-hardcoded-role-mapper", {{"role", "account.view-profile"}});
  EXPECT_EQ(text(client.access, "resource_access"), R"({"account":{"roles":["view-profile"]}})");
  const auto renamed =
      with("oidc-role-name-mapper", {{"role", "account.view-profile"}, {"new.role.name", "offline_access"}});
  EXPECT_EQ(text(renamed.access, "realm_access"), R"({"roles":["offline_access"]})");
  const auto fixed =
      with("oidc-hardcoded-claim-mapper",
           {{"claim.name", "realm_access.roles"}, {"claim.value", R"(["a","a"])"}, {"jsonType.label", "JSON"}});
  EXPECT_EQ(text(fixed.access, "realm_access"), R"({"roles":["a","offline_access"]})");
}

// What stands where applications look for roles is added to them, and keeps their shape.
TEST_F(RunMappers, roles_from_attributes_groups_and_fixed_values_stand_beside_those_of_the_realm) {
  ada().attributes["teams"] = {"ops", "offline_access"};
  add_group("admins");
  const Config of_realm = {{"claim.name", "realm_access.roles"}, {"multivalued", "true"}, {"user.attribute", "teams"}};
  const auto teams = with("oidc-usermodel-attribute-mapper", of_realm);
  EXPECT_EQ(text(teams.access, "realm_access"), R"({"roles":["ops","offline_access"]})");
  EXPECT_EQ(text(teams.id, "realm_access"), R"({"roles":["ops","offline_access"]})");
  auto config = of_realm;
  config["full.path"] = "false";
  EXPECT_EQ(text(with("oidc-group-membership-mapper", config).access, "realm_access"),
            R"({"roles":["admins","offline_access"]})");
  config["claim.value"] = R"(["fixed",7,"other"])";
  config["jsonType.label"] = "JSON";
  EXPECT_EQ(text(with("oidc-hardcoded-claim-mapper", config).access, "realm_access"),
            R"({"roles":["fixed","other","offline_access"]})");
  config["claim.name"] = "resource_access.shop.roles";
  EXPECT_EQ(text(with("oidc-hardcoded-claim-mapper", config).access, "resource_access"),
            R"({"shop":{"roles":["fixed","other"]},"account":{"roles":["view-profile"]}})");
  const auto flat =
      with("oidc-usermodel-client-role-mapper", {{"claim.name", "realm_access.roles"}, {"multivalued", "true"}});
  EXPECT_NE(text(flat.access, "realm_access").find("view-profile"), std::string::npos);
  EXPECT_EQ(text(flat.id, "realm_access"), R"({"roles":["view-profile"]})");
}

TEST_F(RunMappers, role_prefixes) {
  const auto realm =
      with("oidc-usermodel-realm-role-mapper",
           {{"claim.name", "roles"}, {"multivalued", "true"}, {"usermodel.realmRoleMapping.rolePrefix", "R_"}});
  EXPECT_EQ(text(realm.id, "roles"), R"(["R_offline_access"])");
  const auto client = with("oidc-usermodel-client-role-mapper", {{"claim.name", "roles"},
                                                                 {"multivalued", "true"},
                                                                 {"usermodel.clientRoleMapping.clientId", "account"},
                                                                 {"usermodel.clientRoleMapping.rolePrefix", "A_"}});
  EXPECT_EQ(text(client.access, "roles"), R"(["A_view-profile"])");
}

TEST_F(RunMappers, session_state_and_nonce_for_old_adapters) {
  EXPECT_EQ(text(with("oidc-session-state-mapper", {}).access, "session_state"), R"("sid-1")");
  const auto nonce = with("oidc-nonce-backwards-compatible-mapper", {});
  EXPECT_EQ(text(nonce.access, "nonce"), R"("n-1")");
  EXPECT_EQ(text(nonce.id, "nonce"), R"("n-1")") << "it has its own";
}

TEST_F(RunMappers, session_notes_and_the_level) {
  session_.notes["clientAddress"] = "192.0.2.7";
  EXPECT_EQ(text(with("oidc-usersessionmodel-note-mapper",
                      {{"claim.name", "from.address"}, {"user.session.note", "clientAddress"}})
                     .access,
                 "from"),
            R"({"address":"192.0.2.7"})");
  EXPECT_EQ(text(with("oidc-usersessionmodel-note-mapper",
                      {{"claim.name", "at"}, {"user.session.note", "AUTH_TIME"}, {"jsonType.label", "long"}})
                     .id,
                 "at"),
            std::to_string(epoch_seconds(kNow)));
  // What a provider's mappers said, and never in place of a note of ours.
  session_.notes["mapped:dept"] = "Sales";
  session_.notes["mapped:clientAddress"] = "forged";
  for (const auto& [note, value] :
       std::map<std::string, std::string>{{"dept", R"("Sales")"}, {"clientAddress", R"("192.0.2.7")"}}) {
    EXPECT_EQ(
        text(with("oidc-usersessionmodel-note-mapper", {{"claim.name", "c"}, {"user.session.note", note}}).access, "c"),
        value);
  }
  const auto level = with("oidc-acr-mapper", {{"userinfo.token.claim", "true"}});
  EXPECT_EQ(text(level.access, "acr"), R"("1")");
  EXPECT_FALSE(level.userinfo.contains("acr")) << "it is about a login, not about the person";
}

// OpenID Connect Core section 8.1: clients of one sector know a person by one name, others by another.
TEST_F(RunMappers, pairwise_subjects_by_sector) {
  const auto subject_at = [&](std::string sector) {
    return text(with("oidc-sha256-pairwise-sub-mapper",
                     {{"sectorIdentifierUri", std::move(sector)}, {"pairwiseSubAlgorithmSalt", "salt"}})
                    .id,
                "sub");
  };
  const auto one = subject_at("https://sector.example/uris.json");
  EXPECT_NE(one, R"("user-ada")");
  EXPECT_EQ(one, subject_at("https://sector.example/others.json")) << "its host counts";
  EXPECT_NE(one, subject_at("https://other.example/uris.json"));
  const auto both = with("oidc-sha256-pairwise-sub-mapper", {{"pairwiseSubAlgorithmSalt", "salt"}});
  EXPECT_EQ(text(both.id, "sub"), text(both.access, "sub"));
}

TEST_F(RunMappers, lightweight_tokens_say_what_asks_to_be_said) {
  attributes_["client.use.lightweight.access.token.enabled"] = "true";
  Config config = {{"claim.name", "c"}, {"claim.value", "x"}};
  EXPECT_EQ(text(with("oidc-hardcoded-claim-mapper", config).access, "c"), "absent");
  EXPECT_EQ(text(with("oidc-hardcoded-claim-mapper", config).id, "c"), R"("x")");
  config["lightweight.claim"] = "true";
  EXPECT_EQ(text(with("oidc-hardcoded-claim-mapper", config).access, "c"), R"("x")");
}

}  // namespace
}  // namespace cardea
