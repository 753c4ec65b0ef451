// What the console of Keycloak sends and reads beyond single records: pages of sessions and groups, uploaded files,
// examples of tokens, components (keycloak.md sections 6.3 to 6.11).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/protocol/admin_world.h"

namespace cardea::protocol {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using enum web::Method;

constexpr std::string_view kRsaKey =
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gunVTLw7onLRnrq0/"
    "IzW7yWR7QkrmBL7jTKEn5u+qKhbwKfBstIs+bMY2Zkp18gnTxKLxoS2tFczGkPLPgizskuemMghRniWaoLcyehkd3qqGElvW/"
    "VDL5AaWTg0nLVkjRo9z+40RQzuVaE8AkAFmxZzow3x+VJYKdjykkJ0iT9wCS0DRTXu269V264Vf/"
    "3jvredZiKRkgwlL9xNAwxXFg0x/XFw005UWVRIkdgcKWTjpBP2dPwVZ4WWC+9aGVd+Gyn1o0CLelf4rEjGoXbAAEgAqeGUxrcIlbjXfbcmwIDAQAB";

class AdminConsoleRequests : public testing::Test {
 protected:
  using Parts = std::vector<std::pair<std::string_view, std::string_view>>;  // the last one is a file
  AdminWorld::Sent upload(std::string_view path, const Parts& parts) {
    std::string body;
    for (const auto& [name, value] : parts) {
      body.append("--b\r\nContent-Disposition: form-data; name=\"").append(name).append("\"");
      if (name == "file") body.append("; filename=\"f\"\r\nContent-Type: application/octet-stream");
      body.append("\r\n\r\n").append(value).append("\r\n");
    }
    body.append("--b--\r\n");
    return world.send(kPost, std::string("/admin/realms/demo").append(path), world.root(), body,
                      "multipart/form-data; boundary=b");
  }
  std::vector<std::string> members(std::string_view path, std::string_view member) {
    std::vector<std::string> out;
    for (const auto& row : world.get(path).array()) out.push_back(string_or(row.get_object(), member, "?"));
    return out;
  }
  std::string made(std::string_view path, std::string_view body) {
    const auto sent = world.post(path, body);
    EXPECT_EQ(sent.status, 201) << sent.body;
    return sent.made_id();
  }
  AdminWorld world;
};

TEST_F(AdminConsoleRequests, sessions_are_searched_before_they_are_paged) {
  const auto client = made("/clients", R"({"clientId":"app","publicClient":true,"directAccessGrantsEnabled":true,
      "optionalClientScopes":["offline_access"]})");
  for (const auto* name : {"sess-a", "sess-b", "sess-c"}) {
    made("/users", json::serialize(json::object{
                       {"username", name},
                       {"enabled", true},
                       {"email", std::string(name) + "@example.org"},
                       {"firstName", "F"},
                       {"lastName", "L"},
                       {"credentials", json::array{json::object{{"type", "password"}, {"value", "correct-horse"}}}}}));
    ASSERT_NE(world.token("demo", name, "app"), "");
    world.clock.advance(std::chrono::seconds(1));
  }
  ASSERT_NE(world.token("demo", "sess-a", "app", "openid offline_access"), "");
  const auto of = [&](std::string_view query) {
    return members(std::string("/ui-ext/sessions?").append(query), "username");
  };
  EXPECT_THAT(of("first=0&max=1&type=ALL&search=nobody"), IsEmpty());
  for (const auto* name : {"sess-a", "sess-b", "sess-c"}) {
    EXPECT_THAT(of(std::string("first=0&max=1&type=ALL&search=") + name), ElementsAre(name));
  }
  EXPECT_EQ(of("first=0&max=2&type=ALL").size(), 2U);
  EXPECT_EQ(of("first=2&max=10&type=REGULAR").size(), of("first=0&max=100&type=REGULAR").size() - 2);
  const auto of_client = "/ui-ext/sessions/client?first=0&max=10&clientId=" + client;
  EXPECT_THAT(members(of_client + "&type=OFFLINE", "type"), ElementsAre("OFFLINE"));
  EXPECT_THAT(members(of_client + "&type=ALL&search=sess-b", "type"), ElementsAre("REGULAR"));
  const auto all = members(of_client + "&type=ALL", "type");
  EXPECT_EQ(std::ranges::count(all, "OFFLINE"), 1);
  EXPECT_GE(std::ranges::count(all, "REGULAR"), 3);
  const auto offline = members("/ui-ext/sessions?type=OFFLINE", "id");
  ASSERT_EQ(offline.size(), 1U);
  EXPECT_EQ(world.remove("/sessions/" + offline.front() + "?isOffline=true").status, 204);
  EXPECT_THAT(members("/ui-ext/sessions?type=OFFLINE", "id"), IsEmpty());
}

TEST_F(AdminConsoleRequests, sessions_page_by_page_are_all_of_both_kinds) {
  made("/clients", R"({"clientId":"app","publicClient":true,"directAccessGrantsEnabled":true,
      "optionalClientScopes":["offline_access"]})");
  for (const auto* scope : {"openid", "openid offline_access", "openid offline_access"}) {
    ASSERT_NE(world.token("demo", "ada", "app", scope), "");
    world.clock.advance(std::chrono::seconds(10));
  }
  const auto of = [&](std::string_view query) {
    return members(std::string("/ui-ext/sessions?type=ALL&").append(query), "id");
  };
  const auto all = of("first=0&max=100");
  ASSERT_GE(all.size(), 3U);
  std::vector<std::string> one_by_one;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto page = of("max=1&first=" + std::to_string(i));
    one_by_one.insert(one_by_one.end(), page.begin(), page.end());
  }
  EXPECT_EQ(one_by_one, all);
  EXPECT_THAT(of("max=5&first=" + std::to_string(all.size())), IsEmpty());
}

// One thread answers administrators: a search that reads millions of rows would keep those of all realms waiting.
TEST_F(AdminConsoleRequests, refuses_to_look_through_more_sessions_than_others_can_wait_for) {
  const UserId ada(world.user_id("ada"));
  ASSERT_TRUE(world.store.write([&](Tx& tx) -> Stored<void> {
    const auto realm = world.repositories.realms.find_by_name(tx, "demo");
    for (int i = 0; i <= 10'000; ++i) {
      UserSession session;
      session.id = SessionId("session-" + std::to_string(i));
      session.realm = (*realm)->id;
      session.user = ada;
      session.started_at = session.last_seen = world.clock.now();
      const auto end = world.clock.now() + std::chrono::hours(1);
      if (auto done = world.repositories.sessions.insert(tx, session, end); !done) return done;
    }
    return {};
  }));
  const auto refused = world.get("/ui-ext/sessions?type=REGULAR&max=10&search=nobody");
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.body, testing::HasSubstr("too many sessions to look through"));
  EXPECT_EQ(world.get("/ui-ext/sessions?type=REGULAR&max=10&first=9000").array().size(), 10U);
}

TEST_F(AdminConsoleRequests, groups_are_found_by_attribute_where_they_stand) {
  const auto top = made("/groups", R"({"name":"gq","attributes":{"k":["1"]}})");
  made("/groups/" + top + "/children", R"({"name":"gsub","attributes":{"z":["9"]}})");
  made("/groups", R"({"name":"other"})");
  EXPECT_THAT(members("/groups?q=z:8", "name"), IsEmpty());
  EXPECT_THAT(members("/groups?q=z:9", "name"), ElementsAre("gq"));
  EXPECT_THAT(world.get("/groups?q=z:9").body, HasSubstr(R"("path":"/gq/gsub")"));
  EXPECT_THAT(members("/groups?q=z:9&populateHierarchy=false", "name"), ElementsAre("gsub"));
  EXPECT_THAT(members("/groups?q=z:9&search=other", "name"), ElementsAre("gq")) << "q goes first";
  EXPECT_EQ(world.get("/groups/count?search=gsub").body, R"({"count":1})");
  EXPECT_EQ(world.get("/groups/count?top=true&search=gsub").body, R"({"count":1})");
  EXPECT_EQ(world.get("/groups/count?top=true&search=none").body, R"({"count":0})");
}

TEST_F(AdminConsoleRequests, a_provider_is_read_from_an_uploaded_file) {
  const auto* path = "/identity-provider/import-config";
  EXPECT_EQ(upload(path, {{"providerId", "oidc"}, {"file", "no json"}}).status, 400);
  EXPECT_EQ(upload(path, {{"providerId", "oidc"}, {"file", R"({"token_endpoint":"https://up.example/t"})"}}).status,
            400);
  EXPECT_EQ(
      upload(path, {{"file", R"({"issuer":"https://up.example","token_endpoint":"http://up.example/t"})"}}).status, 400)
      << "attack class 10";
  const auto sent = upload(path, {{"providerId", "oidc"}, {"file", R"({"issuer":"https://up.example",
      "authorization_endpoint":"https://up.example/a","token_endpoint":"https://up.example/t",
      "jwks_uri":"https://up.example/j"})"}});
  EXPECT_EQ(sent.status, 200) << sent.body;
  EXPECT_EQ(sent.object(), parse_json(R"({"validateSignature":"true","tokenUrl":"https://up.example/t",
      "authorizationUrl":"https://up.example/a","jwksUrl":"https://up.example/j","issuer":"https://up.example",
      "useJwksUrl":"true"})")
                               .value());
}

TEST_F(AdminConsoleRequests, texts_are_read_from_an_uploaded_file) {
  EXPECT_EQ(upload("/localization/en", {{"file", "[]"}}).status, 400);
  EXPECT_EQ(upload("/localization/en", {{"file", R"({"a":1})"}}).status, 400);
  EXPECT_EQ(upload("/localization/en", {{"file", R"({"a":"b"})"}}).status, 204);
  EXPECT_EQ(world.get("/localization/en").body, R"({"a":"b"})");
  EXPECT_EQ(world.get("/localization/fr?useRealmDefaultLocaleFallback=true").body, "{}");
  ASSERT_EQ(
      world.put("", R"({"internationalizationEnabled":true,"supportedLocales":["en"],"defaultLocale":"en"})").status,
      204);
  EXPECT_EQ(world.get("/localization/fr?useRealmDefaultLocaleFallback=true").body, R"({"a":"b"})");
  EXPECT_EQ(world.get("/localization/fr").body, "{}");
}

TEST_F(AdminConsoleRequests, keys_of_a_client_are_read_from_an_uploaded_file) {
  const auto client = made("/clients", R"({"clientId":"signer","clientAuthenticatorType":"client-jwt"})");
  const auto path = "/clients/" + client + "/certificates/jwt.credential/upload-certificate";
  const auto send = [&](std::string_view format, std::string_view file) {
    return upload(path, {{"keystoreFormat", format}, {"file", file}});
  };
  EXPECT_EQ(send("JKS", "x").status, 400);
  EXPECT_EQ(send("Public Key PEM", "x").status, 400);
  EXPECT_EQ(send("JSON Web Key Set", R"({"keys":[]})").status, 400);
  const auto private_key = send("JSON Web Key Set", R"({"keys":[{"kty":"OKP","crv":"Ed25519",
      "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}]})");
  EXPECT_EQ(private_key.status, 400);
  EXPECT_THAT(private_key.body, Not(HasSubstr("nWGxne")));
  const auto pem = send("Public Key PEM", kRsaKey);
  EXPECT_EQ(pem.status, 200) << pem.body;
  EXPECT_EQ(string_or(pem.object(), "publicKey", ""), kRsaKey);
  const auto set = send("JSON Web Key Set", R"({"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k1","use":"sig",
      "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})");
  EXPECT_EQ(set.status, 200) << set.body;
  EXPECT_EQ(string_or(set.object(), "kid", ""), "k1");
  const auto shown = world.get("/clients/" + client + "/certificates/jwt.credential").object();
  EXPECT_EQ(string_or(shown, "kid", ""), "k1");
  EXPECT_NE(string_or(shown, "publicKey", ""), kRsaKey) << "the one before is good no more";
}

TEST_F(AdminConsoleRequests, an_example_of_a_token_is_for_the_audience_asked_for) {
  const auto mapper = [](std::string_view audience) {
    return json::object{{"name", audience},
                        {"protocol", "openid-connect"},
                        {"protocolMapper", "oidc-audience-mapper"},
                        {"config", {{"included.client.audience", audience}, {"access.token.claim", "true"}}}};
  };
  made("/clients", R"({"clientId":"aud-one"})");
  made("/clients", R"({"clientId":"aud-two"})");
  const auto client = made(
      "/clients", json::serialize(json::object{
                      {"clientId", "evalc"}, {"protocolMappers", json::array{mapper("aud-one"), mapper("aud-two")}}}));
  const auto path = "/clients/" + client +
                    "/evaluate-scopes/generate-example-access-token?scope=openid&userId=" + world.user_id("ada");
  const auto audience = [&](std::string_view more) {
    return json::serialize(world.get(std::string(path).append(more)).object().at("aud"));
  };
  EXPECT_THAT(audience(""), HasSubstr("aud-two"));
  EXPECT_EQ(audience("&audience=aud-one"), R"("aud-one")");
  EXPECT_EQ(audience("&audience=nosuch"), audience("")) << "as in Keycloak";
}

TEST_F(AdminConsoleRequests, components_refuse_numbers_that_are_none) {
  const auto component = [](std::string_view provider, std::string_view type, const json::object& config) {
    return json::serialize(json::object{
        {"name", "c"}, {"providerId", provider}, {"providerType", type}, {"subType", "anonymous"}, {"config", config}});
  };
  const auto limit = [&](const json::object& config) {
    return component("max-clients", "org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy", config);
  };
  expect(world.post("/components", limit({})), 400, R"({"errorMessage":"'Max Clients Per Realm' is required"})");
  expect(world.post("/components", limit({{"max-clients", json::array{"abc"}}})), 400,
         R"({"errorMessage":"'Max Clients Per Realm' should be a number"})");
  const auto policy = made("/components", limit({{"max-clients", json::array{"5"}}}));
  EXPECT_EQ(world.put("/components/" + policy, limit({{"max-clients", json::array{"abc"}}})).status, 400);
  EXPECT_EQ(world.put("/components/" + policy, limit({{"max-clients", json::array{"7"}}})).status, 204);
  const auto key = [&](const json::object& config) {
    return component("rsa-generated", "org.keycloak.keys.KeyProvider", config);
  };
  const auto made_key = made("/components", key({{"priority", json::array{"50"}}, {"keySize", json::array{"2048"}}}));
  EXPECT_EQ(world.put("/components/" + made_key, key({{"keySize", json::array{"1000"}}})).status, 400);
  EXPECT_EQ(world.put("/components/" + made_key, key({{"keySize", json::array{"2048"}}})).status, 204);
}

TEST_F(AdminConsoleRequests, keys_say_until_when_their_certificate_is_good) {
  made("/components",
       R"({"name":"signs","providerId":"rsa-generated","providerType":"org.keycloak.keys.KeyProvider"})");
  for (const auto& item : world.get("/keys").object().at("keys").as_array()) {
    const auto& key = item.as_object();
    ASSERT_EQ(key.contains("validTo"), key.contains("certificate"));
    if (key.contains("validTo")) EXPECT_GT(key.at("validTo").as_int64(), epoch_milliseconds(world.clock.now()));
  }
  EXPECT_THAT(world.get("/keys").body, HasSubstr(R"("validTo":)"));
}

TEST_F(AdminConsoleRequests, every_kind_of_provider_can_be_added) {
  const auto info = world.get("/admin/serverinfo").object();
  EXPECT_THAT(json::serialize(info.at("identityProviders")), HasSubstr(R"("id":"oauth2")"));
}

}  // namespace
}  // namespace cardea::protocol
