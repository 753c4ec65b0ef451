// What upstream logins must not become (attack classes 7, 8, 10, 21): other people's paths, links, addresses, names and
// freshness.
#include "tests/broker/broker_world.h"

namespace cardea::protocol {
namespace {

class BrokerRules : public Broker {
 protected:
  const RealmId demo_{"realm-demo"};

  web::Response begin_and_leave(Browser& browser, const Pairs& changes) {
    auto away = browser.get(button(browser.get(authorize_url(changes))));
    EXPECT_EQ(away.status, 302) << away.body_text();
    nonce_ = location_parameter(away, "nonce");
    state_ = location_parameter(away, "state");
    return away;
  }
};

// ---- authentik's paths are one realm's

TEST_F(BrokerRules, refuses_authentiks_paths_to_realms_that_do_not_have_them) {
  use({provider("entra-id", {{"callbackPath", "source"}})});
  Browser browser(server_);
  expect_refused(browser.get(button(browser.get(authorize_url()), "entra-id")), "no_source_paths_in_this_realm");
  EXPECT_EQ(browser.get("/source/oauth/login/entra-id/").status, 404);
}

TEST_F(BrokerRules, refuses_a_callback_for_another_realm_than_the_one_that_has_the_paths) {
  use({provider("entra-id", {{"callbackPath", "source"}})});
  server_.change_realm([](Realm& realm) { realm.attributes["authentikPaths"] = "true"; });
  Browser browser(server_);
  leave(browser, "entra-id");
  server_.change_realm([](Realm& realm) { realm.attributes.erase("authentikPaths"); });
  server_.clock.advance(seconds{61});  // the realms are read once a minute
  expect_refused(browser.get(callback({{"code", "x"}}, "https://id.example/source/oauth/callback/entra-id/")),
                 "state_of_other_realm");
}

// ---- links

TEST_F(BrokerRules, refuses_the_same_subject_of_another_issuer) {
  Browser browser(server_), later(server_);
  expect_signed_in(sign_in_upstream(browser), "zoe");
  EXPECT_EQ(link_of("u-1")->issuer, kUpstream);
  use({provider("up", {{"issuer", "https://evil.example"}})});
  claims_["iss"] = "https://evil.example";
  EXPECT_EQ(sign_in_upstream(later).status, 200);
  EXPECT_TRUE(server_.log.contains("link_of_other_issuer"));
  EXPECT_EQ(link_of("u-1")->issuer, kUpstream);
}

TEST_F(BrokerRules, takes_the_issuer_of_the_first_login_for_a_link_without_one) {
  link("ada", "u-1");
  Browser browser(server_);
  expect_signed_in(sign_in_upstream(browser), "ada");
  EXPECT_EQ(link_of("u-1")->issuer, kUpstream);
}

TEST_F(BrokerRules, refuses_to_link_administrators_by_their_address) {
  claims_["email"] = "ada@demo.example";
  claims_["email_verified"] = true;
  use({provider("up", {{"userMatchingMode", "email_link"}, {"emailDomains", "demo.example"}}, {{"trustEmail", true}})});
  auto ada = *user_named("ada");
  ada.email_verified = true;
  ASSERT_TRUE(
      server_.repositories.store.write([&](Tx& tx) { return server_.repositories.users.update(tx, ada, false); }));
  give_client_role("realm-management", "view-users", "user-ada");
  Browser browser(server_);
  EXPECT_NE(sign_in_upstream(browser).body_text().find("Account already exists"), std::string_view::npos);
  EXPECT_FALSE(link_of("u-1"));
}

// ---- organizations

class BrokerOrganizations : public BrokerRules {
 protected:
  BrokerOrganizations() {
    server_.change_realm([](Realm& realm) { realm.extra["organizationsEnabled"] = true; });
    acme_.id = OrganizationId("o-1");
    acme_.realm = demo_;
    acme_.name = acme_.alias = "acme";
    acme_.domains = {{"up.example", true}};
    EXPECT_TRUE(
        server_.repositories.store.write([&](Tx& tx) { return server_.repositories.organizations.insert(tx, acme_); }));
  }
  /// The provider with this `kc.org.domain`; zoe comes by it for the first time.
  std::optional<Membership> membership_after_login(const json::object& config, bool trusted = true) {
    claims_["email_verified"] = true;
    use({provider("up", config, {{"organizationId", "o-1"}, {"trustEmail", trusted}})});
    Browser browser(server_);
    expect_signed_in(sign_in_upstream(browser), "zoe");
    const auto zoe = user_named("zoe")->id;
    return read_from(server_.repositories.store,
                     [&](Rows& rows) { return server_.repositories.memberships.find(rows, acme_.id, zoe); })
        .value();
  }
  Organization acme_;
};

TEST_F(BrokerOrganizations, refuses_membership_to_an_address_of_another_domain) {
  EXPECT_FALSE(membership_after_login({{"kc.org.domain", "acme.example"}})) << "not the organization's domain";
}

TEST_F(BrokerOrganizations, refuses_membership_where_no_domain_of_the_organization_fits) {
  claims_["email"] = "zoe@elsewhere.example";
  EXPECT_FALSE(membership_after_login({{"kc.org.domain", "ANY"}}));
}

TEST_F(BrokerOrganizations, refuses_logins_by_the_provider_of_one_that_is_off) {
  claims_["email_verified"] = true;
  use({provider("up", {}, {{"organizationId", "o-1"}, {"trustEmail", true}})});
  Browser browser(server_);
  leave(browser);
  acme_.enabled = false;
  ASSERT_TRUE(
      server_.repositories.store.write([&](Tx& tx) { return server_.repositories.organizations.update(tx, acme_); }));
  server_.change_realm([](Realm&) {});  // as the admin API does
  const auto refused = come_back(browser);
  EXPECT_NE(refused.status, 302);
  EXPECT_FALSE(user_named("zoe"));
  Browser other(server_);
  EXPECT_EQ(other.get(authorize_url()).body_text().find("/broker/up/"), std::string_view::npos) << "no button";
}

TEST_F(BrokerOrganizations, refuses_logins_by_its_provider_in_a_realm_without_organizations) {
  use({provider("up", {}, {{"organizationId", "o-1"}, {"trustEmail", true}})});
  Browser browser(server_);
  leave(browser);
  server_.change_realm([](Realm& realm) { realm.extra["organizationsEnabled"] = false; });
  EXPECT_NE(come_back(browser).status, 302);
  EXPECT_FALSE(user_named("zoe"));
}

TEST_F(BrokerOrganizations, refuses_membership_by_an_address_that_nobody_proved) {
  EXPECT_FALSE(membership_after_login({{"kc.org.domain", "up.example"}}, false));
}

TEST_F(BrokerOrganizations, who_comes_by_its_provider_is_a_managed_member) {
  EXPECT_EQ(membership_after_login({{"kc.org.domain", "up.example"}}), Membership::kManaged);
}

// ---- names and addresses

TEST_F(BrokerRules, refuses_a_name_that_is_somebodys_address) {
  claims_["preferred_username"] = "ada@demo.example";
  claims_["email"] = "";
  Browser browser(server_);
  EXPECT_NE(sign_in_upstream(browser).body_text().find("Account already exists"), std::string_view::npos);
  EXPECT_FALSE(user_named("ada@demo.example"));
}

TEST_F(BrokerRules, refuses_names_that_the_profile_does_not_allow) {
  claims_["preferred_username"] = "<script>";
  Browser browser(server_);
  expect_refused(sign_in_upstream(browser), "bad_username");
  claims_["preferred_username"] = "zoe";
  claims_["email"] = "no address";
  claims_["given_name"] = "Z<o>e";
  const auto asked = sign_in_upstream(browser);  // what was left out and is needed the person is asked for
  EXPECT_NE(location(asked).find("execution=VERIFY_PROFILE"), std::string::npos) << asked.body_text();
  EXPECT_EQ(user_named("zoe")->email, "");
  EXPECT_EQ(user_named("zoe")->first_name, "");
  EXPECT_TRUE(server_.log.contains("upstream_value_left_out"));
}

TEST_F(BrokerRules, does_not_tell_strangers_which_name_goes_with_an_address) {
  claims_["email"] = "ada@demo.example";
  Browser browser(server_);
  const auto page = sign_in_upstream(browser);
  EXPECT_NE(page.body_text().find("account of &quot;ada@demo.example&quot;"), std::string_view::npos)
      << page.body_text();
}

// ---- how fresh a sign-in is

TEST_F(BrokerRules, refuses_a_sign_in_that_is_older_than_the_application_allows) {
  const auto now = epoch_seconds(server_.clock.now());
  Browser browser(server_);
  const auto away = begin_and_leave(browser, {{"max_age", "300"}});
  EXPECT_EQ(location_parameter(away, "max_age"), "300");
  expect_refused(come_back(browser), "no_auth_time");
  claims_["auth_time"] = now - 361;
  begin_and_leave(browser, {{"max_age", "300"}});
  expect_refused(come_back(browser), "auth_time_too_old");
  claims_["auth_time"] = now - 61;
  const auto forced = begin_and_leave(browser, {{"prompt", "login"}});
  EXPECT_EQ(location_parameter(forced, "prompt"), "login");
  EXPECT_EQ(location_parameter(forced, "max_age"), "0");
  expect_refused(come_back(browser), "auth_time_too_old");
}

TEST_F(BrokerRules, tells_applications_when_the_person_signed_in_at_the_provider) {
  const auto then = epoch_seconds(server_.clock.now()) - 200;
  claims_["auth_time"] = then;
  Browser browser(server_);
  begin_and_leave(browser, {{"max_age", "300"}});
  const auto tokens = redeem(server_, location_parameter(come_back(browser), "code"));
  EXPECT_EQ(int_or(payload_of(string_or(tokens, "id_token", "")), "auth_time", 0), then);
}

// ---- cookies

TEST_F(BrokerRules, refuses_to_fill_a_browser_with_logins_on_their_way) {
  Browser browser(server_);
  for (int i = 0; i < 6; ++i) leave(browser);
  std::size_t count = 0;
  for (const auto& [name, value] : browser.cookies()) {
    if (name.starts_with("__Host-cardea-upstream-") && !value.empty()) ++count;
  }
  EXPECT_EQ(count, 2U);
  expect_signed_in(come_back(browser), "zoe");  // the newest is among them
}

// ---- addresses

// What a provider's document names elsewhere leads only to public addresses by https, whatever the operator lists.
TEST_F(BrokerRules, refuses_inner_addresses_out_of_a_providers_document) {
  use({provider("up", {{"tokenUrl", ""}})});
  const json::object document{
      {"issuer", kUpstream}, {"jwks_uri", "https://up.example/keys"}, {"token_endpoint", "http://10.0.0.1/token"}};
  server_.fetcher.serve_json("https://up.example/.well-known/openid-configuration", json::serialize(document));
  Browser browser(server_);
  expect_refused(sign_in_upstream(browser), "bad_token_url");
}

// What a provider published before its record was changed is not what it is believed by after.
TEST_F(BrokerRules, refuses_documents_from_before_the_record_changed) {
  use({provider("up", {{"jwksUrl", ""}})});
  Browser browser(server_), later(server_), last(server_);
  expect_signed_in(sign_in_upstream(browser), "zoe");
  const jose::PublicJwk other{jose::test_private_key(crypto::KeyType::kRsa).public_key(), "k1", "", "sig", ""};
  server_.fetcher.serve_json("https://up.example/keys", jose::jwks_json({&other, 1}));
  expect_signed_in(sign_in_upstream(later), "zoe");  // in memory for an hour
  use({provider("up", {{"jwksUrl", ""}, {"prompt", "select_account"}})});
  EXPECT_EQ(sign_in_upstream(last).status, 200);
  EXPECT_TRUE(server_.log.contains("id_token_"));
}

// ---- the provider's tokens

TEST_F(BrokerRules, refuses_the_stored_token_for_a_role_that_only_a_mapper_wrote) {
  use({provider("up", {}, {{"storeToken", true}})});
  Browser browser(server_);
  const auto ask = [&](std::string_view bearer) {
    return server_.get("/realms/demo/broker/up/token", {{"Authorization", "Bearer " + std::string(bearer)}});
  };
  server_.add_client("sly", [](Client& client) {
    ProtocolMapper mapper;
    mapper.id = "m";
    mapper.name = "m";
    mapper.protocol = "openid-connect";
    mapper.provider = "oidc-hardcoded-claim-mapper";
    mapper.config = {{"claim.name", "resource_access\\.broker\\.roles"},
                     {"claim.value", "read-token"},
                     {"jsonType.label", "String"},
                     {"access.token.claim", "true"}};
    client.mappers.push_back(std::move(mapper));
  });
  const Pairs sly{{"client_id", "sly"}, {"redirect_uri", "https://sly.example/cb"}};
  begin_and_leave(browser, sly);
  const auto forged = redeem(server_, location_parameter(come_back(browser), "code"), sly);
  EXPECT_EQ(ask(string_or(forged, "access_token", "")).status, 403);
  give_client_role("broker", "read-token", user_named("zoe")->id.str());
  Browser later(server_);
  const auto tokens = redeem(server_, location_parameter(sign_in_upstream(later), "code"));
  const auto given = ask(string_or(tokens, "access_token", ""));
  EXPECT_EQ(given.status, 200) << given.body_text();
  EXPECT_NE(given.body_text().find("up-access"), std::string_view::npos);
}

json::object mapper_that_fails(std::string_view on_error) {
  return {{"id", "m-1"},
          {"name", "staff role"},
          {"identityProviderAlias", "up"},
          {"identityProviderMapper", "oidc-advanced-role-idp-mapper"},
          {"config", {{"claims", "no list"}, {"role", "staff"}, {"syncMode", "FORCE"}, {"onError", on_error}}}};
}

TEST_F(BrokerRules, G2_33_a_mapping_that_fails_stops_the_login_or_not_as_it_says) {
  claims_["api_secret"] = "hunter2";
  claims_["_claim_sources"] = json::object{{"src1", json::object{{"access_token", "hunter2"}}}};
  claims_["lists"] = json::array{json::object{{"JWT", "hunter2"}}};
  use({provider("up")}, {mapper_that_fails("refuse")});
  Browser stopped(server_);
  const auto page = sign_in_upstream(stopped);
  expect_refused(page, "mapper_failed");
  EXPECT_NE(page.body_text().find("staff role"), std::string_view::npos);
  EXPECT_EQ(page.body_text().find("hunter2"), std::string_view::npos);
  EXPECT_FALSE(link_of("u-1"));
  expect_logged_with_request("upstream_mapper_left_out");

  use({provider("up")}, {mapper_that_fails("continue")});
  Browser browser(server_);
  expect_signed_in(sign_in_upstream(browser), "zoe");
  std::size_t told = 0;
  for (const auto& line : server_.log.lines()) {
    if (line.find("upstream_mapper_left_out") == std::string::npos) continue;
    ++told;
    for (const auto* part : {"staff role", "bad_claims", "preferred_username", "zoe", "**********"}) {
      EXPECT_NE(line.find(part), std::string::npos) << part << line;
    }
    EXPECT_EQ(line.find("hunter2"), std::string::npos) << line;
    EXPECT_EQ(line.find(nonce_), std::string::npos) << line;
  }
  EXPECT_EQ(told, 2U);
}

// Google has no scope for it: `access_type` brings the refresh token that the check of sessions asks with.
TEST_F(BrokerRules, asks_google_for_a_refresh_token_where_tokens_are_kept) {
  const json::object document{{"issuer", "https://accounts.google.com"},
                              {"authorization_endpoint", "https://accounts.google.com/auth"},
                              {"token_endpoint", "https://oauth2.googleapis.com/token"},
                              {"jwks_uri", "https://www.googleapis.com/certs"}};
  server_.fetcher.serve_json("https://accounts.google.com/.well-known/openid-configuration", json::serialize(document));
  const auto access_type = [&](const json::object& config, const json::object& members = {}) {
    auto google = provider("google", config, members);
    google["providerId"] = "google";
    use({google});
    Browser browser(server_);
    return location_parameter(leave(browser, "google"), "access_type");
  };
  EXPECT_EQ(access_type({}), "");
  EXPECT_EQ(access_type({{"offlineAccess", "true"}}), "offline");
  EXPECT_EQ(access_type({{"sessionCheckSeconds", "300"}}), "offline");
  EXPECT_EQ(access_type({}, {{"storeToken", true}}), "offline");
}

}  // namespace
}  // namespace cardea::protocol
