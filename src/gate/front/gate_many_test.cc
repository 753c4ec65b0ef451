// A gate with many providers: reading their keys, and looking for the one that made a token, must hold up nobody.
#include <gtest/gtest.h>

#include <deque>

#include "base/encoding.h"
#include "gate/front/gate_fixture.h"

namespace cardea::gate {
namespace {

/// Calls that are answered when the test says so.
class SlowFetcher final : public web::Fetcher {
 public:
  void fetch(web::FetchRequest request, Done done) override {
    waiting.emplace_back(std::move(request), std::move(done));
  }
  void answer_one() {
    auto [request, done] = std::move(waiting.front());
    waiting.pop_front();
    ++answered;
    done(refuse(web::FetchError::kTimeout));
  }
  std::deque<std::pair<web::FetchRequest, Done>> waiting;
  std::size_t answered = 0;
};

std::string settings_of(std::size_t count, bool by_discovery) {
  json::object providers;
  for (std::size_t i = 0; i < count; ++i) {
    json::object provider{{"audiences", json::array{"Domino"}}};
    if (by_discovery)
      provider["issuer"] = "https://id.example/realms/r" + std::to_string(i);
    else
      provider["key-file"] = i + 1 == count ? "right.pem" : "other.pem";
    providers["p" + std::to_string(i)] = std::move(provider);
  }
  json::object application{{"name", "App"}, {"hosts", json::array{"app.example"}}};
  return json::serialize(json::object{{"providers", providers}, {"applications", json::array{application}}});
}

GateFiles key_files() {
  auto files = no_files();
  files.read = [](const std::string& path) -> std::optional<std::string> {
    const auto der = named_private_key(path, crypto::KeyType::kRsa).public_key().spki_der();
    return "-----BEGIN PUBLIC KEY-----\n" + base64_encode(der) + "\n-----END PUBLIC KEY-----\n";
  };
  return files;
}

// One host serves them all: calls beyond what may run to it would be refused, and their keys would be missing.
TEST(GateMany, reads_keys_of_many_providers_a_few_at_a_time) {
  constexpr std::size_t kMany = 200;
  GateWorld world(settings_of(kMany, true));
  SlowFetcher fetcher;
  world.gate.refresh_keys(fetcher);
  EXPECT_EQ(fetcher.waiting.size(), Gate::kRefreshTogether);
  while (!fetcher.waiting.empty()) {
    fetcher.answer_one();
    ASSERT_LE(fetcher.waiting.size(), Gate::kRefreshTogether);
  }
  EXPECT_EQ(fetcher.answered, kMany);
}

// Each call is refused before it is made, as those to a host that is known to be down.
TEST(GateMany, refused_calls_do_not_nest) {
  constexpr std::size_t kMany = 9'000;
  GateWorld world(settings_of(kMany, true));
  world.gate.refresh_keys(world.fetcher);
  EXPECT_EQ(world.fetcher.calls.size(), kMany);
}

/// Two applications of one Keycloak: each takes the tokens of its own provider, whichever stands first.
TEST(GateMany, each_application_asks_its_own_provider_of_an_issuer) {
  json::object providers;
  for (const auto* name : {"first", "second"}) {
    providers[name] =
        json::object{{"issuer", "https://id.example"}, {"audiences", json::array{"Domino"}}, {"key-file", "right.pem"}};
  }
  json::array applications;
  for (const auto* name : {"first", "second"}) {
    applications.push_back(json::object{
        {"name", name}, {"hosts", json::array{std::string(name) + ".example"}}, {"providers", json::array{name}}});
  }
  GateWorld world(json::serialize(json::object{{"providers", providers}, {"applications", applications}}), key_files());
  const auto& key = named_key("right.pem", jose::Algorithm::kRS256);
  const auto status_at = [&](const std::string& host, const std::string& token) {
    auto request = GateWorld::question("GET", "/x");
    request.host = host;
    request.headers.push_back({"Authorization", "Bearer " + token});
    return web::run(world.gate.handle(request), &world.fetcher).status;
  };
  const auto token = token_of(key, good_claims("https://id.example"));
  for (int i = 0; i < 2; ++i) {  // once checked, once remembered for the other
    EXPECT_EQ(status_at("second.example", token), 200);
    EXPECT_EQ(status_at("first.example", token), 200);
  }
  auto foreign = good_claims("https://id.example");
  foreign["aud"] = "another";
  EXPECT_EQ(status_at("second.example", token_of(key, foreign)), 401);
}

TEST(GateMany, G1_12_a_search_among_many_keys_leaves_the_thread_of_requests) {
  GateWorld world(settings_of(50, false), key_files());
  const auto& key = named_key("right.pem", jose::Algorithm::kRS256);
  const auto ask = [&](const std::string& token) {
    auto request = GateWorld::question("GET", "/x");
    request.headers.push_back({"Authorization", "Bearer " + token});
    auto outcome = world.gate.handle(request);
    const bool is_elsewhere = !outcome.is_response() && outcome.then().lane == web::Lane::kCpu;
    return std::pair(is_elsewhere, web::run(std::move(outcome), &world.fetcher).status);
  };
  const auto token = token_of(key, good_claims("https://plant.example"));
  EXPECT_EQ(ask(token), std::pair(true, 200));
  EXPECT_EQ(ask(token), std::pair(false, 200));
  auto claims = good_claims("https://plant.example");
  claims["jti"] = "another";
  EXPECT_EQ(ask(token_of(key, claims)), std::pair(false, 200)) << "whose it is was found out before";
  const auto& stranger = named_private_key("stranger", crypto::KeyType::kRsa);
  const auto forger = jose::SigningKey::make(stranger.clone(), "right.pem", jose::Algorithm::kRS256).value();
  EXPECT_EQ(ask(token_of(forger, claims)), std::pair(true, 401)) << "a known name with a foreign key is searched for";
}

TEST(GateMany, refuses_an_address_without_searches_left_before_the_queue) {
  GateWorld world(settings_of(50, false), key_files());
  const auto& stranger = named_private_key("stranger", crypto::KeyType::kRsa);
  const auto forger = jose::SigningKey::make(stranger.clone(), "right.pem", jose::Algorithm::kRS256).value();
  int made = 0;
  const auto is_queued = [&](const jose::SigningKey& key, std::string_view address) {
    auto claims = good_claims("https://nobody.example/" + std::to_string(++made));
    auto request = GateWorld::question("GET", "/x");
    request.remote_address = address;
    request.headers.push_back({"Authorization", "Bearer " + token_of(key, claims)});
    auto outcome = world.gate.handle(request);
    const bool is_elsewhere = !outcome.is_response() && outcome.then().lane == web::Lane::kCpu;
    EXPECT_EQ(web::run(std::move(outcome), &world.fetcher).status, &key == &forger ? 401 : 200);
    return is_elsewhere;
  };
  for (int i = 0; i < ProviderSet::kFailedSearchesMax; ++i) EXPECT_TRUE(is_queued(forger, "192.0.2.66"));
  EXPECT_FALSE(is_queued(forger, "192.0.2.66"));
  EXPECT_TRUE(world.log.contains("too_many_searches"));
  EXPECT_TRUE(is_queued(named_key("right.pem", jose::Algorithm::kRS256), "192.0.2.67")) << "others search on";
  for (int i = 0; i < ProviderSet::kCandidatesEachSecond / 50; ++i)  // each from an address of its own
    if (!is_queued(forger, "198.51.100." + std::to_string(i))) break;
  EXPECT_FALSE(is_queued(forger, "203.0.113.1")) << "nothing is left for anybody";
  world.clock.advance(seconds{1});
  EXPECT_TRUE(is_queued(forger, "203.0.113.1"));
}

}  // namespace
}  // namespace cardea::gate
