// Provisioned by SCIM, then signing in by OAuth (guides.md G2.7, G2-19, G2-31): Entra ID as both.
#include "tests/broker/broker_world.h"
#include "tests/support/scim_client.h"

namespace cardea::protocol {
namespace {

constexpr auto kUmaId = "0a1b2c3d-1111-4222-8333-aaaabbbbcccc";
constexpr auto kOtherId = "11111111-2222-4333-8444-555566667777";

class ScimThenOauth : public Broker {
 protected:
  ScimThenOauth() : client_(server_) {
    use({scim_provider()});
    claims_ = {
        {"tid", kScimTenant}, {"oid", kUmaId}, {"name", "Uma Udo"}, {"preferred_username", "uma@contoso.example"}};
    const jose::PublicJwk key{jose::test_private_key(crypto::KeyType::kRsa).public_key(), "k1", "", "sig", ""};
    const auto base = "https://login.microsoftonline.com/" + std::string(kScimTenant);
    server_.fetcher.serve_json(base + "/discovery/v2.0/keys", jose::jwks_json({&key, 1}));
    server_.fetcher.serve(base + "/oauth2/v2.0/token", [this](const web::FetchRequest&) -> web::Fetched {
      const json::object answer{{"access_token", "a"}, {"token_type", "Bearer"}, {"id_token", token_of_entra()}};
      return web::FetchResponse{.status = 200, .headers = {}, .body = json::serialize(answer)};
    });
    server_.fetcher.serve("https://graph.microsoft.com/v1.0/me", [this](const web::FetchRequest&) -> web::Fetched {
      const json::object me{{"id", string_or(claims_, "oid", "")}, {"userPrincipalName", principal_}, {"mail", mail_}};
      return web::FetchResponse{.status = 200, .headers = {}, .body = json::serialize(me)};
    });
  }
  std::string token_of_entra() {
    auto claims = claims_;
    claims.emplace("iss", "https://login.microsoftonline.com/" + std::string(kScimTenant) + "/v2.0");
    claims.emplace("aud", "hub");
    claims.emplace("sub", "pairwise");
    claims.emplace("nonce", nonce_);
    claims.emplace("iat", epoch_seconds(server_.clock.now()));
    claims.emplace("exp", epoch_seconds(server_.clock.now()) + 300);
    return jose::sign_by_hand(jose::test_signing_key(jose::Algorithm::kRS256), R"({"alg":"RS256","kid":"k1"})",
                              json::serialize(claims));
  }
  std::string provision(std::string_view external_id, std::string_view name = "uma@contoso.example") {
    json::object body{{"userName", name},
                      {"name", json::object{{"givenName", "Uma"}, {"familyName", "Udo"}}},
                      {"active", true},
                      {"emails", json::array{json::object{{"value", name}, {"type", "work"}, {"primary", true}}}}};
    if (!external_id.empty()) body["externalId"] = external_id;
    return client_.make("/Users", body);
  }
  std::int64_t users() {
    return read_from(server_.repositories.store,
                     [&](Rows& rows) { return server_.repositories.users.count(rows, RealmId("realm-demo"), {}); })
        .value();
  }
  std::string subject_of(const web::Response& response) {
    const auto tokens = redeem(server_, location_parameter(response, "code"));
    refresh_token_ = string_or(tokens, "refresh_token", "");
    return string_or(payload_of(string_or(tokens, "access_token", "")), "sub", "");
  }

  ScimClient client_;
  std::string principal_ = "uma@contoso.example";
  std::string mail_ = "uma@contoso.example";
  std::string refresh_token_;
};

TEST_F(ScimThenOauth, refuses_an_object_id_that_is_not_the_announced_one) {
  provision(kOtherId);
  Browser browser(server_);
  const auto answer = sign_in_upstream(browser);
  EXPECT_NE(answer.status, 302) << location(answer);  // asked to sign in to it, as anybody with that name
  EXPECT_FALSE(link_of(std::string(kScimTenant) + "/" + kUmaId));
}

TEST_F(ScimThenOauth, refuses_to_match_by_a_name_that_people_choose_or_of_a_guest) {
  const auto id = provision("uma.nick");
  principal_ = "uma_fabrikam.example#EXT#@contoso.example";  // whose preferred_username is still uma@contoso.example
  Browser browser(server_);
  EXPECT_NE(sign_in_upstream(browser).status, 302);
  EXPECT_FALSE(link_of(std::string(kScimTenant) + "/" + kUmaId));
  // Nor once somebody has used the account.
  principal_ = "uma@contoso.example";
  Credential password;
  password.id = CredentialId("pw");
  password.user = UserId(id);
  password.type = "password";
  ASSERT_TRUE(
      server_.repositories.store.write([&](Tx& tx) { return server_.repositories.credentials.insert(tx, password); }));
  Browser again(server_);
  EXPECT_NE(sign_in_upstream(again).status, 302);
  EXPECT_FALSE(link_of(std::string(kScimTenant) + "/" + kUmaId));
}

TEST_F(ScimThenOauth, G2_31_finds_the_provisioned_user_and_makes_no_other) {
  const auto id = provision(kUmaId);
  const auto before = users();
  principal_ = "uma.new@contoso.example";  // by the object id alone: neither name nor address agree
  mail_ = "uma.new@contoso.example";
  claims_["preferred_username"] = principal_;
  Browser browser(server_);
  const auto answer = sign_in_upstream(browser);
  ASSERT_EQ(answer.status, 302) << answer.body_text();
  EXPECT_EQ(subject_of(answer), id);  // the same user
  EXPECT_EQ(users(), before);         // no duplicate
  // For the directory, too: once more is the same one.
  const auto found =
      body_of(client_.get("/Users?filter=" + percent_encode("externalId eq \"" + std::string(kUmaId) + "\"")));
  EXPECT_EQ(int_or(found, "totalResults", 0), 1);
  EXPECT_EQ(string_or(found.at("Resources").at(0).as_object(), "id", ""), id);
  Browser second(server_);
  EXPECT_EQ(subject_of(sign_in_upstream(second)), id);
  EXPECT_EQ(users(), before);
}

TEST_F(ScimThenOauth, G2_31_finds_by_principal_name_in_the_tenant_where_the_external_id_is_no_object_id) {
  const auto id = provision("uma.nick");  // Entra ID's own default: mailNickname
  const auto before = users();
  Browser browser(server_);
  const auto answer = sign_in_upstream(browser);
  ASSERT_EQ(answer.status, 302) << answer.body_text();
  EXPECT_EQ(subject_of(answer), id);
  EXPECT_EQ(users(), before);
  EXPECT_EQ(link_of(std::string(kScimTenant) + "/" + kUmaId)->user.str(), id);
  // From now on by the object id.
  principal_ = "uma.new@contoso.example";
  claims_["preferred_username"] = principal_;
  Browser second(server_);
  EXPECT_EQ(subject_of(sign_in_upstream(second)), id);
}

TEST_F(ScimThenOauth, finds_for_the_directory_who_signed_in_before_it_was_set_up) {
  Browser browser(server_);
  const auto id = subject_of(sign_in_upstream(browser));
  for (const std::string& filter :
       {std::string(R"(userName eq "uma@contoso.example")"), "externalId eq \"" + std::string(kUmaId) + "\""}) {
    const auto found = body_of(client_.get("/Users?filter=" + percent_encode(filter)));
    EXPECT_EQ(int_or(found, "totalResults", 0), 1) << filter;
    EXPECT_EQ(string_or(found.at("Resources").at(0).as_object(), "id", ""), id);
  }
}

TEST_F(ScimThenOauth, G2_19_ends_the_session_of_who_is_stopped_by_scim) {
  const auto id = provision(kUmaId);
  Browser browser(server_);
  ASSERT_EQ(subject_of(sign_in_upstream(browser)), id);
  (void)refresh(server_, refresh_token_);
  EXPECT_EQ(
      client_.patch("/Users/" + id, {json::object{{"op", "Replace"}, {"path", "active"}, {"value", "False"}}}).status,
      200);
  (void)refresh(server_, refresh_token_, 400);
  const auto sessions = read_from(server_.repositories.store, [&](Rows& rows) {
    return server_.repositories.sessions.list_of_user(rows, RealmId("realm-demo"), UserId(id));
  });
  EXPECT_TRUE(sessions->empty());
  Browser again(server_);
  EXPECT_NE(sign_in_upstream(again).status, 302);  // nor is there a way back in
}

}  // namespace
}  // namespace cardea::protocol
