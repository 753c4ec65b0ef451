// Several nodes of a gate on one database, and a node that starts again: who is signed in, who was logged out, and what
// holds while the database is away.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "gate/front/front_fixture.h"
#include "gate/store/shared_secrets.h"
#include "tests/support/memory_gate_store.h"

namespace cardea::gate {
namespace {

using testing::HasSubstr;

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
  KeptSessions::Parts parts() { return {world.random, world.clock, world.log, &store}; }
  /// As the browser's cookie says.
  KeptSessions::Handle handle() const {
    return {cookies.substr(cookies.find("-session=") + 9, 43), "Flows", seconds{1800}};
  }
  static SessionPtr find(KeptSessions& sessions, const KeptSessions::Handle& handle) {
    SessionPtr session;
    (void)web::run(sessions.find(handle, [&](const Stored<SessionPtr>& found) -> web::Outcome {
      session = found.value();
      return web::empty_response(204);
    }));
    return session;
  }
  static KeptSessions::Turn turn(KeptSessions& sessions, const KeptSessions::Handle& handle, std::int64_t version) {
    auto said = KeptSessions::Turn::kNobodys;
    (void)web::run(sessions.take_refresh(handle, version, [&](const Stored<KeptSessions::Turn>& given) -> web::Outcome {
      said = given.value();
      return web::empty_response(204);
    }));
    return said;
  }
  /// With what the provider gave for the refresh token of `before`.
  static SessionPtr refresh(KeptSessions& sessions, const KeptSessions::Handle& handle, const Session& before,
                            std::string token) {
    Session fresh;
    fresh.version = before.version + 1;
    fresh.application = before.application;
    fresh.caller = before.caller;
    fresh.issuer = before.issuer;
    fresh.subject = before.subject;
    fresh.sid = before.sid;
    fresh.refresh_token = SecretBytes(std::move(token));
    fresh.tokens_end = before.tokens_end;
    fresh.ends = before.ends;
    SessionPtr session;
    (void)web::run(sessions.refreshed(handle, std::move(fresh), [&](const Stored<SessionPtr>& found) -> web::Outcome {
      session = found.value();
      return web::empty_response(204);
    }));
    return session;
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

/// The database takes the word that it is this node's turn and then nothing more: the tokens that came are the good
/// ones, and those of the row are spent.
TEST_F(GateNodes, a_refresh_that_could_not_be_written_never_sends_the_old_token_again) {
  ASSERT_EQ(sign_in("/flows/a").status, 302);
  world.clock.advance(seconds{300});
  refresh_token = "r2";
  at_refresh = [this] { rows.is_read_only = true; };
  EXPECT_EQ(ask_at(world.gate), 200);
  EXPECT_THAT(world.fetcher.calls.back().body, HasSubstr("refresh_token=r1"));
  at_refresh = [] {};
  world.gate.synchronise();
  EXPECT_TRUE(world.log.contains("refreshed sessions")) << "it is told";
  world.clock.advance(seconds{200});
  EXPECT_EQ(ask_at(world.gate), 200) << "the row of before is read, and is not what counts";
  rows.is_read_only = false;
  world.gate.synchronise();
  world.clock.advance(seconds{200});
  refresh_token = "r3";
  EXPECT_EQ(ask_at(other), 200);
  EXPECT_EQ(refreshes(), 2U);
  EXPECT_THAT(world.fetcher.calls.back().body, HasSubstr("refresh_token=r2")) << "the other node has it, too";
}

/// The write was said to be done and the commit failed: the next look at the row notices.
TEST_F(GateNodes, a_row_that_lags_behind_is_written_again) {
  ASSERT_EQ(sign_in("/flows/a").status, 302);
  const auto stored = handle();
  KeptSessions here(parts()), there(parts());
  const auto before = find(here, stored);
  ASSERT_TRUE(before);
  Rows reading;
  Tx writing;
  const auto hash = crypto::sha256_base64url(stored.text);
  const auto row = rows.find(reading, hash).value();
  EXPECT_EQ(refresh(here, stored, *before, "r2")->refresh_token.reveal(), "r2");
  ASSERT_TRUE(rows.remove(writing, hash, "Flows").value() && rows.insert(writing, *row));
  world.clock.advance(KeptSessions::kBelieved);
  EXPECT_EQ(find(here, stored)->refresh_token.reveal(), "r2");
  here.write_uses();
  EXPECT_EQ(find(there, stored)->refresh_token.reveal(), "r2");
  EXPECT_EQ(find(there, stored)->version, 2);
}

/// Whoever looked before another request refreshed knows a token that is spent: they get no turn, and are somebody.
TEST_F(GateNodes, refuses_a_turn_to_whoever_knows_the_token_of_before) {
  ASSERT_EQ(sign_in("/flows/a").status, 302);
  const auto stored = handle();
  KeptSessions here(parts());
  const auto before = find(here, stored);
  EXPECT_EQ(turn(here, stored, 1), KeptSessions::Turn::kMine);
  EXPECT_EQ(turn(here, stored, 1), KeptSessions::Turn::kAnothers);
  ASSERT_TRUE(refresh(here, stored, *before, "r2"));
  EXPECT_EQ(turn(here, stored, 1), KeptSessions::Turn::kAnothers) << "it has ended between two calls";
  EXPECT_EQ(turn(here, stored, 2), KeptSessions::Turn::kMine);
  (void)web::run(here.end(stored, [](const Stored<SessionPtr>&) -> web::Outcome { return web::empty_response(204); }));
  EXPECT_EQ(turn(here, stored, 2), KeptSessions::Turn::kNobodys);
}

/// One that took longer than anybody waits comes last: what the other node wrote stays.
TEST_F(GateNodes, a_late_refresh_replaces_nothing_and_ended_sessions_stay_ended) {
  ASSERT_EQ(sign_in("/flows/a").status, 302);
  const auto stored = handle();
  KeptSessions here(parts()), there(parts());
  const auto before = find(here, stored);
  ASSERT_TRUE(find(there, stored));
  EXPECT_EQ(refresh(there, stored, *before, "theirs")->refresh_token.reveal(), "theirs");
  EXPECT_EQ(refresh(here, stored, *before, "late")->refresh_token.reveal(), "theirs");
  (void)web::run(there.end(stored, [](const Stored<SessionPtr>&) -> web::Outcome { return web::empty_response(204); }));
  const auto gone = find(here, stored);
  ASSERT_TRUE(gone) << "believed for a moment";
  EXPECT_FALSE(refresh(here, stored, *gone, "r3"));
  EXPECT_FALSE(find(here, stored));
}

/// A request that reads the row while it is being removed.
TEST_F(GateNodes, an_ended_session_does_not_come_back_into_memory) {
  ASSERT_EQ(sign_in("/flows/a").status, 302);
  const auto stored = handle();
  KeptSessions here(parts());
  ASSERT_TRUE(find(here, stored));
  rows.before_remove = [&] { EXPECT_TRUE(find(here, stored)); };
  (void)web::run(here.end(stored, [](const Stored<SessionPtr>& ended) -> web::Outcome {
    EXPECT_TRUE(ended && *ended);
    return web::empty_response(204);
  }));
  EXPECT_FALSE(find(here, stored));
}

TEST_F(GateNodes, a_session_that_cannot_be_read_any_more_is_none_and_shuts_nobody_out) {
  for (const bool sealed_otherwise : {true, false}) {
    cookies.clear();
    ASSERT_EQ(sign_in("/flows/a").status, 302);
    rows.is_corrupt = sealed_otherwise;
    if (!sealed_otherwise) rows.spoil_documents();
    Gate again{{world.reach, world.sealer, world.pages, world.random, world.keep_key, &store},
               read_gate(parse_json(kSettings)->get_object(), no_files())};
    EXPECT_EQ(ask_at(again), 401);
    auto page = GateWorld::question("GET", "/flows/a", "/gate/forward");
    page.headers.push_back({"Accept", "text/html"});
    page.headers.push_back({"Cookie", cookies});
    EXPECT_EQ(web::run(again.handle(page), &world.fetcher).status, 302) << "to sign in, and not 503";
    EXPECT_TRUE(world.log.contains("gate_session_unreadable"));
    rows.is_corrupt = false;
  }
}

TEST_F(GateNodes, made_up_sessions_cost_no_write_and_few_reads) {
  ASSERT_EQ(sign_in("/flows/a").status, 302);
  const auto good = cookies;
  const auto name = good.substr(0, good.find('='));
  const auto send = [&](std::string_view path, const std::string& cookie, std::string query) {
    auto request = GateWorld::question("GET", path, path);
    request.method = path == "/logout" ? web::Method::kPost : web::Method::kGet;
    request.remote_address = "192.0.2.9";
    request.correlation_id = "c0rr";
    request.query = std::move(query);
    if (!cookie.empty()) request.headers.push_back({"Cookie", cookie});
    return world.run(request).status;
  };
  const auto writes = rows.writes;
  EXPECT_EQ(send("/gate/frontchannel-logout", "", "sid=made-up"), 200);
  EXPECT_EQ(rows.writes, writes);
  for (int i = 1; i < SignIn::kMissesMax; ++i) EXPECT_EQ(send("/logout", name + "=" + std::to_string(i), ""), 200);
  const auto reads = rows.reads;
  EXPECT_EQ(send("/logout", name + "=more", ""), 200);
  EXPECT_EQ(send("/gate/frontchannel-logout", name + "=more", "sid=made-up"), 429);
  EXPECT_EQ(rows.reads, reads);
  EXPECT_EQ(world.log.count("too_many_unknown_sessions"), 2U);
  EXPECT_EQ(world.log.count("c0rr"), 3U) << "each refusal, and that no session ended by the first";
  EXPECT_EQ(send("/gate/frontchannel-logout", "", "sid=s1"), 429) << "a session that is there waits for the minute";
}

/// The handle of before would open what it opened, beside the new one.
TEST_F(GateNodes, refuses_a_sign_in_when_the_session_of_before_cannot_be_ended) {
  ASSERT_EQ(sign_in("/flows/a").status, 302);
  const auto old = cookies;
  rows.cannot_remove = true;
  cookies.clear();
  leave("/flows/a");
  cookies += "; " + old;
  EXPECT_EQ(come_back("code=c1&state=" + state).status, 503);
}

TEST_F(GateNodes, idleness_is_judged_over_all_nodes) {
  ASSERT_EQ(sign_in("/flows/a").status, 302);
  for (int i = 0; i < 8; ++i) {
    world.clock.advance(std::chrono::minutes(20));
    EXPECT_EQ(ask_at(world.gate), 200) << i;
    world.gate.synchronise();
  }
  world.clock.advance(std::chrono::minutes(9));
  EXPECT_EQ(ask_at(world.gate), 200);
  rows.is_read_only = true;
  world.gate.synchronise();
  EXPECT_TRUE(world.log.contains("uses of sessions")) << "what is not written is told";
  rows.is_read_only = false;
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

/// Where expiry is not checked a token never ends, and whoever logged out stays out.
TEST(GateLoggedOut, stays_so_for_ever_where_expiry_is_not_checked) {
  Database database;
  GateWorld world(kKeepSettings, no_files(), &database.store);
  auto endless = settings_named("id", {std::string(kIssuer)});
  endless.rules.check_expiry = false;
  auto all = read_gate(parse_json(kKeepSettings)->get_object(), no_files());
  all.providers = {provider_with_key(std::move(endless), named_key("id", jose::Algorithm::kRS256))};
  all.key_addresses.clear();
  world.gate.replace(std::move(all));
  const auto token = token_of(named_key("id", jose::Algorithm::kRS256), good_claims(kIssuer));
  const auto ask = [&](std::string_view path) {
    auto request = GateWorld::question("GET", "/data", path);
    request.headers.push_back({"Authorization", "Bearer " + token});
    return world.run(request).status;
  };
  world.clock.advance(std::chrono::hours(1));
  EXPECT_EQ(ask("/gate/check"), 200) << "past its exp";
  EXPECT_EQ(ask("/api/v1/auth/logout"), 200);
  world.clock.advance(std::chrono::hours(24));
  world.gate.purge();
  EXPECT_EQ(ask("/gate/check"), 401);
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
