// NetBird's management API behind the gate (guides.md G4.4, G4.5): groups that tokens name, tokens that count once, and
// what holds while the provider is away.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "gate/front/gate_fixture.h"
#include "tests/support/memory_gate_store.h"

namespace cardea::gate {
namespace {

using testing::HasSubstr;

constexpr std::string_view kIssuer = "https://id.example/realms/netbird";

std::string settings(const std::string& groups) {
  return R"({"providers": {"keycloak": {"issuer": "https://id.example/realms/netbird", "jwks-url": "https://id.example/keys",
      "audiences": ["netbird-client"]}},
    "applications": [{"name": "NetBird", "hosts": ["app.example"], "answers": "netbird", "headers": {"X-Groups": "groups"},
      "requests": [{"path": "/management.ManagementService/Login", "once": true}, {"path": "/**"}],
      "groups": )" +
         groups + "}]}";
}

class GateNetbird : public ::testing::Test {
 protected:
  MemoryGateStore rows;
  GateStore store = rows.store();
  GateWorld world{settings(R"({"local": ["admins"]})"), no_files(), &store};
  int made = 0;

  GateNetbird() {
    serve_keys(world.fetcher, "https://id.example/keys", named_private_key("id", crypto::KeyType::kRsa), "id");
  }

  std::string token(const std::optional<json::value>& groups, const std::string& who = "nora") {
    json::object claims{{"iss", kIssuer}, {"sub", who}, {"aud", "netbird-client"}, {"jti", std::to_string(++made)}};
    claims["iat"] = epoch_seconds(world.clock.now());
    claims["exp"] = epoch_seconds(world.clock.now()) + 300;
    if (groups) claims["groups"] = *groups;
    return token_of(named_key("id", jose::Algorithm::kRS256), claims);
  }
  web::Response call(const std::string& bearer, std::string_view target = "/api/users") {
    return call_at(world.gate, bearer, target);
  }
  web::Response call_at(Gate& gate, const std::string& bearer, std::string_view target = "/api/users") {
    auto request = GateWorld::question("POST", target, "/gate/forward");
    request.headers.push_back({"Authorization", "Bearer " + bearer});
    return web::run(gate.handle(request), &world.fetcher);
  }
  std::string groups_of(const std::string& bearer) { return *call(bearer).find_header("X-Groups"); }
  std::unique_ptr<Gate> another_node(const std::string& groups = R"({"local": ["admins"]})") {
    return std::make_unique<Gate>(
        Gate::Parts{world.reach, world.sealer, world.pages, world.random, world.keep_key, &store},
        read_gate(parse_json(settings(groups))->get_object(), no_files()));
  }
};

TEST_F(GateNetbird, G4_10_replayed_peer_token) {
  const auto peer = token(std::nullopt);
  constexpr std::string_view kLogin = "/management.ManagementService/Login";
  EXPECT_EQ(call(peer, kLogin).status, 200);
  EXPECT_EQ(call(peer, kLogin).status, 401);
  EXPECT_EQ(call_at(*another_node(), peer, kLogin).status, 401) << "at every node";
  EXPECT_TRUE(world.log.contains("token_used_already"));
  EXPECT_EQ(call(peer).status, 200) << "elsewhere it counts on";
  EXPECT_EQ(call(token(std::nullopt), kLogin).status, 200);
  rows.is_away = true;
  EXPECT_EQ(call(token(std::nullopt), kLogin).status, 503) << "when it cannot be said, nobody passes";
  rows.is_away = false;
  rows.is_read_only = true;
  const auto third = token(std::nullopt);
  EXPECT_EQ(call(third, kLogin).status, 503) << "nor when it cannot be written down";
  rows.is_read_only = false;
  EXPECT_EQ(call(third, kLogin).status, 200) << "and nothing was used up";
  EXPECT_EQ(call(third, kLogin).status, 401);
}

TEST_F(GateNetbird, G4_03_no_audience_mapper_is_401_and_the_log_says_audience) {
  json::object claims{{"iss", kIssuer}, {"sub", "nora"}, {"aud", "account"}};
  claims["exp"] = epoch_seconds(world.clock.now()) + 300;
  const auto answer = call(token_of(named_key("id", jose::Algorithm::kRS256), claims));
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.body_text(), R"({"message":"token invalid","code":401})");
  EXPECT_TRUE(world.log.contains("wrong_audience"));
}

/// Where expiry is not checked a token never ends, and what was once used stays used.
TEST_F(GateNetbird, refuses_a_used_token_for_ever_where_expiry_is_not_checked) {
  auto endless = settings_named("keycloak", {std::string(kIssuer)});
  endless.rules.audiences = {"netbird-client"};
  endless.rules.check_expiry = false;
  auto all = read_gate(parse_json(settings(R"({"local": ["admins"]})"))->get_object(), no_files());
  all.providers = {provider_with_key(std::move(endless), named_key("id", jose::Algorithm::kRS256))};
  all.key_addresses.clear();
  world.gate.replace(std::move(all));
  const auto peer = token(std::nullopt);
  constexpr std::string_view kLogin = "/management.ManagementService/Login";
  EXPECT_EQ(call(peer, kLogin).status, 200);
  world.clock.advance(std::chrono::hours(24));
  world.gate.purge();
  EXPECT_EQ(call(peer).status, 200) << "it has not ended";
  EXPECT_EQ(call(peer, kLogin).status, 401);
}

// guides.md G4.4: "Authorization: Token nbp_..."; it changes nobody's groups (G4-20).
TEST(GateNetbirdKeys, refuses_personal_tokens_that_are_none_and_takes_those_of_the_settings) {
  const auto settings_with = [](std::string_view answers) {
    return R"({"applications": [{"name": "NetBird", "hosts": ["app.example"], "answers": ")" + std::string(answers) +
           R"(", "roles": {"auditor": ["read:*"]}, "requests": [{"path": "/api/**", "permission": "read:api"}],
           "api-keys": [{"name": "robot", "role": "auditor", "sha256": ")" +
           hex_encode(as_text(crypto::sha256("nbp_robot"))) + R"("}]}]})";
  };
  const auto status = [&](std::string_view answers, const std::string& authorization) {
    GateWorld world(settings_with(answers));
    auto request = GateWorld::question("GET", "/api/users", "/gate/forward");
    request.headers.push_back({"Authorization", authorization});
    return world.run(request).status;
  };
  EXPECT_EQ(status("netbird", "Token nbp_robot"), 200);
  for (const auto* wrong : {"Token nbp_other", "Token robot", "Token nbp_robot x", "Bearer nbp_robot", "nbp_robot"})
    EXPECT_EQ(status("netbird", wrong), 401) << wrong;
  EXPECT_EQ(status("oauth", "Token nbp_robot"), 401) << "another application's clients do not send such";
}

TEST_F(GateNetbird, G4_20_groups_sync) {
  EXPECT_EQ(groups_of(token(json::array{"vpn"})), "vpn");
  EXPECT_EQ(groups_of(token(std::nullopt)), "vpn") << "a token without the claim leaves them";
  EXPECT_EQ(groups_of(token(json::object{{"odd", 1}})), "vpn") << "and so does one of the wrong type";
  EXPECT_EQ(*call_at(*another_node(), token(std::nullopt)).find_header("X-Groups"), "vpn") << "at every node";
  EXPECT_EQ(groups_of(token(std::nullopt, "nick")), "") << "nobody else has them";
  EXPECT_EQ(groups_of(token(json::array())), "") << "an empty claim takes them away";
  EXPECT_EQ(groups_of(token(std::nullopt)), "");
  const auto old = token(json::array{"left"});
  world.clock.advance(seconds{5});
  EXPECT_EQ(groups_of(token(json::array{"vpn"})), "vpn");
  EXPECT_EQ(groups_of(old), "left") << "it says so itself";
  EXPECT_EQ(groups_of(token(std::nullopt)), "vpn") << "and brings nothing back";
  EXPECT_EQ(groups_of(token(json::array())), "");
  const auto people = world.gate.people().list(10).value();
  ASSERT_EQ(people.size(), 1U);
  EXPECT_EQ(people[0].name, "nora");
  EXPECT_TRUE(people[0].groups.empty());
}

TEST_F(GateNetbird, G4_21_allow_list) {
  const auto strict = another_node(R"({"allowed": ["vpn"]})");
  EXPECT_EQ(call_at(*strict, token(json::array{"vpn"})).status, 200);
  const auto answer = call_at(*strict, token(json::array{"guests"}, "nick"));
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.body_text(), R"({"message":"user does not belong to any of the allowed JWT groups","code":403})");
  EXPECT_EQ(call_at(*strict, token(std::nullopt, "nick")).status, 403);
  EXPECT_EQ(call_at(*strict, token(std::nullopt)).status, 200) << "what was known of nora holds";
}

TEST_F(GateNetbird, G4_22_same_name_local_group) {
  EXPECT_EQ(groups_of(token(json::array{"vpn", "admins"})), "vpn");
  EXPECT_EQ(groups_of(token(std::nullopt)), "vpn");
  EXPECT_EQ(world.gate.people().conflicts(), std::vector<std::string>{"NetBird: admins"});
  EXPECT_EQ(world.log.count("gate_group_conflict"), 1U);
}

/// Machines have tokens without `sub`: nothing is remembered of them, and the application's own groups stay its own.
TEST_F(GateNetbird, refuses_the_applications_own_groups_to_a_token_without_a_subject) {
  auto by_name = settings(R"({"local": ["admins"]})");
  const std::string audiences = R"("audiences")";
  by_name.replace(by_name.find(audiences), audiences.size(), R"("name-claims": ["client"], "audiences")");
  world.gate.replace(read_gate(parse_json(by_name)->get_object(), no_files()));
  const auto of_nobody = [&](const std::optional<json::value>& groups) {
    json::object claims{{"iss", kIssuer}, {"client", "robot"}, {"aud", "netbird-client"}};
    claims["exp"] = epoch_seconds(world.clock.now()) + 300;
    if (groups) claims["groups"] = *groups;
    return groups_of(token_of(named_key("id", jose::Algorithm::kRS256), claims));
  };
  EXPECT_EQ(of_nobody(json::array{"admins", "vpn"}), "vpn");
  EXPECT_EQ(world.gate.people().conflicts(), std::vector<std::string>{"NetBird: admins"});
  EXPECT_EQ(of_nobody(std::nullopt), "");
  EXPECT_TRUE(world.gate.people().list(10).value().empty()) << "nobody to remember";
}

TEST_F(GateNetbird, G4_24_provider_lookup_failure) {
  EXPECT_EQ(call(token(std::nullopt)).status, 200);
  world.fetcher.serve("https://id.example/keys",
                      [](const auto&) -> web::Fetched { return refuse(web::FetchError::kTimeout); });
  world.clock.advance(std::chrono::hours(5));
  world.gate.refresh_keys(world.fetcher);
  EXPECT_EQ(call(token(std::nullopt)).status, 200) << "keys that are known serve";
  EXPECT_EQ(call(token(std::nullopt, "gone-at-the-provider")).status, 200);
}

TEST(GateNetbirdEntra, G4_30_token_source_id_token_and_oid) {
  const auto of = [](const std::string& more) {
    return R"({"providers": {"entra": {"issuer": "https://id.example/realms/netbird", "jwks-url": "https://id.example/keys",
      "audiences": ["app"], "name-claims": ["oid"])" +
           more + R"(}}, "applications": [{"name": "NetBird", "hosts": ["app.example"], "answers": "netbird"}]})";
  };
  for (const bool takes : {true, false}) {
    GateWorld world(of(takes ? R"(,"id-tokens":true)" : ""));
    serve_keys(world.fetcher, "https://id.example/keys", named_private_key("id", crypto::KeyType::kRsa), "id");
    auto claims = good_claims(kIssuer);
    claims["aud"] = "app";
    claims["oid"] = "o-1";
    claims["tid"] = "t-1";
    claims["nonce"] = "n";
    auto request = GateWorld::question("GET", "/api/users");
    request.headers.push_back(
        {"Authorization", "Bearer " + token_of(named_key("id", jose::Algorithm::kRS256), claims)});
    const auto answer = world.run(request);
    EXPECT_EQ(answer.status, takes ? 200 : 401);
    if (!takes) continue;
    EXPECT_EQ(*answer.find_header("X-Auth-Name"), "o-1");
    EXPECT_EQ(*answer.find_header("X-Auth-Subject"), "t-1/o-1");
  }
}

}  // namespace
}  // namespace cardea::gate
