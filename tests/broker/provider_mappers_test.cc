// Mappers of a provider that reach further than the account (keycloak.md section 5.7): notes of the session, and the
// key and name by which somebody is known at the provider. Facts from Keycloak 26.7.4.
#include "tests/broker/broker_world.h"

namespace cardea::protocol {
namespace {

constexpr std::string_view kNote = "oidc-user-session-note-idp-mapper";
constexpr std::string_view kHardcoded = "hardcoded-user-session-attribute-idp-mapper";
constexpr std::string_view kUsername = "oidc-username-idp-mapper";

class ProviderMappers : public Broker, public testing::WithParamInterface<Engine> {
 protected:
  ProviderMappers() : Broker(GetParam()) {
    server_.add_client("notes", [](Client& client) {
      for (const std::string name : {"dept", "hard", "identity_provider", "identity_provider_identity"}) {
        ProtocolMapper mapper;
        mapper.id = mapper.name = "note-" + name;
        mapper.provider = "oidc-usersessionmodel-note-mapper";
        mapper.config = {{"user.session.note", name}, {"claim.name", "note_" + name}, {"access.token.claim", "true"}};
        client.mappers.push_back(std::move(mapper));
      }
    });
    claims_["dept"] = "Sales";
  }
  static json::object mapper(std::string_view kind, const json::object& config) {
    json::object out{{"id", std::string(kind) + json::serialize(config)},
                     {"name", kind},
                     {"identityProviderAlias", "up"},
                     {"identityProviderMapper", kind}};
    out["config"] = config;
    return out;
  }
  static json::object note(const std::string& claim, const std::string& value, const std::string& sync = "FORCE") {
    return mapper(kNote, {{"claims", json::serialize(json::array{json::object{{"key", claim}, {"value", value}}})},
                          {"syncMode", sync}});
  }
  static Pairs at() { return {{"client_id", "notes"}, {"redirect_uri", "https://notes.example/cb"}}; }
  /// By the provider; the access token's payload.
  json::object sign_in(Browser& browser, const Pairs& more = {}) {
    auto request = at();
    request.insert(request.end(), more.begin(), more.end());
    const auto away = browser.get(button(browser.get(authorize_url(request))));
    nonce_ = location_parameter(away, "nonce");
    state_ = location_parameter(away, "state");
    return token_of(come_back(browser));
  }
  json::object token_of(const web::Response& answer) {
    EXPECT_EQ(answer.status, 302) << answer.body_text();
    return payload_of(string_or(redeem(server_, location_parameter(answer, "code"), at()), "access_token", ""));
  }
  static std::string text(const json::object& token, std::string_view name) { return string_or(token, name, "absent"); }
};
INSTANTIATE_ON_EVERY_ENGINE(ProviderMappers);

// ---- refused

TEST_P(ProviderMappers, refuses_a_key_that_everybody_would_share) {
  for (const std::string text : {"fixed", "${ALIAS}", "${CLAIM.absent}", "${ALIAS}.${CLAIM.absent}",
                                 "${CLAIM.dept}/${CLAIM.absent}", "${OTHER.dept}"}) {
    use({provider("up")}, {mapper(kUsername, {{"target", "BROKER_ID"}, {"template", text}})});
    Browser browser(server_);
    expect_refused(sign_in_upstream(browser), "broker_id_without_claim");
  }
  claims_["dept"] = "@sales";
  use({provider("up")}, {mapper(kUsername, {{"target", "BROKER_ID"}, {"template", "${CLAIM.dept|localpart}"}})});
  Browser nobody(server_);
  expect_refused(sign_in_upstream(nobody), "broker_id_without_claim");
  claims_["dept"] = std::string(256, 'x');
  use({provider("up")}, {mapper(kUsername, {{"target", "BROKER_ID"}, {"template", "${CLAIM.dept}"}})});
  Browser browser(server_);
  expect_refused(sign_in_upstream(browser), "broker_id_too_long");
}

TEST_P(ProviderMappers, refuses_notes_of_ours_and_keeps_none_that_the_provider_did_not_say) {
  use({provider("up")}, {mapper(kHardcoded, {{"attribute", "identity_provider"}, {"attribute.value", "forged"}}),
                         note("dept", "Sale"), note("dept", "")});
  Browser browser(server_);
  const auto token = sign_in(browser);
  EXPECT_EQ(text(token, "note_identity_provider"), "up");
  EXPECT_EQ(text(token, "note_dept"), "absent");
}

TEST_P(ProviderMappers, refuses_notes_beyond_what_a_session_may_hold) {
  claims_["dept"] = std::string(8200, 'x');
  auto big = note("dept", ".*");
  big["config"].as_object()["are.claim.values.regex"] = "true";
  use({provider("up")}, {mapper(kHardcoded, {{"attribute", "hard"}, {"attribute.value", "kept"}}), big});
  Browser browser(server_);
  const auto token = sign_in(browser);
  EXPECT_EQ(text(token, "note_hard"), "kept");
  EXPECT_EQ(text(token, "note_dept"), "absent");
  expect_logged_with_request("upstream_mapper_left_out");
  EXPECT_TRUE(server_.log.contains("notes_too_large"));
}

// What one provider said of somebody is not true of who signs in anew without it.
TEST_P(ProviderMappers, refuses_to_keep_notes_past_the_proof_they_came_by) {
  link("ada", "u-1");
  use({provider("up")}, {note("dept", "Sales")});
  Browser browser(server_);
  EXPECT_EQ(text(sign_in(browser), "note_dept"), "Sales");
  auto anew = at();
  anew.emplace_back("prompt", "login");
  const auto page = browser.get(authorize_url(anew));
  const auto token = token_of(browser.submit(page, {{"username", "ada"}, {"password", "correct-horse"}}));
  EXPECT_EQ(text(token, "note_dept"), "absent");
  EXPECT_EQ(text(token, "note_identity_provider"), "absent");
}

// ---- kept

TEST_P(ProviderMappers, notes_follow_the_sync_mode_and_hardcoded_ones_come_every_time) {
  use({provider("up")}, {mapper(kHardcoded, {{"attribute", "hard"}, {"attribute.value", "v"}, {"syncMode", "IMPORT"}}),
                         note("dept", "Sales", "IMPORT")});
  Browser first(server_), second(server_), third(server_);
  auto token = sign_in(first);
  EXPECT_EQ(text(token, "note_hard"), "v");
  EXPECT_EQ(text(token, "note_dept"), "Sales");
  token = sign_in(second);
  EXPECT_EQ(text(token, "note_hard"), "v");
  EXPECT_EQ(text(token, "note_dept"), "absent");
  use({provider("up")}, {note("dept", "Sales", "FORCE")});
  EXPECT_EQ(text(sign_in(third), "note_dept"), "Sales");
}

// A step after the provider's keeps them: they travel with the login.
TEST_P(ProviderMappers, notes_outlast_a_required_action) {
  link("ada", "u-1");
  use({provider("up")}, {note("dept", "Sales")});
  ASSERT_TRUE(server_.repositories.store.write([&](Tx& tx) {
    return server_.repositories.users.set_required_actions(tx, UserId("user-ada"), {"UPDATE_PASSWORD"});
  }));
  Browser browser(server_);
  const auto away = browser.get(button(browser.get(authorize_url(at()))));
  nonce_ = location_parameter(away, "nonce");
  state_ = location_parameter(away, "state");
  auto page = come_back(browser);
  if (page.status == 302) page = browser.get(location(page));
  ASSERT_EQ(page.status, 200) << page.body_text();
  const auto done =
      browser.submit(page, {{"password-new", "a-new-long-one-17"}, {"password-confirm", "a-new-long-one-17"}});
  EXPECT_EQ(text(token_of(done), "note_dept"), "Sales");
}

TEST_P(ProviderMappers, the_key_and_the_name_at_the_provider_are_what_the_templates_say) {
  use({provider("up")},
      {mapper(kUsername, {{"target", "BROKER_ID"}, {"template", "id-${CLAIM.preferred_username}"}}),
       mapper(kUsername, {{"target", "BROKER_USERNAME"}, {"template", "bn-${CLAIM.preferred_username|uppercase}"}})});
  Browser first(server_), second(server_), other(server_);
  const auto token = sign_in(first);
  EXPECT_EQ(text(token, "preferred_username"), "bn-zoe");
  EXPECT_EQ(text(token, "note_identity_provider_identity"), "bn-zoe");
  EXPECT_FALSE(link_of("u-1"));
  ASSERT_TRUE(link_of("id-zoe"));
  EXPECT_EQ(link_of("id-zoe")->upstream_name, "bn-zoe");
  // Another subject of the same name is the same person now, as the realm wants it.
  claims_["sub"] = "u-2";
  EXPECT_EQ(text(sign_in(second), "sub"), text(token, "sub"));
  claims_["preferred_username"] = "yan";
  claims_["email"] = "yan@up.example";
  EXPECT_NE(text(sign_in(other), "sub"), text(token, "sub"));
}

}  // namespace
}  // namespace cardea::protocol
