// GET /realms/{realm}/broker/{alias}/token where the kept token has ended, and from pages of other origins (keycloak.md
// section 1.17). Facts from Keycloak 26.7.4: it refreshes, answers 502 when it cannot, and shares with the client's
// origins.
#include <limits>

#include "broker/refresh_turn.h"
#include "tests/broker/broker_world.h"

namespace cardea::protocol {
namespace {

using broker::kRefreshTurn;
constexpr auto kPath = "/realms/demo/broker/up/token";

class StoredToken : public Broker, public testing::WithParamInterface<Engine> {
 protected:
  StoredToken() : Broker(GetParam()) {
    use({provider("up", {}, {{"storeToken", true}})});
    server_.add_client("page", [](Client& client) { client.web_origins = {"https://page.example"}; });
    server_.fetcher.serve("https://up.example/token", [this](const web::FetchRequest& request) -> web::Fetched {
      token_form_ = *web::Form::parse(request.body);
      const bool is_refresh = token_form_.value_or("grant_type", "") == "refresh_token";
      if (is_refresh && in_between_) std::exchange(in_between_, {})();
      if (is_refresh && !refreshes_) {
        return web::FetchResponse{.status = 400, .headers = {}, .body = R"({"error":"invalid_grant"})"};
      }
      json::object answer{{"access_token", is_refresh ? "second" : "first"}, {"token_type", "Bearer"}};
      if (ends_) answer["expires_in"] = lives_for_;
      if (!is_refresh) answer["id_token"] = id_token();
      if (!is_refresh && gives_refresh_token_) answer["refresh_token"] = "renew-1";
      return web::FetchResponse{.status = 200, .headers = {}, .body = json::serialize(answer)};
    });
  }
  /// Signs zoe in by the provider; her token for the client, with the role.
  std::string sign_in_with_role() {
    const Pairs at{{"client_id", "page"}, {"redirect_uri", "https://page.example/cb"}};
    const auto once = [&] {
      Browser browser(server_);
      const auto away = browser.get(button(browser.get(authorize_url(at))));
      nonce_ = location_parameter(away, "nonce");
      state_ = location_parameter(away, "state");
      const auto tokens = redeem(server_, location_parameter(come_back(browser), "code"), at);
      refresh_token_ = string_or(tokens, "refresh_token", "");
      return string_or(tokens, "access_token", "");
    };
    (void)once();
    give_client_role("broker", "read-token", user_named("zoe")->id.str());
    return once();
  }
  web::Response ask(const std::string& bearer, const std::string& origin = "https://page.example") {
    return server_.get(kPath, {{"Authorization", "Bearer " + bearer}, {"Origin", origin}});
  }
  static std::string access_token_in(const web::Response& response) {
    EXPECT_EQ(response.status, 200) << response.body_text();
    return response.status == 200 ? string_or(body_of(response), "access_token", "") : std::string();
  }
  static std::string allowed_in(const web::Response& response) {
    const auto* origin = response.find_header("Access-Control-Allow-Origin");
    return origin == nullptr ? std::string() : *origin;
  }
  std::string kept() { return string_or(parse_json(link_of("u-1")->token.reveal())->as_object(), "access_token", ""); }
  [[nodiscard]] std::size_t refreshes_asked() const {
    std::size_t count = 0;
    for (const auto& call : server_.fetcher.calls) count += call.body.contains("grant_type=refresh_token") ? 1U : 0U;
    return count;
  }

  bool ends_ = true, gives_refresh_token_ = true, refreshes_ = true;
  std::int64_t lives_for_ = 60;       // seconds
  std::string refresh_token_;         // of ours
  std::function<void()> in_between_;  // while the provider is asked
};
INSTANTIATE_ON_EVERY_ENGINE(StoredToken);

// ---- refused

TEST_P(StoredToken, refuses_to_give_a_token_that_the_provider_does_not_renew) {
  const auto bearer = sign_in_with_role();
  server_.clock.advance(seconds{56});
  refreshes_ = false;
  const auto refused = ask(bearer);
  EXPECT_EQ(refused.status, 502);
  EXPECT_EQ(refused.body_text(), R"({"errorMessage":"Unable to refresh token"})");
  EXPECT_EQ(kept(), "first") << "nothing that was kept is thrown away for it";
  expect_logged_with_request("upstream_token_not_refreshed");
  EXPECT_FALSE(server_.log.contains("renew-1"));
  refreshes_ = true;
  server_.clock.advance(kRefreshTurn * 2);
  EXPECT_EQ(access_token_in(ask(bearer)), "second") << "it is tried again";
}

// To many providers a refresh token that comes twice is a stolen one.
TEST_P(StoredToken, refuses_to_send_a_refresh_token_twice_at_a_time) {
  const auto bearer = sign_in_with_role();
  server_.clock.advance(seconds{56});
  int status = 0;
  in_between_ = [&] {
    const auto second = ask(bearer);
    status = second.status;
    EXPECT_TRUE(second.find_header("Retry-After") != nullptr);
  };
  EXPECT_EQ(access_token_in(ask(bearer)), "second");
  EXPECT_EQ(status, 503);
  EXPECT_EQ(refreshes_asked(), 1U);
}

// The check of the session uses the same token: neither sends it while the other waits.
TEST_P(StoredToken, refuses_to_send_a_refresh_token_beside_the_check_of_the_session) {
  use({provider("up", {{"sessionCheckSeconds", "60"}}, {{"storeToken", true}})});
  const auto bearer = sign_in_with_role();
  server_.clock.advance(seconds{60});
  int status = 0;
  in_between_ = [&] { status = ask(bearer).status; };
  const Pairs at{{"grant_type", "refresh_token"}, {"client_id", "page"}, {"refresh_token", refresh_token_}};
  EXPECT_EQ(server_.post("/token", at).status, 200);
  EXPECT_EQ(status, 503);
  EXPECT_EQ(refreshes_asked(), 1U);
  server_.clock.advance(seconds{120});
  in_between_ = [&] { status = server_.post("/token", at).status; };
  EXPECT_EQ(access_token_in(ask(bearer)), "second");
  EXPECT_EQ(status, 200) << "goes on without having been asked after";
  EXPECT_EQ(refreshes_asked(), 2U);
}

// An answer that was lost may have replaced the token: its refusal is no word about the person.
TEST_P(StoredToken, refuses_to_end_all_sessions_for_a_token_that_was_sent_for_an_application) {
  use({provider("up", {{"sessionCheckSeconds", "60"}}, {{"storeToken", true}})});
  const auto bearer = sign_in_with_role();
  Browser other(server_);
  sign_in_upstream(other);
  server_.clock.advance(seconds{60});
  refreshes_ = false;
  EXPECT_EQ(ask(bearer).status, 502);
  server_.clock.advance(seconds{120});
  const Pairs at{{"grant_type", "refresh_token"}, {"client_id", "page"}, {"refresh_token", refresh_token_}};
  EXPECT_EQ(server_.post("/token", at).status, 400);
  EXPECT_EQ(other.get(authorize_url()).status, 302);
}

TEST_P(StoredToken, refuses_to_write_over_what_a_sign_in_brought_meanwhile) {
  const auto bearer = sign_in_with_role();
  server_.clock.advance(seconds{56});
  in_between_ = [&] {
    Browser browser(server_);
    sign_in_upstream(browser);
  };
  EXPECT_EQ(access_token_in(ask(bearer)), "second");
  EXPECT_EQ(kept(), "first") << "of the sign-in, whose refresh token is the newer one";
}

TEST_P(StoredToken, refuses_to_give_a_token_of_a_link_that_was_taken_away_meanwhile) {
  const auto bearer = sign_in_with_role();
  server_.clock.advance(seconds{56});
  in_between_ = [&] {
    const auto zoe = user_named("zoe")->id;
    EXPECT_TRUE(write_to(server_.repositories.store,
                         [&](Tx& tx) { return server_.repositories.federated_identities.remove(tx, zoe, "up"); }));
  };
  EXPECT_EQ(ask(bearer).status, 404);
}

TEST_P(StoredToken, refuses_to_reckon_with_an_end_beyond_all_calendars) {
  lives_for_ = std::numeric_limits<std::int64_t>::max();
  const auto bearer = sign_in_with_role();
  EXPECT_EQ(access_token_in(ask(bearer)), "first");
  EXPECT_EQ(refreshes_asked(), 0U);
}

TEST_P(StoredToken, refuses_to_show_it_to_pages_of_other_origins) {
  const auto bearer = sign_in_with_role();
  EXPECT_EQ(allowed_in(ask(bearer, "https://evil.example")), "");
  EXPECT_EQ(allowed_in(ask("nonsense")), "");
  EXPECT_EQ(allowed_in(ask(bearer)), "https://page.example");
  web::Request preflight;
  preflight.method = web::Method::kOptions;
  preflight.scheme = "https";
  preflight.host = "id.example";
  preflight.path = kPath;
  preflight.headers = {{"Origin", "https://page.example"}, {"Access-Control-Request-Method", "GET"}};
  const auto answer = server_.handle(std::move(preflight));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(allowed_in(answer), "https://page.example");
}

// ---- given

TEST_P(StoredToken, gives_what_is_kept_until_it_ends) {
  const auto bearer = sign_in_with_role();
  server_.clock.advance(seconds{54});
  EXPECT_EQ(access_token_in(ask(bearer)), "first");
  EXPECT_EQ(refreshes_asked(), 0U);
}

TEST_P(StoredToken, gives_what_is_kept_where_nothing_says_that_it_ended_or_renews_it) {
  ends_ = false;
  const auto endless = sign_in_with_role();
  server_.clock.advance(seconds{200});
  EXPECT_EQ(access_token_in(ask(endless)), "first");
  EXPECT_EQ(refreshes_asked(), 0U);
}

TEST_P(StoredToken, gives_what_is_kept_where_no_refresh_token_came) {
  gives_refresh_token_ = false;
  const auto bearer = sign_in_with_role();
  server_.clock.advance(seconds{56});
  EXPECT_EQ(access_token_in(ask(bearer)), "first");
}

TEST_P(StoredToken, renews_it_once_and_keeps_the_refresh_token_and_the_id_token) {
  const auto bearer = sign_in_with_role();
  server_.clock.advance(seconds{56});
  const auto fresh = ask(bearer);
  EXPECT_EQ(access_token_in(fresh), "second");
  EXPECT_EQ(token_form_.value_or("refresh_token", ""), "renew-1");
  EXPECT_EQ(allowed_in(fresh), "https://page.example");
  EXPECT_EQ(access_token_in(ask(bearer)), "second");
  EXPECT_EQ(refreshes_asked(), 1U);
  const auto record = parse_json(link_of("u-1")->token.reveal())->as_object();
  EXPECT_EQ(string_or(record, "refresh_token", ""), "renew-1");
  EXPECT_FALSE(string_or(record, "id_token", "").empty());
  EXPECT_EQ(int_or(record, "accessTokenExpiration", 0), epoch_seconds(server_.clock.now()) + 60);
}

}  // namespace
}  // namespace cardea::protocol
