// Several nodes of a gate on one database, and a node that starts again: who is signed in, who was logged out, and what
// holds while the database is away.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gate/front/front_fixture.h"
#include "gate/store/shared_secrets.h"
#include "tests/support/memory_gate_store.h"

namespace cardea::gate {
namespace {

struct Database {
  MemoryGateStore rows;
  GateStore store = rows.store();
};

class GateNodes : protected Database, public GateSignIn {
 protected:
  GateNodes() : GateSignIn(&store) {}

  Gate other{{world.reach, world.sealer, world.pages, world.random, world.keep_key, &store},
             read_gate(parse_json(kSettings)->get_object(), no_files())};

  int ask_at(Gate& gate) {
    auto request = GateWorld::question("GET", "/flows/a");
    request.headers.push_back({"Cookie", cookies});
    return web::run(gate.handle(request), &world.fetcher).status;
  }
  std::size_t refreshes() const {
    return static_cast<std::size_t>(std::ranges::count_if(world.fetcher.calls, [](const web::FetchRequest& call) {
      return call.body.find("grant_type=refresh_token") != std::string::npos;
    }));
  }
};

TEST_F(GateNodes, another_node_refuses_whom_one_logged_out) {
  for (const bool blocks : {false, true}) {
    rows.blocks = blocks;
    cookies.clear();
    ASSERT_EQ(sign_in("/flows/a").status, 302);
    EXPECT_EQ(ask_at(world.gate), 200);
    EXPECT_EQ(ask_at(other), 200);
    EXPECT_EQ(log_out(web::Method::kPost, {{"Sec-Fetch-Site", "same-origin"}}).status, 302);
    EXPECT_EQ(ask_at(world.gate), 401);
    world.clock.advance(KeptSessions::kBelieved);
    EXPECT_EQ(ask_at(other), 401);
  }
}

TEST_F(GateNodes, a_logout_of_the_provider_at_one_node_ends_the_session_at_all) {
  ASSERT_EQ(sign_in("/flows/a").status, 302);
  EXPECT_EQ(ask_at(other), 200);
  auto request = GateWorld::question("GET", "/", "/gate/frontchannel-logout");
  request.query = "sid=s1";
  EXPECT_EQ(web::run(other.handle(request), &world.fetcher).status, 200);
  world.clock.advance(KeptSessions::kBelieved);
  EXPECT_EQ(ask_at(world.gate), 401);
}

TEST_F(GateNodes, a_restart_logs_nobody_out_and_nobody_back_in) {
  ASSERT_EQ(sign_in("/flows/a").status, 302);
  Gate again{{world.reach, world.sealer, world.pages, world.random, world.keep_key, &store},
             read_gate(parse_json(kSettings)->get_object(), no_files())};
  EXPECT_EQ(ask_at(again), 200);
  EXPECT_EQ(log_out(web::Method::kPost, {{"Sec-Fetch-Site", "same-origin"}}).status, 302);
  Gate third{{world.reach, world.sealer, world.pages, world.random, world.keep_key, &store},
             read_gate(parse_json(kSettings)->get_object(), no_files())};
  EXPECT_EQ(ask_at(third), 401);
}

/// A rotated refresh token that is used twice would end the session at its provider.
TEST_F(GateNodes, two_nodes_never_use_one_refresh_token_twice) {
  ASSERT_EQ(sign_in("/flows/a").status, 302);
  world.clock.advance(seconds{298});
  EXPECT_EQ(ask_at(other), 200);
  EXPECT_EQ(ask_at(world.gate), 200);
  world.clock.advance(seconds{2});
  EXPECT_EQ(ask_at(world.gate), 200);
  EXPECT_EQ(ask_at(other), 200) << "it goes on with what it knows";
  EXPECT_EQ(refreshes(), 1U);
  world.clock.advance(KeptSessions::kBelieved);
  EXPECT_EQ(ask_at(other), 200);
  EXPECT_EQ(refreshes(), 1U);
  world.clock.advance(seconds{400});
  EXPECT_EQ(ask_at(other), 200);
  EXPECT_EQ(refreshes(), 2U);
}

TEST_F(GateNodes, idleness_is_judged_over_all_nodes) {
  ASSERT_EQ(sign_in("/flows/a").status, 302);
  for (int i = 0; i < 8; ++i) {
    world.clock.advance(std::chrono::minutes(20));
    EXPECT_EQ(ask_at(world.gate), 200) << i;
    world.gate.synchronise();
  }
  EXPECT_EQ(ask_at(other), 200) << "it was used elsewhere";
  world.clock.advance(std::chrono::minutes(38));
  EXPECT_EQ(ask_at(other), 401);
}

TEST_F(GateNodes, a_database_that_is_away_ends_nothing_and_lets_nobody_in_or_out) {
  ASSERT_EQ(sign_in("/flows/a").status, 302);
  rows.is_away = true;
  world.clock.advance(KeptSessions::kBelieved);
  EXPECT_EQ(ask_at(world.gate), 200) << "known here";
  auto question = GateWorld::question("GET", "/flows/a", "/gate/forward");
  question.headers.push_back({"Cookie", cookies});
  EXPECT_EQ(web::run(other.handle(question), &world.fetcher).status, 503) << "not known there, and not refused either";
  EXPECT_EQ(log_out(web::Method::kPost, {{"Sec-Fetch-Site", "same-origin"}}).status, 503);
  world.clock.advance(KeptSessions::kOutageMax + seconds{1});
  EXPECT_EQ(ask_at(world.gate), 401);
  const auto before = cookies;
  cookies.clear();
  EXPECT_EQ(sign_in("/flows/a").status, 503);
}

/// Reads work and writes do not: nobody can be refreshed, and nobody goes on without their provider for ever.
TEST_F(GateNodes, a_session_that_cannot_be_refreshed_ends_an_hour_after_its_tokens) {
  ASSERT_EQ(sign_in("/flows/a").status, 302);
  rows.is_read_only = true;
  world.clock.advance(seconds{400});
  EXPECT_EQ(ask_at(world.gate), 200);
  for (int i = 0; i < 4; ++i) {
    world.clock.advance(seconds{900});
    (void)ask_at(world.gate);
  }
  EXPECT_EQ(ask_at(world.gate), 401);
}

TEST_F(GateNodes, stored_sessions_show_nothing_to_another_application) {
  ASSERT_EQ(sign_in("/flows/a").status, 302);
  Sessions memory;
  EXPECT_EQ(memory.find("made-up", "Flows", seconds{60}, world.clock.now()), nullptr);
  KeptSessions sessions({world.random, world.clock, world.log, &store});
  const auto handle = cookies.substr(cookies.find("-session=") + 9, 43);
  for (const auto& [application, known] : {std::pair{"Flows", true}, std::pair{"Other", false}}) {
    (void)web::run(
        sessions.find({handle, application, seconds{60}}, [&](const Stored<SessionPtr>& found) -> web::Outcome {
          EXPECT_EQ(found && *found, known) << application;
          return web::empty_response(204);
        }));
  }
}

constexpr std::string_view kKeepSettings = R"({
  "providers": {"id": {"issuer": "https://id.example/realms/r", "jwks-url": "https://id.example/keys", "audiences": ["Domino"]}},
  "applications": [{"name": "KEEP", "hosts": ["app.example"], "answers": "keep-domino", "providers": ["id"]}]})";

/// A token that was logged out is refused everywhere until its end, by every node (guides.md G1-18).
TEST(GateLoggedOut, G1_18_logout) {
  Database database;
  GateWorld world(kKeepSettings, no_files(), &database.store);
  serve_keys(world.fetcher, "https://id.example/keys", named_private_key("id", crypto::KeyType::kRsa), "id");
  const auto fresh_gate = [&] {
    auto made = std::make_unique<Gate>(
        Gate::Parts{world.reach, world.sealer, world.pages, world.random, world.keep_key, &database.store},
        read_gate(parse_json(kKeepSettings)->get_object(), no_files()));
    made->synchronise();
    return made;
  };
  const auto other = fresh_gate();
  auto claims = good_claims(kIssuer);
  claims["sub"] = "CN=Ada/O=Plant";
  const auto token = token_of(named_key("id", jose::Algorithm::kRS256), claims);
  const auto ask = [&](Gate& gate, std::string_view path) {
    auto request = GateWorld::question("GET", "/data", path);
    request.headers.push_back({"Authorization", "Bearer " + token});
    return web::run(gate.handle(request), &world.fetcher).status;
  };
  EXPECT_EQ(ask(*other, "/gate/check"), 200);
  database.rows.is_away = true;
  EXPECT_EQ(ask(world.gate, "/api/v1/auth/logout"), 503) << "what is not durable is not said to be done";
  database.rows.is_away = false;
  world.clock.advance(milliseconds{1});
  EXPECT_EQ(ask(world.gate, "/gate/check"), 401);
  const auto again = token_of(named_key("id", jose::Algorithm::kRS256), claims);
  ASSERT_EQ(again, token) << "RS256 signs alike";
  claims["jti"] = "another";
  const auto second = token_of(named_key("id", jose::Algorithm::kRS256), claims);
  const auto with = [&](Gate& gate, std::string_view path) {
    auto request = GateWorld::question("GET", "/data", path);
    request.headers.push_back({"Authorization", "Bearer " + second});
    return web::run(gate.handle(request), &world.fetcher).status;
  };
  EXPECT_EQ(with(*other, "/gate/check"), 200);
  EXPECT_EQ(with(world.gate, "/api/v1/auth/logout"), 200);
  other->synchronise();
  for (const auto* path : {"/gate/check", "/api/v1/userinfo", "/api/v1/auth/logout"}) {
    EXPECT_EQ(with(world.gate, path), 401) << path;
    EXPECT_EQ(with(*other, path), 401) << path;
    EXPECT_EQ(with(*fresh_gate(), path), 401) << path;
  }
}

TEST(SharedSecrets, of_two_nodes_one_makes_them_and_both_have_them) {
  Database database;
  SeededRandom random;
  const auto first = load_secrets(database.store, random), second = load_secrets(database.store, random);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->state_key.reveal(), second->state_key.reveal());
  EXPECT_EQ(first->keep_key.reveal(), second->keep_key.reveal());
  database.rows.is_away = true;
  EXPECT_FALSE(load_secrets(database.store, random));
}

}  // namespace
}  // namespace cardea::gate
