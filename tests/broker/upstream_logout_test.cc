// Signing out between a provider and us (OpenID Connect RP-Initiated, Front-Channel and Back-Channel Logout 1.0;
// guides.md G2-19): what must not end a session first.
#include "tests/broker/broker_world.h"

namespace cardea::protocol {
namespace {

constexpr auto kBackchannel = "/realms/demo/broker/up/endpoint/backchannel-logout";
constexpr auto kRealmsBackchannel = "/realms/demo/protocol/openid-connect/logout/backchannel-logout";
constexpr auto kFrontchannel = "https://id.example/realms/demo/broker/up/endpoint/frontchannel-logout";

class UpstreamLogout : public Broker {
 protected:
  UpstreamLogout() { claims_["sid"] = "there-1"; }

  [[nodiscard]] json::object logout_claims() const {
    const auto now = epoch_seconds(server_.clock.now());
    return {{"iss", kUpstream}, {"aud", "cardea"},
            {"iat", now},       {"exp", now + 120},
            {"jti", "id-1"},    {"sub", "u-1"},
            {"sid", "there-1"}, {"events", {{"http://schemas.openid.net/event/backchannel-logout", json::object()}}}};
  }
  static std::string sign(const json::object& claims, std::string_view typ = "logout+jwt") {
    const json::object header{{"alg", "ES256"}, {"kid", "k1"}, {"typ", typ}};
    return jose::sign_by_hand(jose::test_signing_key(jose::Algorithm::kES256), json::serialize(header),
                              json::serialize(claims));
  }
  [[nodiscard]] std::string with(std::string_view name, const json::value& value) const {
    auto claims = logout_claims();
    claims[name] = value;
    return sign(claims);
  }
  [[nodiscard]] std::string without(std::string_view name) const {
    auto claims = logout_claims();
    claims.erase(name);
    return sign(claims);
  }
  web::Response tell(const std::string& token, const std::string& path = kBackchannel) {
    web::Request request;
    request.method = web::Method::kPost;
    request.scheme = "https";
    request.host = "id.example";
    request.path = path;
    request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    web::append_form(request.body, "logout_token", token);
    return server_.handle(std::move(request));
  }
  void expect_refused_token(const std::string& token, std::string_view reason) {
    EXPECT_EQ(tell(token).status, 400) << reason;
    EXPECT_TRUE(server_.log.contains(reason)) << reason;
  }
  /// Does the browser get a code without a page?
  static bool is_signed_in(Browser& browser) { return browser.get(authorize_url()).status == 302; }
  json::object sign_in_there(Browser& browser) {
    return redeem(server_, location_parameter(sign_in_upstream(browser), "code"));
  }
};

TEST_F(UpstreamLogout, refuses_logout_tokens_that_are_not_whole) {
  Browser browser(server_);
  sign_in_there(browser);
  const auto now = epoch_seconds(server_.clock.now());
  EXPECT_EQ(tell("").status, 400);
  EXPECT_EQ(tell("a.b.c").status, 400);
  expect_refused_token(with("iss", "https://evil.example"), "logout_token_not_valid");
  expect_refused_token(with("aud", "other"), "logout_token_not_valid");
  expect_refused_token(with("exp", now - 61), "logout_token_not_valid");
  expect_refused_token(with("iat", now + 61), "logout_token_not_valid");
  expect_refused_token(without("iat"), "logout_token_not_valid");
  expect_refused_token(with("iat", now - 600), "logout_token_too_old");
  expect_refused_token(with("nonce", "n"), "logout_token_with_nonce");
  expect_refused_token(without("events"), "logout_token_without_event");
  expect_refused_token(with("events", json::object{{"other", json::object()}}), "logout_token_without_event");
  expect_refused_token(without("jti"), "logout_token_without_id");
  expect_refused_token(sign(logout_claims(), "at+jwt"), "logout_token_of_other_type");
  auto nobody = logout_claims();
  nobody.erase("sub");
  nobody.erase("sid");
  expect_refused_token(sign(nobody), "logout_token_of_nobody");
  auto forged = sign(logout_claims());
  forged[forged.size() - 10] = forged[forged.size() - 10] == 'A' ? 'B' : 'A';
  expect_refused_token(forged, "logout_token_not_valid");
  EXPECT_TRUE(is_signed_in(browser));
}

// The links have another key than the token says: it would find nobody, and say that all is done.
TEST_F(UpstreamLogout, refuses_a_subject_without_a_session_where_people_are_known_by_another_key) {
  json::object mapper{
      {"name", "key"}, {"identityProviderAlias", "up"}, {"identityProviderMapper", "oidc-username-idp-mapper"}};
  mapper["config"] = json::object{{"target", "BROKER_ID"}, {"template", "id-${CLAIM.preferred_username}"}};
  use({provider("up")}, {mapper});
  Browser browser(server_);
  sign_in_there(browser);
  expect_refused_token(without("sid"), "no_sid");
  EXPECT_TRUE(is_signed_in(browser));
  EXPECT_EQ(tell(sign(logout_claims())).status, 200);
  EXPECT_FALSE(is_signed_in(browser));
}

TEST_F(UpstreamLogout, refuses_to_end_the_sessions_of_others) {
  Browser browser(server_), local(server_);
  sign_in_there(browser);
  ASSERT_FALSE(sign_in(local).empty());
  auto other = logout_claims();
  other["sid"] = "there-2";
  EXPECT_EQ(tell(sign(other)).status, 200);
  other["jti"] = "id-2";
  other["sid"] = "there-1";
  other["sub"] = "u-2";
  EXPECT_EQ(tell(sign(other)).status, 200);
  EXPECT_TRUE(is_signed_in(browser));
  EXPECT_TRUE(is_signed_in(local));
}

TEST_F(UpstreamLogout, G2_19_ends_the_session_that_stands_on_the_one_there) {
  Browser browser(server_);
  const auto tokens = sign_in_there(browser);
  EXPECT_TRUE(is_signed_in(browser));
  EXPECT_EQ(tell(sign(logout_claims()), kRealmsBackchannel).status, 200);
  EXPECT_FALSE(is_signed_in(browser));
  (void)refresh(server_, string_or(tokens, "refresh_token", ""), 400);
  expect_refused_token(sign(logout_claims()), "logout_token_used_before");
}

TEST_F(UpstreamLogout, ends_every_session_of_a_person_who_is_named_without_one) {
  Browser browser(server_), other(server_);
  sign_in_there(browser);
  claims_["sid"] = "there-2";
  sign_in_there(other);
  EXPECT_EQ(tell(without("sid")).status, 200);
  EXPECT_FALSE(is_signed_in(browser));
  EXPECT_FALSE(is_signed_in(other));
}

// Entra ID's way: a frame in its own page, so our cookies are not sent, and `sid` is all there is.
TEST_F(UpstreamLogout, ends_the_session_by_its_sid_in_a_frame) {
  Browser browser(server_), frame(server_);
  sign_in_there(browser);
  EXPECT_EQ(frame.get(kFrontchannel).status, 400);
  EXPECT_EQ(frame.get(std::string(kFrontchannel) + "?sid=there-2").status, 200);
  EXPECT_EQ(frame.get(std::string(kFrontchannel) + "?sid=there-1&iss=https%3A%2F%2Fevil.example").status, 200);
  EXPECT_TRUE(is_signed_in(browser));
  EXPECT_EQ(frame.get(std::string(kFrontchannel) + "?sid=there-1").status, 200);
  EXPECT_FALSE(is_signed_in(browser));
}

TEST_F(UpstreamLogout, refuses_sessions_of_a_provider_that_is_disabled_or_gone) {
  Browser browser(server_), local(server_);
  const auto tokens = sign_in_there(browser);
  ASSERT_FALSE(sign_in(local).empty());
  use({provider("up", {}, {{"enabled", false}})});
  EXPECT_FALSE(is_signed_in(browser));
  (void)refresh(server_, string_or(tokens, "refresh_token", ""), 400);
  use({provider("up")});
  sign_in_there(browser);
  EXPECT_TRUE(is_signed_in(browser));
  use({});
  EXPECT_FALSE(is_signed_in(browser));
  EXPECT_TRUE(is_signed_in(local));
}

TEST_F(UpstreamLogout, signs_out_at_the_provider_too_where_its_record_says_so) {
  use({provider("up", {{"logoutUrl", "https://up.example/logout"}})});
  server_.add_client(
      "leaver", [](Client& client) { client.attributes["post.logout.redirect.uris"] = "https://leaver.example/bye"; });
  Browser browser(server_);
  const Pairs leaver{{"client_id", "leaver"}, {"redirect_uri", "https://leaver.example/cb"}};
  leave(browser);
  come_back(browser);
  const auto code = location_parameter(browser.get(authorize_url(leaver)), "code");
  const auto tokens = redeem(server_, code, leaver);
  std::string url = "https://id.example" + std::string(kP) + "/logout?";
  web::append_form(url, "id_token_hint", string_or(tokens, "id_token", ""));
  web::append_form(url, "post_logout_redirect_uri", "https://leaver.example/bye");
  web::append_form(url, "state", "s-1");
  const auto away = browser.get(url);
  ASSERT_EQ(away.status, 302) << away.body_text();
  EXPECT_TRUE(location(away).starts_with("https://up.example/logout?")) << location(away);
  EXPECT_EQ(location_parameter(away, "client_id"), "cardea");
  const auto back = location_parameter(away, "post_logout_redirect_uri");
  EXPECT_EQ(back, "https://id.example/realms/demo/broker/up/endpoint/logout_response");
  EXPECT_FALSE(is_signed_in(browser));
  std::string query;
  web::append_form(query, "state", location_parameter(away, "state"));
  const auto home = browser.get(back + "?" + query);
  EXPECT_EQ(location(home), "https://leaver.example/bye?state=s-1");
  // Without our state it leads nowhere.
  EXPECT_EQ(browser.get(back + "?state=https%3A%2F%2Fevil.example").status, 200);
  server_.clock.advance(seconds{601});
  EXPECT_EQ(browser.get(back + "?" + query).status, 200);
}

// The person is signed out here and goes on; whoever runs the realm reads why not there as well.
TEST_F(UpstreamLogout, refuses_to_leave_the_provider_out_in_silence) {
  const std::pair<json::object, std::string_view> records[] = {
      {{{"logoutAtProvider", "true"}}, "no_logout_url"},
      {{{"logoutUrl", "nowhere"}}, "bad_logout_url"},
      {{{"logoutAtProvider", "true"}, {"tokenUrl", ""}}, "no_token_url"},
  };
  for (const auto& [config, reason] : records) {
    use({provider("up")});
    Browser browser(server_);
    std::string url = "https://id.example" + std::string(kP) + "/logout?";
    web::append_form(url, "id_token_hint", string_or(sign_in_there(browser), "id_token", ""));
    use({provider("up", config)});
    EXPECT_FALSE(location(browser.get(url)).starts_with("https://up.example")) << reason;
    EXPECT_FALSE(is_signed_in(browser)) << reason;
    const auto is_told = [&](const std::string& line) {
      return line.contains("upstream_logout_left_out") && line.contains(reason) && line.contains("provider=up");
    };
    EXPECT_TRUE(std::ranges::any_of(server_.log.lines(), is_told)) << reason;
  }
  expect_logged_with_request("upstream_logout_left_out");
}

TEST_F(UpstreamLogout, refuses_by_the_name_of_the_provider) {
  EXPECT_EQ(body_of(tell("nonsense")).at("error").as_string(), "invalid_request");
  EXPECT_TRUE(std::ranges::any_of(server_.log.lines(), [](const std::string& line) {
    return line.contains("upstream_logout_refused") && line.contains("provider=up");
  }));
  EXPECT_EQ(tell("nonsense", kRealmsBackchannel).status, 400);  // the path names no provider
}

// The provider is told whose sign-out it is by the very token of that sign-in, and by no other.
TEST_F(UpstreamLogout, hints_at_the_sign_in_that_the_session_stands_on_and_at_no_other) {
  const auto hint_at_logout = [this](Browser& browser) {
    const auto id_token = string_or(sign_in_there(browser), "id_token", "");
    return [&browser, id_token] {
      std::string url = "https://id.example" + std::string(kP) + "/logout?";
      web::append_form(url, "id_token_hint", id_token);
      const auto away = browser.get(url);
      EXPECT_TRUE(location(away).starts_with("https://up.example/logout?")) << location(away);
      return location_parameter(away, "id_token_hint");
    };
  };
  const json::object leads{{"logoutUrl", "https://up.example/logout"}};
  use({provider("up", leads)});
  Browser plain(server_), first(server_), second(server_);
  EXPECT_EQ(hint_at_logout(plain)(), "");  // no token is kept
  use({provider("up", leads, {{"storeToken", true}})});
  const auto leave_first = hint_at_logout(first);
  claims_["sid"] = "there-2";
  const auto leave_second = hint_at_logout(second);
  EXPECT_EQ(leave_first(), "");  // what is kept is the second one's
  const auto hint = payload_of(leave_second());
  EXPECT_EQ(string_or(hint, "iss", ""), kUpstream);
  EXPECT_EQ(string_or(hint, "sub", ""), "u-1");
  EXPECT_EQ(string_or(hint, "sid", ""), "there-2");
  // Whoever holds one of our ID tokens ends the session with it, and sees none of the provider's.
  Browser third(server_), other(server_);
  claims_["sid"] = "there-3";
  std::string url = "https://id.example" + std::string(kP) + "/logout?";
  web::append_form(url, "id_token_hint", string_or(sign_in_there(third), "id_token", ""));
  EXPECT_EQ(location_parameter(other.get(url), "id_token_hint"), "");
}

class UpstreamLogoutRecord : public UpstreamLogout {
 protected:
  UpstreamLogoutRecord() {
    server_.broker().in_background = [this](std::move_only_function<web::Outcome()> work) {
      if (!has_place_) return false;
      waiting_.push_back(std::move(work));
      return true;
    };
    server_.fetcher.serve(std::string(kThere), [this](const web::FetchRequest&) -> web::Fetched {
      return web::FetchResponse{.status = status_there_, .headers = {}, .body = {}};
    });
  }
  void use_leading(const json::object& config, bool keeps = true) {
    json::object settings{{"logoutUrl", kThere}};
    for (const auto& [name, value] : config) settings[name] = value;
    use({provider("up", settings, {{"storeToken", keeps}})});
  }
  /// Signs in and out again; where the browser is sent.
  web::Response sign_out() {
    Browser browser(server_);
    std::string url = "https://id.example" + std::string(kP) + "/logout?";
    web::append_form(url, "id_token_hint", string_or(sign_in_there(browser), "id_token", ""));
    auto away = browser.get(url);
    EXPECT_FALSE(is_signed_in(browser));
    return away;
  }
  void do_what_waits() {
    for (auto& work : std::exchange(waiting_, {})) (void)web::run(work(), &server_.fetcher);
  }
  /// What the provider was told by ourselves; empty: nothing.
  web::Form told() {
    do_what_waits();
    for (const auto& call : server_.fetcher.calls) {
      const auto& url = web::text_of(call.url);
      if (url.starts_with(kThere)) return *web::Form::parse(url.substr(url.find('?') + 1));
    }
    return {};
  }

  static constexpr std::string_view kThere = "https://up.example/logout";
  std::vector<std::move_only_function<web::Outcome()>> waiting_;
  bool has_place_ = true;
  int status_there_ = 200;
};

TEST_F(UpstreamLogoutRecord, refuses_to_send_what_the_record_keeps_back) {
  use_leading({{"sendIdTokenOnLogout", "false"}});
  auto away = sign_out();
  EXPECT_EQ(location_parameter(away, "id_token_hint"), "");
  EXPECT_EQ(location_parameter(away, "client_id"), "cardea");
  use_leading({{"sendIdTokenOnLogout", "false"}, {"sendClientIdOnLogout", "false"}});
  away = sign_out();
  EXPECT_EQ(location_parameter(away, "id_token_hint"), "");
  EXPECT_EQ(location_parameter(away, "client_id"), "");
  use_leading({{"sendClientIdOnLogout", "false"}});
  away = sign_out();
  EXPECT_NE(location_parameter(away, "id_token_hint"), "");
  EXPECT_EQ(location_parameter(away, "client_id"), "");
  // Nothing else says then whose address to come back to it is.
  use_leading({{"sendClientIdOnLogout", "false"}}, false);
  EXPECT_EQ(location_parameter(sign_out(), "client_id"), "cardea");
}

// Without the token of the sign-in, or a place to do it, nobody would be signed out there: the browser goes.
TEST_F(UpstreamLogoutRecord, refuses_to_tell_the_provider_nothing) {
  use_leading({{"backchannelSupported", "true"}}, false);
  EXPECT_TRUE(location(sign_out()).starts_with(kThere));
  use_leading({{"backchannelSupported", "true"}, {"sendIdTokenOnLogout", "false"}});
  EXPECT_TRUE(location(sign_out()).starts_with(kThere));
  use_leading({{"backchannelSupported", "true"}});
  has_place_ = false;
  EXPECT_TRUE(location(sign_out()).starts_with(kThere));
  EXPECT_EQ(told().parameters().size(), 0U);
}

TEST_F(UpstreamLogoutRecord, tells_the_provider_itself_where_the_record_says_so) {
  use_leading({{"backchannelSupported", "true"}});
  EXPECT_EQ(sign_out().status, 200) << "no way to the provider";
  const auto form = told();
  EXPECT_EQ(string_or(payload_of(form.value_or("id_token_hint", "")), "sid", ""), "there-1");
  EXPECT_EQ(form.value_or("client_id", ""), "cardea");
  EXPECT_FALSE(server_.log.contains("upstream_logout_left_out"));
  status_there_ = 503;
  sign_out();
  do_what_waits();
  expect_logged_with_request("upstream_logout_left_out");
}

// An application that signs out without a browser: the provider hears of it as well, or nobody is signed out there.
TEST_F(UpstreamLogoutRecord, tells_the_provider_of_a_logout_without_a_browser) {
  const auto sign_out_by_token = [this] {
    Browser browser(server_);
    const auto tokens = sign_in_there(browser);
    EXPECT_EQ(server_.post("/logout", {{"client_id", "app"}, {"refresh_token", string_or(tokens, "refresh_token", "")}})
                  .status,
              204);
    EXPECT_FALSE(is_signed_in(browser));
  };
  use_leading({});
  sign_out_by_token();
  EXPECT_EQ(told().parameters().size(), 0U) << "there only the browser can";
  use_leading({{"backchannelSupported", "true"}});
  sign_out_by_token();
  EXPECT_EQ(string_or(payload_of(told().value_or("id_token_hint", "")), "sub", ""), "u-1");
}

}  // namespace
}  // namespace cardea::protocol
