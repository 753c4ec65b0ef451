// A sign-in and the check of a session write the same link: of two at the same moment the second sees what the first
// wrote. On PostgreSQL, where two transactions run beside each other and each reads what was there before.
#include <future>

#include "tests/broker/broker_world.h"
#include "tests/support/postgres.h"

namespace cardea::protocol {
namespace {

class UpstreamCheckRace : public Broker {
 protected:
  UpstreamCheckRace() : Broker(Engine::kPostgres) {
    use({provider("up", {{"sessionCheckSeconds", "300"}})});
    link("ada", "u-1");
    server_.fetcher.serve("https://up.example/token", [this](const web::FetchRequest& request) -> web::Fetched {
      json::object answer{{"access_token", "up-access"}, {"token_type", "Bearer"}, {"expires_in", 300}};
      if (web::Form::parse(request.body)->value_or("grant_type", "") != "refresh_token") {
        answer["id_token"] = id_token();
        if (gives_refresh_token_) answer["refresh_token"] = "r-1";
      } else if (refuses_) {
        return web::FetchResponse{.status = 400, .headers = {}, .body = R"({"error":"invalid_grant"})"};
      } else {
        answer["refresh_token"] = "r-2";
      }
      return web::FetchResponse{.status = 200, .headers = {}, .body = json::serialize(answer)};
    });
    token_ = string_or(redeem(server_, location_parameter(sign_in_upstream(browser_), "code")), "refresh_token", "");
    server_.clock.advance(seconds{300});
  }
  std::string kept_token() {
    return string_or(parse_json(link_of("u-1")->token.reveal())->as_object(), "refresh_token", "");
  }
  /// `other` runs while a transaction of ours has locked the person and written `token` to the link.
  void write_beside(std::string_view token, const std::function<void()>& other) {
    auto identity = link_of("u-1");
    identity->token = SecretBytes::copy_of(json::serialize(json::object{{"refresh_token", token}}));
    hold_beside(
        [&](Tx& tx) -> Stored<void> {
          if (auto locked = server_.repositories.users.lock(tx, identity->user); !locked) return locked;
          return server_.repositories.federated_identities.update(tx, *identity);
        },
        other);
  }
  /// `other` runs while our transaction has written, until it waits for ours or is over; then, after `while_held`, ours
  /// is committed.
  void hold_beside(
      const std::function<Stored<void>(Tx&)>& ours, const std::function<void()>& other,
      const std::function<void()>& while_held = [] {}) {
    std::future<void> beside;
    ASSERT_TRUE(server_.repositories.store.write([&](Tx& tx) -> Stored<void> {
      if (auto done = ours(tx); !done) return done;
      beside = std::async(std::launch::async, other);
      const auto waits = [] {
        return !TestPostgres::shared().execute("SELECT 1 FROM pg_locks WHERE NOT granted").empty();
      };
      while (beside.wait_for(seconds{0}) != std::future_status::ready && !waits()) {
      }
      while_held();
      return {};
    }));
    beside.get();
  }
  web::Response use_token() {
    return server_.post("/token", {{"grant_type", "refresh_token"}, {"client_id", "app"}, {"refresh_token", token_}});
  }

  Browser browser_{server_};
  std::string token_;
  bool gives_refresh_token_ = true, refuses_ = false;
};

TEST_F(UpstreamCheckRace, refuses_to_write_an_older_token_over_that_of_a_sign_in) {
  ASSERT_EQ(kept_token(), "r-1");
  write_beside("r-new", [this] { EXPECT_EQ(use_token().status, 200); });
  EXPECT_EQ(kept_token(), "r-new");
}

TEST_F(UpstreamCheckRace, refuses_to_end_sessions_for_a_token_that_a_sign_in_replaces) {
  refuses_ = true;
  write_beside("r-new", [this] { EXPECT_EQ(use_token().status, 200); });
  EXPECT_TRUE(server_.log.contains("token_superseded"));
  EXPECT_EQ(browser_.get(authorize_url()).status, 302);
}

TEST_F(UpstreamCheckRace, refuses_to_write_an_older_token_over_that_of_a_check) {
  gives_refresh_token_ = false;
  Browser again(server_);
  leave(again);
  write_beside("r-9", [&] { EXPECT_EQ(come_back(again).status, 302); });
  EXPECT_EQ(kept_token(), "r-9");
}

// Whoever locks sessions of both kinds begins with the browser's, also where the offline one is the one in use: else
// two wait for each other.
TEST_F(UpstreamCheckRace, refuses_to_hold_an_offline_session_while_it_waits_for_one_of_the_browser) {
  server_.allow_offline("ada");
  const auto code = location_parameter(browser_.get(authorize_url({{"scope", "openid offline_access"}})), "code");
  token_ = string_or(redeem(server_, code), "refresh_token", "");
  ASSERT_EQ(string_or(payload_of(token_), "typ", ""), "Offline");
  server_.clock.advance(seconds{300});
  auto& sessions = server_.repositories.sessions;
  const auto of_browser =
      read_from(server_.repositories.store,
                [&](Rows& rows) { return sessions.list_of_user(rows, RealmId("realm-demo"), UserId("user-ada")); })
          .value()
          .at(0);
  const auto& postgres = TestPostgres::shared();
  const auto schemas = postgres.execute(
      "SELECT relnamespace::regnamespace::text FROM pg_class WHERE relname = 'offline_sessions' ORDER BY oid DESC");
  ASSERT_FALSE(schemas.empty());
  hold_beside(
      [&](Tx& tx) -> Stored<void> {
        if (auto done = sessions.touch(tx, of_browser.id, server_.clock.now()); !done) return done;
        const auto sent = sessions.find(tx, RealmId("realm-demo"), of_browser.id);  // not only in the pipeline
        return sent ? Stored<void>() : refuse(sent.error());
      },
      [&] { EXPECT_EQ(use_token().status, 200); },
      [&] {
        ASSERT_FALSE(postgres.execute("SELECT 1 FROM pg_locks WHERE NOT granted").empty());
        EXPECT_EQ(
            postgres.execute("SELECT id FROM " + schemas.front() + ".offline_sessions FOR UPDATE SKIP LOCKED").size(),
            1U);
      });
}

// The notes of a session are written as a whole: by the check, and by whoever signs in anew in the same browser.
TEST_F(UpstreamCheckRace, refuses_to_write_older_notes_over_a_session_that_is_confirmed) {
  auto& sessions = server_.repositories.sessions;
  const auto session = [&] {
    return read_from(server_.repositories.store,
                     [&](Rows& rows) { return sessions.list_of_user(rows, RealmId("realm-demo"), UserId("user-ada")); })
        .value()
        .at(0);
  };
  const auto before = session();
  const auto page = browser_.get(authorize_url({{"prompt", "login"}}));
  const auto away = browser_.get(button(page));
  nonce_ = location_parameter(away, "nonce");
  state_ = location_parameter(away, "state");
  claims_["auth_time"] = epoch_seconds(server_.clock.now());
  hold_beside(
      [&](Tx& tx) -> Stored<void> {
        if (auto done = sessions.touch(tx, before.id, server_.clock.now()); !done) return done;
        auto notes = before.notes;
        notes["written_meanwhile"] = "1";
        return sessions.set_notes(tx, before.id, notes);
      },
      [&] { EXPECT_EQ(come_back(browser_).status, 302); });
  EXPECT_EQ(session().id, before.id);
  EXPECT_EQ(session().note("written_meanwhile"), "1");
  EXPECT_GT(session().auth_time, before.auth_time);
}

}  // namespace
}  // namespace cardea::protocol
