#include "core/token/issue_token.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "base/json.h"
#include "core/check_bearer.h"
#include "tests/support/realm_fixture.h"
#include "tests/support/seeded_random.h"

namespace cardea {
namespace {

constexpr TimePoint kNow = from_epoch_seconds(1'790'000'000);
constexpr std::string_view kIssuer = "https://id.example/realms/demo";

class IssueToken : public testing::Test {
 protected:
  TokenContext context(std::string_view scope = "openid") {
    client_ = make_test_entry(realm_, std::move(client_record_));
    plan_ = *plan_for(*client_, scope);
    session_.id = SessionId("sid-1");
    session_.user = UserId("user-ada");
    session_.started_at = session_.last_seen = kNow;
    session_.auth_time = epoch_seconds(kNow);
    return {.realm = *realm_,
            .client = *client_,
            .plan = *plan_,
            .subject = subject_,
            .issuer = kIssuer,
            .now = kNow,
            .session = &session_,
            .acr = "1",
            .nonce = "n-1",
            .grant = "ac"};
  }
  json::object claims(std::string_view token) {
    const auto jwt = verify_access_token(*realm_, kIssuer, token, kNow);
    EXPECT_TRUE(jwt) << (jwt ? "" : describe(jwt.error()));
    return jwt ? jwt->claims() : json::object{};
  }

  std::shared_ptr<const RealmEntry> realm_ = make_test_realm();
  Client client_record_ = make_test_client(*realm_);
  std::shared_ptr<const ClientEntry> client_;
  std::shared_ptr<const TokenPlan> plan_;
  TokenSubject subject_ = make_test_subject();
  UserSession session_;
  SeededRandom random_{1};
};

TEST_F(IssueToken, refuses_disabled_user_client_and_dead_session) {
  auto c = context();
  subject_.subject.user.enabled = false;
  EXPECT_EQ(issue_tokens(c, random_).error(), IssueError::kUserDisabled);
  subject_.subject.user.enabled = true;
  session_.last_seen = kNow - std::chrono::hours(9);
  EXPECT_EQ(issue_tokens(c, random_).error(), IssueError::kSessionExpired);
  client_record_ = make_test_client(*realm_);
  client_record_.enabled = false;
  auto disabled = context();
  EXPECT_EQ(issue_tokens(disabled, random_).error(), IssueError::kClientDisabled);
}

// One person's odd attribute must not keep everybody of their kind out (Keycloak leaves the claim out, too).
TEST_F(IssueToken, refuses_to_say_a_value_that_does_not_fit_its_type_and_names_the_claim) {
  const auto hardcoded = [](std::string claim, std::string value, std::string type) {
    ProtocolMapper mapper;
    mapper.provider = "oidc-hardcoded-claim-mapper";
    mapper.config = {{"claim.name", std::move(claim)},
                     {"claim.value", std::move(value)},
                     {"jsonType.label", std::move(type)},
                     {"access.token.claim", "true"}};
    return mapper;
  };
  client_record_.mappers = {hardcoded("n", "abc", "long"), hardcoded("wide.n", "12345678901234567890", "long"),
                            hardcoded("j", "{bad", "JSON"), hardcoded("yes", "perhaps", "boolean"),
                            hardcoded("good", "TRUE", "boolean")};
  const auto tokens = issue_tokens(context(), random_);
  ASSERT_TRUE(tokens);
  EXPECT_EQ(tokens->left_out, (std::vector<std::string>{"n", "wide", "j"}));
  const auto token = claims(tokens->access_token);
  for (const auto* name : {"n", "wide", "j"}) EXPECT_FALSE(token.contains(name)) << name;
  EXPECT_EQ(token.at("yes"), false) << "what is no yes is a no";
  EXPECT_EQ(token.at("good"), true);
}

TEST_F(IssueToken, refuses_a_service_a_token_for_longer_than_a_session_may_live) {
  client_record_.attributes["access.token.lifespan"] = "999999";
  auto c = context("");
  c.session = nullptr;
  c.grant = "cc";
  EXPECT_EQ(issue_tokens(c, random_)->expires_in, realm_->realm.lifespans.sso_session_max.count());
}

// Adapters stop taking what they hold from before it.
TEST_F(IssueToken, the_answer_says_the_latest_revocation_of_realm_client_and_person) {
  EXPECT_EQ(issue_tokens(context(), random_)->not_before, 0);
  client_record_.not_before = 20;
  EXPECT_EQ(issue_tokens(context(), random_)->not_before, 20);
  subject_.subject.user.not_before = 30;
  EXPECT_EQ(issue_tokens(context(), random_)->not_before, 30);
}

TEST_F(IssueToken, refuses_mappers_to_say_who_a_service_is) {
  ProtocolMapper mapper;
  mapper.provider = "oidc-hardcoded-claim-mapper";
  mapper.config = {{"claim.name", "sub"},
                   {"claim.value", "somebody-else"},
                   {"access.token.claim", "true"},
                   {"id.token.claim", "true"}};
  client_record_.mappers = {mapper};
  auto c = context();
  EXPECT_EQ(claims(issue_tokens(c, random_)->access_token).at("sub"), "somebody-else");
  const auto id_subject = [&](const IssuedTokens& tokens) {
    const auto id = verify_id_token_hint(*realm_, kIssuer, tokens.id_token, kNow);
    return id ? std::string(id->sub()) : "no ID token";
  };
  EXPECT_EQ(id_subject(*issue_tokens(c, random_)), "somebody-else") << "both say the same";
  c.session = nullptr;
  c.grant = "cc";
  const auto service = issue_tokens(c, random_);
  ASSERT_TRUE(service);
  EXPECT_EQ(claims(service->access_token).at("sub"), "user-ada");
  EXPECT_EQ(id_subject(*service), "user-ada");
}

TEST_F(IssueToken, refuses_to_date_a_token_back_too_far_or_before_a_revocation) {
  const auto issued = [&](const char* back, std::int64_t user_not_before = 0) {
    client_record_ = make_test_client(*realm_);
    client_record_.attributes["cardea.iat.backdate.seconds"] = back;
    subject_.subject.user.not_before = user_not_before;
    const auto tokens = issue_tokens(context(), random_);
    const auto iat = [](const std::string& token) {
      const auto from = token.find('.') + 1;
      const auto payload = base64url_decode(token.substr(from, token.find('.', from) - from));
      return parse_json(std::string(payload->begin(), payload->end()))->as_object().at("iat").as_int64();
    };
    EXPECT_EQ(iat(tokens->id_token), iat(tokens->access_token));
    return epoch_seconds(kNow) - iat(tokens->access_token);
  };
  EXPECT_EQ(issued("5"), 5);
  EXPECT_EQ(issued("3600"), 30);
  EXPECT_EQ(issued("-5"), 0);
  EXPECT_EQ(issued("soon"), 0);
  EXPECT_EQ(issued("5", epoch_seconds(kNow) - 2), 2) << "else a fresh token would count as revoked";
  EXPECT_EQ(issued("5", epoch_seconds(kNow) + 60), 0);
}

TEST_F(IssueToken, access_token_has_keycloaks_members_in_keycloaks_order) {
  const auto tokens = issue_tokens(context(), random_);
  ASSERT_TRUE(tokens);
  std::string order;
  for (const auto& member : claims(tokens->access_token)) order.append(member.key()).push_back(' ');
  EXPECT_EQ(order, "exp iat jti iss aud sub typ azp sid realm_access resource_access scope preferred_username ");
  const auto payload = claims(tokens->access_token);
  EXPECT_EQ(payload.at("aud"), "account") << "the audience is resolved from roles and never the client itself";
  EXPECT_EQ(payload.at("azp"), "app");
  EXPECT_TRUE(payload.at("jti").as_string().starts_with("onrtac:"));
  EXPECT_EQ(json::serialize(payload.at("resource_access")), R"({"account":{"roles":["view-profile"]}})");
  EXPECT_EQ(tokens->expires_in, 300);
}

TEST_F(IssueToken, refuses_claims_of_the_protocol_to_clients_that_are_called_like_them) {
  auto roles = std::make_shared<EffectiveRoles>();
  for (const auto* name : {"iss", "scope", "aud", "sub", "realm_access", "ordinary"}) {
    roles->items.push_back({"role-" + std::string(name), name, "admin"});
  }
  std::ranges::sort(roles->items, {}, &EffectiveRoles::Item::client_id);
  subject_.roles = std::move(roles);
  ProtocolMapper mapper;
  mapper.provider = "oidc-usermodel-client-role-mapper";
  mapper.config = {{"claim.name", "${client_id}"}, {"multivalued", "true"}, {"access.token.claim", "true"}};
  client_record_.mappers.push_back(mapper);
  const auto tokens = issue_tokens(context(), random_);
  ASSERT_TRUE(tokens);
  const auto payload = claims(tokens->access_token);
  EXPECT_EQ(payload.at("iss").as_string(), kIssuer);
  EXPECT_TRUE(payload.at("scope").is_string());
  EXPECT_EQ(payload.at("sub"), "user-ada");
  EXPECT_EQ(json::serialize(payload.at("ordinary")), R"(["admin"])");
}

// The same origins as CORS allows (core/client_urls.h).
TEST_F(IssueToken, refuses_origins_other_than_those_of_cors) {
  ProtocolMapper origins;
  origins.provider = "oidc-allowed-origins-mapper";
  origins.config = {{"access.token.claim", "true"}};
  client_record_.mappers.push_back(origins);
  client_record_.root_url.clear();
  client_record_.web_origins = {"https://fixed.example", "+"};
  client_record_.redirect_uris = {"/cb", "https://wild.example*", "my.app://host/cb", "https://fixed.example/x"};
  const auto tokens = issue_tokens(context(), random_);
  ASSERT_TRUE(tokens);
  EXPECT_EQ(json::serialize(claims(tokens->access_token).at("allowed-origins")),
            R"(["https://fixed.example","https://id.example","https://wild.example"])");
}

TEST_F(IssueToken, nonce_and_audience_of_the_client_stand_in_the_id_token_only) {
  const auto tokens = issue_tokens(context(), random_);
  ASSERT_TRUE(tokens);
  EXPECT_FALSE(claims(tokens->access_token).contains("nonce"));
  const auto id = verify_id_token_hint(*realm_, kIssuer, tokens->id_token, kNow);
  ASSERT_TRUE(id);
  EXPECT_EQ(id->nonce(), "n-1");
  EXPECT_EQ(id->aud(), std::vector<std::string>{"app"});
  EXPECT_TRUE(id->claims().contains("at_hash"));
  EXPECT_FALSE(id->claims().contains("realm_access"));
}

TEST_F(IssueToken, no_token_of_one_kind_is_taken_for_another) {  // ID-14
  const auto tokens = issue_tokens(context(), random_);
  ASSERT_TRUE(tokens);
  EXPECT_FALSE(verify_access_token(*realm_, kIssuer, tokens->id_token, kNow));
  EXPECT_FALSE(verify_access_token(*realm_, kIssuer, tokens->refresh_token, kNow));
  EXPECT_FALSE(verify_refresh_token(*realm_, kIssuer, tokens->access_token, kNow));
  EXPECT_FALSE(verify_id_token_hint(*realm_, kIssuer, tokens->access_token, kNow));
  EXPECT_TRUE(verify_refresh_token(*realm_, kIssuer, tokens->refresh_token, kNow));
}

TEST_F(IssueToken, refuses_tokens_of_other_issuers_and_expired_ones) {
  const auto tokens = issue_tokens(context(), random_);
  ASSERT_TRUE(tokens);
  EXPECT_EQ(verify_access_token(*realm_, "https://id.example/realms/other", tokens->access_token, kNow).error(),
            BearerError::kInvalid);
  EXPECT_EQ(verify_access_token(*realm_, kIssuer, tokens->access_token, kNow + seconds{300}).error(),
            BearerError::kExpired);
  EXPECT_EQ(verify_access_token(*make_test_realm(), kIssuer, tokens->access_token, kNow).error(), BearerError::kInvalid)
      << "another realm's keys";
  EXPECT_TRUE(verify_id_token_hint(*realm_, kIssuer, tokens->id_token, kNow + seconds{9000}))
      << "an expired hint is accepted";
}

TEST_F(IssueToken, no_refresh_token_where_the_client_wants_none_and_no_id_token_without_openid) {
  client_record_.attributes["use.refresh.tokens"] = "false";
  const auto tokens = issue_tokens(context(""), random_);
  ASSERT_TRUE(tokens);
  EXPECT_TRUE(tokens->refresh_token.empty());
  EXPECT_TRUE(tokens->id_token.empty());
}

TEST_F(IssueToken, roles_outside_the_scope_of_a_client_stay_out) {
  client_record_.full_scope_allowed = false;
  auto visible = std::make_shared<EffectiveRoles>();
  visible->items = {{"role-1", "", "offline_access"}};
  subject_.scope_roles = visible;
  const auto tokens = issue_tokens(context(), random_);
  ASSERT_TRUE(tokens);
  const auto payload = claims(tokens->access_token);
  EXPECT_FALSE(payload.contains("resource_access"));
  EXPECT_FALSE(payload.contains("aud"));
  EXPECT_TRUE(payload.contains("realm_access"));
}

TEST_F(IssueToken, refuses_an_audience_that_the_settings_do_not_give_and_leaves_only_what_is_asked) {
  auto c = context();
  const std::vector<std::string> elsewhere = {"elsewhere"};
  c.only_audiences = &elsewhere;
  EXPECT_EQ(issue_tokens(c, random_).error(), IssueError::kAudienceMissing);
  const std::vector<std::string> account = {"account", "account"};
  c.only_audiences = &account;
  const auto token = claims(issue_tokens(c, random_)->access_token);
  EXPECT_EQ(token.at("aud"), "account");
  EXPECT_TRUE(token.at("resource_access").as_object().contains("account"));
}

TEST_F(IssueToken, refuses_to_outlive_what_it_was_made_from) {
  auto c = context();
  c.latest_end = kNow + seconds{7};
  c.with_refresh = false;
  const auto tokens = issue_tokens(c, random_);
  EXPECT_EQ(tokens->expires_in, 7);
  EXPECT_TRUE(tokens->refresh_token.empty());
}

TEST_F(IssueToken, roles_are_renamed_before_anything_shows_them) {
  const auto rename = [](std::string from, std::string to) {
    ProtocolMapper mapper;
    mapper.provider = "oidc-role-name-mapper";
    mapper.config = {{"role", std::move(from)}, {"new.role.name", std::move(to)}};
    return mapper;
  };
  client_record_.mappers = {rename("offline_access", "com.example.shop.buyer"),
                            rename("account.view-profile", "viewer"), rename("nobody-has-it", "never")};
  auto c = context();
  const auto token = claims(issue_tokens(c, random_)->access_token);
  EXPECT_EQ(json::serialize(token.at("realm_access")), R"({"roles":["viewer"]})") << "without a client: of the realm";
  EXPECT_EQ(json::serialize(token.at("resource_access")), R"({"com.example.shop":{"roles":["buyer"]}})");
  EXPECT_EQ(json::serialize(token.at("aud")), R"("com.example.shop")");
}

TEST_F(IssueToken, the_rfc_9068_switch_sets_the_type_and_says_the_client) {
  client_record_.attributes["access.token.header.type.rfc9068"] = "true";
  auto c = context();
  const auto tokens = issue_tokens(c, random_);
  const auto jwt = verify_access_token(*realm_, kIssuer, tokens->access_token, kNow);
  ASSERT_TRUE(jwt);
  EXPECT_EQ(jwt->header_typ(), "at+jwt");
  EXPECT_EQ(jwt->text("client_id"), "app");
}

TEST_F(IssueToken, mappers_may_add_to_the_answer_but_not_change_it) {
  const auto hardcoded = [](std::string claim) {
    ProtocolMapper mapper;
    mapper.provider = "oidc-hardcoded-claim-mapper";
    mapper.config = {{"claim.name", std::move(claim)}, {"claim.value", "v"}, {"access.tokenResponse.claim", "true"}};
    return mapper;
  };
  client_record_.mappers = {hardcoded("tenant"), hardcoded("token_type"), hardcoded("refresh_token")};
  auto c = context();
  const auto tokens = issue_tokens(c, random_);
  EXPECT_EQ(tokens->response_members, R"("tenant":"v")");
  EXPECT_FALSE(claims(tokens->access_token).contains("tenant"));
}

TEST_F(IssueToken, transient_sessions_have_a_subject_and_no_sid) {
  auto c = context("");
  c.session = nullptr;
  c.grant = "cc";
  const auto tokens = issue_tokens(c, random_);
  ASSERT_TRUE(tokens);
  const auto payload = claims(tokens->access_token);
  EXPECT_FALSE(payload.contains("sid"));
  EXPECT_EQ(payload.at("sub"), "user-ada");
  EXPECT_TRUE(payload.at("jti").as_string().starts_with("trrtcc:"));
  EXPECT_TRUE(tokens->refresh_token.empty());
}

TEST_F(IssueToken, claims_of_transient_sessions_are_written_once_for_each_ground) {
  ProtocolMapper mapper;
  mapper.name = "address";
  mapper.provider = "oidc-usersessionmodel-note-mapper";
  mapper.config = {{"user.session.note", "clientAddress"},
                   {"claim.name", "clientAddress"},
                   {"jsonType.label", "String"},
                   {"access.token.claim", "true"}};
  client_record_.mappers = {mapper};
  const auto shape = context("");
  WrittenClaims written;
  const auto payload_for = [&](std::string_view issuer, std::string_view address, WrittenClaims* memory,
                               std::string_view bound_to = {}) {
    const std::array notes = {TransientNote{"clientAddress", address}};
    auto c = shape;
    c.session = nullptr;
    c.grant = "cc";
    c.nonce = {};
    c.issuer = issuer;
    c.notes = notes;
    c.written = memory;
    c.key_thumbprint = bound_to;
    const auto tokens = issue_tokens(c, random_);
    EXPECT_TRUE(tokens);
    const std::string_view token = tokens->access_token;
    const auto dot = token.find('.');
    const auto payload = base64url_decode(token.substr(dot + 1, token.rfind('.') - dot - 1));
    return parse_json(payload.value_or(""))->as_object();
  };
  const auto without_id = [](json::object payload) {
    payload.erase("jti");
    return json::serialize(payload);
  };
  constexpr std::string_view kOther = "https://other.example/realms/r";
  const auto first = payload_for(kIssuer, "10.0.0.1", &written);
  std::string text;
  EXPECT_FALSE(written.append_encoded(text, "front", "other grounds"));
  EXPECT_TRUE(text.empty());
  const auto again = payload_for(kIssuer, "10.0.0.1", &written);
  EXPECT_NE(first.at("jti"), again.at("jti"));
  EXPECT_EQ(without_id(first), without_id(again));
  EXPECT_EQ(without_id(first), without_id(payload_for(kIssuer, "10.0.0.1", nullptr)));
  // What was written for one caller is never said of another, and a token that is bound is made anew.
  EXPECT_EQ(payload_for(kIssuer, "10.0.0.2", &written).at("clientAddress"), "10.0.0.2");
  EXPECT_EQ(payload_for(kOther, "10.0.0.2", &written).at("iss").as_string(), kOther);
  EXPECT_EQ(payload_for(kOther, "10.0.0.2", &written, "thumb").at("typ"), "DPoP");
  EXPECT_EQ(payload_for(kOther, "10.0.0.2", &written).at("typ"), "Bearer");
}

TEST_F(IssueToken, userinfo_begins_with_sub) {
  const auto body = userinfo_json(context());
  ASSERT_TRUE(body);
  EXPECT_EQ(*body, R"({"sub":"user-ada","preferred_username":"ada"})");
}

TEST_F(IssueToken, optional_scopes_count_when_asked_for_and_unknown_ones_are_refused) {
  const auto tokens = issue_tokens(context("openid optional-one"), random_);
  ASSERT_TRUE(tokens);
  EXPECT_EQ(claims(tokens->access_token).at("opt"), 7);
  EXPECT_FALSE(plan_for(*client_, "openid nothing-like-it"));
}

TEST_F(IssueToken, refresh_life_is_the_smaller_of_idle_and_what_is_left) {
  EXPECT_EQ(issue_tokens(context(), random_)->refresh_expires_in, 1800);
  const auto late = context();
  session_.started_at = kNow - seconds{35'900};
  EXPECT_EQ(issue_tokens(late, random_)->refresh_expires_in, 100);
}

TEST_F(IssueToken, refuses_to_let_tokens_outlive_the_clients_share) {
  client_record_.attributes["client.session.max.lifespan"] = "60";
  auto late = context();
  session_.started_at = kNow - std::chrono::hours{2};
  late.share_started_at = kNow - seconds{20};
  const auto tokens = issue_tokens(late, random_);
  ASSERT_TRUE(tokens);
  EXPECT_EQ(tokens->refresh_expires_in, 40) << "from the share's start, not the session's";
  EXPECT_EQ(tokens->expires_in, 40);
}

}  // namespace
}  // namespace cardea
