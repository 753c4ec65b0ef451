// The negative cases that all guides share (guides.md section 6; tests/negatives.txt): tokens that are shown to the
// gate. Each row at the applications it is about, by the settings that their guides print.
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "gate/front/gate_fixture.h"

namespace cardea::gate {
namespace {

constexpr std::string_view kTenant = "6f0d1d0e-1111-4222-8333-444455556666";
constexpr std::string_view kKeepClient = "0b8f3c52-aaaa-4bbb-8ccc-ddddeeee0001";
constexpr std::string_view kAdmins = "3a7c1e90-0000-4000-8000-00000000ad01";

/// One guide's application with one provider, and a token that it takes.
struct Place {
  Place(std::string_view settings, const GateFiles& files, std::string issuer_url, std::string keys)
      : world(settings, files), issuer(std::move(issuer_url)), keys_url(std::move(keys)) {
    serve_keys(world.fetcher, keys_url, named_private_key("id", crypto::KeyType::kRsa), "id");
    world.fetcher.serve_json(issuer + "/.well-known/openid-configuration",
                             R"({"issuer":")" + issuer + R"(","authorization_endpoint":")" + issuer +
                                 R"(/a","token_endpoint":")" + issuer + R"(/t","jwks_uri":")" + keys_url + R"("})");
  }

  GateWorld world;
  std::string issuer, keys_url;
  json::object more;  // claims beside the registered ones

  json::object claims(const json::object& changes = {}) {
    json::object made{{"iss", issuer}, {"sub", "CN=Robot/O=Plant"}};
    made["iat"] = epoch_seconds(world.clock.now());
    made["nbf"] = epoch_seconds(world.clock.now());
    made["exp"] = epoch_seconds(world.clock.now()) + 3600;
    for (const auto& [name, value] : more) made.insert_or_assign(name, value);
    for (const auto& [name, value] : changes) {
      if (value.is_null())
        made.erase(name);
      else
        made.insert_or_assign(name, value);
    }
    return made;
  }
  int show(const std::string& token) {
    auto request = GateWorld::question("GET", "/alerts", "/gate/forward");
    request.headers.push_back({"Authorization", "Bearer " + token});
    return world.run(request).status;
  }
  int status(const json::object& changes = {}) {
    return show(token_of(named_key("id", jose::Algorithm::kRS256), claims(changes)));
  }
  std::size_t fetches_of(std::string_view part) const {
    return static_cast<std::size_t>(std::ranges::count_if(world.fetcher.calls, [&](const web::FetchRequest& sent) {
      return web::text_of(sent.url).find(part) != std::string::npos;
    }));
  }
};

GateFiles keep_variables() {
  auto files = no_files();
  files.environment = {{"AUTH_TYPE", "AZUREAD"},
                       {"KEEP_AZUREAD_TENANT_ID", std::string(kTenant)},
                       {"KEEP_AZUREAD_CLIENT_ID", std::string(kKeepClient)},
                       {"KEEP_AZUREAD_CLIENT_SECRET", "s3cret"},
                       {"KEEP_AZUREAD_ADMIN_GROUP_ID", std::string(kAdmins)},
                       {"KEEP_AZUREAD_NOC_GROUP_ID", "3a7c1e90-0000-4000-8000-00000000c0c1"}};
  return files;
}

GateFiles keepconfig_folder() {
  auto files = no_files();
  files.list_json = [](const std::string&) {
    return std::optional(std::vector<ConfigFile>{
        {"10.json", R"({"jwt": {"hq-keycloak": {"active": true, "providerUrl": "https://sso.example/realms/trantor",
                        "aud": "Domino"}}})"},
        {"20.json", R"({"oidc-idpcat": {"catalog": {"active": true, "providerUrl": "https://catalog.example",
                        "aud": "Domino", "additionalClientIds": ["mobile"]}}})"}});
  };
  return files;
}

class NegativeTokens : public ::testing::Test {
 protected:
  Place keep{R"({"applications": [{"name": "Keep", "hosts": ["app.example"], "keep": "environment",
               "keep-authority": "https://login.example", "keep-version-1-issuer": "https://sts.example"}]})",
             keep_variables(), "https://login.example/" + std::string(kTenant) + "/v2.0",
             "https://login.example/" + std::string(kTenant) + "/discovery/v2.0/keys"};
  Place domino{R"({"keepconfig": "keepconfig.d",
                 "applications": [{"name": "KEEP", "hosts": ["app.example"], "answers": "keep-domino"}]})",
               keepconfig_folder(), "https://sso.example/realms/trantor", "https://sso.example/keys"};
  Place netbird{R"({"providers": {"keycloak": {"issuer": "https://id.example/realms/netbird",
                      "jwks-url": "https://id.example/keys", "audiences": ["netbird-client"],
                      "authorized-parties": ["netbird-client", "netbird-cli"]}},
                  "applications": [{"name": "NetBird", "hosts": ["app.example"], "answers": "netbird"}]})",
                no_files(), "https://id.example/realms/netbird", "https://id.example/keys"};

  NegativeTokens() {
    keep.more = {{"aud", kKeepClient}, {"azp", kKeepClient}, {"tid", kTenant}, {"groups", json::array{kAdmins}}};
    keep.more["preferred_username"] = "ana@t.example";
    domino.more = {{"aud", "Domino"}, {"scope", "$DATA"}};
    netbird.more = {{"aud", "netbird-client"}, {"azp", "netbird-client"}};
    for (auto* place : all()) EXPECT_EQ(place->status(), 200) << place->issuer;
  }
  std::vector<Place*> all() { return {&keep, &domino, &netbird}; }
};

TEST_F(NegativeTokens, N1_01_refuses_another_realm_of_the_same_server) {
  EXPECT_EQ(domino.status({{"iss", "https://sso.example/realms/terminus"}}), 401);
}

TEST_F(NegativeTokens, N0_03_N1_03_N4_03_takes_clocks_that_are_ahead_within_the_leeway) {
  for (auto* place : all()) {
    const auto ahead = epoch_seconds(place->world.clock.now()) + 20;
    EXPECT_EQ(place->status({{"nbf", ahead}, {"iat", ahead}}), 200) << place->issuer;
  }
}

TEST_F(NegativeTokens, N0_04_N1_04_N4_04_refuses_clocks_that_are_further_ahead) {
  for (auto* place : all()) {
    for (const auto* claim : {"nbf", "iat"}) {
      const auto ahead = epoch_seconds(place->world.clock.now()) + 600;
      EXPECT_EQ(place->status({{claim, ahead}, {"exp", ahead + 600}}), 401) << place->issuer << " " << claim;
    }
  }
}

TEST_F(NegativeTokens, N0_06_refuses_several_audiences_without_the_party_and_N1_06_N4_06_take_a_list_with_theirs) {
  const json::array several{kKeepClient, "api://other"};
  EXPECT_EQ(keep.status({{"aud", several}, {"azp", nullptr}}), 401);
  EXPECT_EQ(keep.status({{"aud", several}, {"azp", "another"}}), 401);
  EXPECT_EQ(keep.status({{"aud", several}}), 401) << "its audience is one text (guides.md G0.3, step 8)";
  EXPECT_EQ(domino.status({{"aud", json::array{"account", "Domino"}}}), 200);
  EXPECT_EQ(domino.status({{"aud", json::array{"account", "domino"}}}), 401);
  EXPECT_EQ(netbird.status({{"aud", json::array{"account", "netbird-client"}}}), 200);
  EXPECT_EQ(netbird.status({{"aud", json::array{"account"}}}), 401);
}

TEST_F(NegativeTokens, N1_07_N4_07_refuses_clients_that_are_not_listed) {
  EXPECT_EQ(netbird.status({{"azp", "netbird-cli"}}), 200);
  EXPECT_EQ(netbird.status({{"azp", "another"}}), 401);
  EXPECT_EQ(netbird.status({{"azp", nullptr}}), 401);
  serve_keys(domino.world.fetcher, "https://catalog.example/keys", named_private_key("id", crypto::KeyType::kRsa),
             "id");
  domino.world.fetcher.serve_json("https://catalog.example/.well-known/openid-configuration", R"({
    "issuer":"https://catalog.example","authorization_endpoint":"https://catalog.example/a",
    "token_endpoint":"https://catalog.example/t","jwks_uri":"https://catalog.example/keys"})");
  EXPECT_EQ(domino.status({{"iss", "https://catalog.example"}, {"azp", "mobile"}}), 200);
  EXPECT_EQ(domino.status({{"iss", "https://catalog.example"}, {"azp", "another"}}), 401);
  EXPECT_EQ(domino.status({{"iss", "https://catalog.example"}}), 401) << "it names no client";
}

TEST_F(NegativeTokens, N0_10_N1_10_N4_10_refuses_algorithms_that_do_not_fit_the_key) {
  for (auto* place : all()) {
    for (const auto algorithm : {jose::Algorithm::kES256, jose::Algorithm::kPS256, jose::Algorithm::kRS512}) {
      const auto& key = named_key("id", algorithm);  // for RSA the same key, for ES256 another of the same kid
      EXPECT_EQ(place->show(token_of(key, place->claims())), 401) << place->issuer << " " << jose::name(algorithm);
    }
  }
}

TEST_F(NegativeTokens, N0_11_N1_11_N4_11_a_flood_of_unknown_key_ids_asks_once_in_a_cool_down) {
  for (auto* place : all()) {
    place->world.clock.advance(upstream::kKeysFloor);
    const auto before = place->fetches_of(place->keys_url);
    for (int i = 0; i < 30; ++i) {
      const auto& stranger = named_private_key("stranger", crypto::KeyType::kRsa);
      const auto key =
          jose::SigningKey::make(stranger.clone(), "k" + std::to_string(i), jose::Algorithm::kRS256).value();
      EXPECT_EQ(place->show(token_of(key, place->claims())), 401);
    }
    EXPECT_LE(place->fetches_of(place->keys_url), before + 1) << place->issuer;
    EXPECT_EQ(place->status(), 200) << place->issuer;
  }
}

TEST_F(NegativeTokens, N0_12_N1_12_N4_12_keys_and_addresses_in_the_header_mean_nothing) {
  const auto& stranger = named_private_key("stranger", crypto::KeyType::kRsa);
  const auto key = jose::SigningKey::make(stranger.clone(), "id", jose::Algorithm::kRS256).value();
  const auto jwks = jose::jwks_json(std::vector<jose::PublicJwk>{
      {.key = stranger.public_key(), .kid = "id", .alg = "RS256", .use = "sig", .certificate_der = {}}});
  for (auto* place : all()) {
    place->world.fetcher.serve_json("https://evil.example/keys", jwks);
    json::object header{{"alg", "RS256"}, {"kid", "id"}, {"jku", "https://evil.example/keys"}};
    header["x5u"] = "https://evil.example/keys";
    header["jwk"] = parse_json(jwks)->at("keys").at(0);
    const auto forged = jose::sign_by_hand(key, json::serialize(header), json::serialize(place->claims()));
    EXPECT_EQ(place->show(forged), 401) << place->issuer;
    EXPECT_EQ(place->fetches_of("evil.example"), 0U) << place->issuer;
  }
}

TEST_F(NegativeTokens, N4_26_known_keys_serve_while_the_provider_is_away) {
  const auto away = [](const web::FetchRequest&) -> web::Fetched { return refuse(web::FetchError::kTimeout); };
  netbird.world.fetcher.serve(netbird.keys_url, away);
  netbird.world.clock.advance(upstream::kFresh + seconds{1});
  const auto before = netbird.fetches_of("id.example/keys");
  netbird.world.gate.refresh_keys(netbird.world.fetcher);
  EXPECT_GT(netbird.fetches_of("id.example/keys"), before) << "they are asked for again, in vain";
  EXPECT_EQ(netbird.status(), 200);
}

}  // namespace
}  // namespace cardea::gate
