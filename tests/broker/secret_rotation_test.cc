// Client secrets at Entra ID that renew themselves (guides.md G2-29; entra.md section 13), against a Graph that takes a
// while to know a new secret, as Microsoft's does: refusals first.
#include "broker/secret_rotation.h"

#include <set>

#include "broker/secret_end.h"
#include "broker/secret_watch.h"
#include "tests/broker/broker_world.h"

namespace cardea::protocol {
namespace {

constexpr std::string_view kGuid = "6f0d1d0e-1111-4222-8333-444455556666";
constexpr std::string_view kGraphApp = "https://graph.microsoft.com/v1.0/applications(appId='hub')";

class SecretRotationTest : public Broker {
 protected:
  struct Password {
    std::string id, secret, ends;
    std::string name = "by hand";
    int not_yet = 0;  // so often it is refused first
  };

  SecretRotationTest() {
    configure({});
    passwords_ = {{.id = "key-1", .secret = "old-secret", .ends = end_in(20)}};
    const auto login = "https://login.microsoftonline.com/" + std::string(kGuid) + "/oauth2/v2.0/token";
    const std::string app(kGraphApp);
    server_.fetcher.serve(login, [this](const auto& request) { return give_token(*web::Form::parse(request.body)); });
    server_.fetcher.serve(app + "?$select=passwordCredentials", [this](const auto&) { return list(); });
    server_.fetcher.serve(app + "/addPassword", [this](const auto& request) { return add(request); });
    server_.fetcher.serve(app + "/removePassword", [this](const auto& request) { return remove(request); });
  }

  [[nodiscard]] std::string end_in(int days) const {
    return broker::day_text(std::chrono::floor<std::chrono::days>(server_.clock.now()) + std::chrono::days(days));
  }
  void configure(const json::object& more) {
    json::object config{{"clientId", "hub"},
                        {"clientSecret", "old-secret"},
                        {"tenantId", kGuid},
                        {"clientAuthMethod", "client_secret_post"},
                        {"clientSecretRotation", "true"}};
    for (const auto& [name, value] : more) config[name] = value;
    server_.change_realm([&](Realm& realm) {
      realm.extra["identityProviders"] = json::array{
          json::object{{"alias", "entra-id"}, {"providerId", "entra"}, {"enabled", true}, {"config", config}}};
    });
  }
  static web::Fetched answer(int status, const json::value& body) {
    return web::FetchResponse{.status = status, .headers = {}, .body = json::serialize(body)};
  }
  web::Fetched give_token(const web::Form& form) {
    if (form.value_or("scope", "") != "https://graph.microsoft.com/.default") return answer(400, {{"error", "scope"}});
    for (auto& each : passwords_) {
      if (each.secret != form.value_or("client_secret", "")) continue;
      if (each.not_yet-- > 0) break;
      each.not_yet = 0;
      return answer(200, {{"access_token", "graph-token"}, {"token_type", "Bearer"}, {"expires_in", 3599}});
    }
    return answer(401, {{"error", "invalid_client"}, {"error_description", "AADSTS7000215: Invalid client secret."}});
  }
  [[nodiscard]] web::Fetched list() const {
    json::array rows;
    for (const auto& each : passwords_) {
      rows.push_back({{"keyId", each.id},
                      {"displayName", each.name},
                      {"hint", each.secret.substr(0, 3)},
                      {"startDateTime", each.id == "key-1" ? "2020-01-01T00:00:00Z" : end_in(0) + "T00:00:00Z"},
                      {"endDateTime", each.ends + "T00:00:00Z"}});
    }
    return answer(200, {{"passwordCredentials", rows}});
  }
  web::Fetched add(const web::FetchRequest& request) {
    if (!may_write_) return answer(403, {{"error", {{"code", "Authorization_RequestDenied"}}}});
    const auto asked = parse_json(request.body)->as_object().at("passwordCredential").as_object();
    const auto number = std::to_string(++made_ + 1);
    const Password made{.id = "key-" + number,
                        .secret = "n" + number + "-secret",
                        .ends = std::string(string_or(asked, "endDateTime", "")).substr(0, 10),
                        .name = std::string(string_or(asked, "displayName", "")),
                        .not_yet = delay_};
    passwords_.push_back(made);
    if (loses_answers_) return refuse(web::FetchError::kTimeout);
    return answer(200, {{"keyId", made.id}, {"secretText", made.secret}, {"endDateTime", made.ends + "T00:00:00Z"}});
  }
  web::Fetched remove(const web::FetchRequest& request) {
    if (!may_remove_) return answer(403, {{"error", {{"code", "Authorization_RequestDenied"}}}});
    const auto id = string_or(parse_json(request.body)->as_object(), "keyId", "");
    if (std::erase_if(passwords_, [&](const Password& each) { return each.id == id; }) == 0)
      return answer(400,
                    {{"error", {{"message", "No password credential found with keyId '" + std::string(id) + "'."}}}});
    return web::FetchResponse{.status = 204, .headers = {}, .body = ""};
  }

  [[nodiscard]] std::string setting(std::string_view name) {
    const auto realm = server_.realm();
    return std::string(find_identity_provider(realm->realm, "entra-id")->setting(name));
  }
  /// A tick after this long; a login at this moment would work.
  void tick(seconds after = seconds{3'600}) {
    server_.clock.advance(after);
    watch_.tick();
    ASSERT_TRUE(server_.settings().check_versions());
    const bool works = std::ranges::any_of(
        passwords_, [&](const Password& each) { return each.secret == setting("clientSecret") && each.not_yet == 0; });
    EXPECT_TRUE(works) << "nobody can sign in by " << setting("clientSecret");
  }
  /// As many ticks as a renewal takes where the new secret works at once.
  void renewed() {
    tick();
    for (int proof = 1; proof < broker::kProofsNeeded; ++proof) tick(seconds{60});
  }
  [[nodiscard]] std::set<std::string> ids() const {
    std::set<std::string> out;
    for (const auto& each : passwords_) out.insert(each.id);
    return out;
  }
  [[nodiscard]] bool has_called(std::string_view path) const {
    return std::ranges::any_of(server_.fetcher.calls,
                               [&](const auto& call) { return web::text_of(call.url).ends_with(path); });
  }

  std::vector<Password> passwords_;
  int made_ = 0;
  int delay_ = 0;
  bool may_write_ = true, may_remove_ = true;
  bool loses_answers_ = false;  // of addPassword
  broker::SecretRotation::Call call_ = [this](web::FetchRequest request) {
    std::optional<web::Fetched> out;
    server_.fetcher.fetch(std::move(request), [&](web::Fetched done) { out = std::move(done); });
    return std::move(*out);
  };
  broker::SecretWatch watch_{server_.repositories, server_.clock, server_.log, call_};
};

TEST_F(SecretRotationTest, refuses_to_touch_secrets_of_records_that_do_not_ask_for_it) {
  configure({{"clientSecretRotation", "false"}});
  tick();
  EXPECT_TRUE(server_.fetcher.calls.empty());
}

TEST_F(SecretRotationTest, refuses_to_renew_what_has_time_and_does_not_ask_again) {
  passwords_.front().ends = end_in(90);
  tick();
  EXPECT_FALSE(has_called("/addPassword"));
  EXPECT_EQ(setting("clientSecretEnds"), end_in(90));
  const auto calls = server_.fetcher.calls.size();
  tick();
  EXPECT_EQ(server_.fetcher.calls.size(), calls);
}

TEST_F(SecretRotationTest, refuses_when_it_cannot_tell_which_secret_is_the_one_in_use) {
  passwords_.push_back({.id = "key-9", .secret = "old-other", .ends = end_in(400)});
  tick();
  EXPECT_TRUE(server_.log.contains("which_secret_it_is_cannot_be_told"));
  EXPECT_FALSE(has_called("/addPassword"));
  passwords_.insert(passwords_.begin(), {.id = "key-8", .secret = "old-third", .ends = end_in(400)});
  std::ranges::rotate(passwords_, passwords_.begin() + 1);  // the one in use is first, then last
  configure({{"clientSecretId", "key-1"}});
  renewed();
  EXPECT_EQ(setting("clientSecretId"), "key-2");
}

TEST_F(SecretRotationTest, tells_the_secret_in_use_by_its_id_wherever_it_stands) {
  passwords_ = {{.id = "key-8", .secret = "old-third", .ends = end_in(400)},
                {.id = "key-9", .secret = "old-other", .ends = end_in(400)},
                {.id = "key-1", .secret = "old-secret", .ends = end_in(20)}};
  configure({{"clientSecretId", "key-1"}});
  renewed();
  EXPECT_EQ(setting("clientSecretId"), "key-2");
  EXPECT_EQ(setting("clientSecretBefore"), "key-1");
}

TEST_F(SecretRotationTest, refuses_a_new_secret_that_only_one_replica_knows) {
  tick();  // the first try works
  EXPECT_EQ(setting("clientSecret"), "old-secret");
  tick(seconds{60});
  passwords_.back().not_yet = 1;  // another replica
  tick(seconds{60});
  tick(seconds{60});
  tick(seconds{60});
  EXPECT_EQ(setting("clientSecret"), "old-secret") << "three on end";
  tick(seconds{60});
  EXPECT_EQ(setting("clientSecret"), "n2-secret");
}

TEST_F(SecretRotationTest, refuses_to_remove_the_old_one_before_the_new_one_worked_at_three_ticks_on_end) {
  renewed();
  tick(broker::kOldSecretGrace);
  tick();
  passwords_.back().not_yet = 1;
  tick();
  tick();
  tick();
  EXPECT_EQ(ids(), (std::set<std::string>{"key-1", "key-2"}));
  tick();
  EXPECT_EQ(ids(), std::set<std::string>{"key-2"});
}

TEST_F(SecretRotationTest, refuses_to_remove_a_secret_that_an_administrator_put_back) {
  passwords_.push_back({.id = "key-9", .secret = "n9-secret", .ends = end_in(180)});
  configure({{"clientSecretId", "key-9"},
             {"clientSecretEnds", end_in(180)},
             {"clientSecretBefore", "key-1"},
             {"clientSecretBeforeUntil", "1"}});
  for (int hour = 0; hour < 6; ++hour) tick();
  EXPECT_TRUE(ids().contains("key-1"));
  EXPECT_TRUE(server_.log.contains("upstream_secret_put_back"));
  EXPECT_EQ(setting("clientSecretBefore"), "key-1") << "of the renewal that is due at once: it ends in 20 days";
  EXPECT_EQ(setting("clientSecret"), "n2-secret");
}

TEST_F(SecretRotationTest, refuses_to_remove_what_may_be_the_one_in_use) {
  passwords_.push_back({.id = "key-2", .secret = "old-other", .ends = end_in(180)});
  configure({{"clientSecretId", "key-2"},
             {"clientSecretEnds", end_in(180)},
             {"clientSecretBefore", "key-1"},
             {"clientSecretBeforeUntil", "1"}});
  for (int hour = 0; hour < 5; ++hour) tick();
  EXPECT_EQ(ids(), (std::set<std::string>{"key-1", "key-2"}));
  EXPECT_TRUE(server_.log.contains("which_secret_it_is_cannot_be_told"));
}

TEST_F(SecretRotationTest, a_removal_elsewhere_does_not_stop_the_next_renewal) {
  configure({{"clientSecretEnds", end_in(90)}, {"clientSecretBefore", "key-0"}, {"clientSecretBeforeUntil", "1"}});
  for (int hour = 0; hour < 3; ++hour) tick();
  EXPECT_EQ(setting("clientSecretBefore"), "");
  EXPECT_FALSE(server_.log.contains("upstream_secret_rotation_failed"));
  EXPECT_FALSE(has_called("/removePassword"));
}

TEST_F(SecretRotationTest, a_removal_that_fails_does_not_stop_the_next_renewal) {
  may_remove_ = false;
  passwords_.push_back({.id = "key-0", .secret = "first", .ends = end_in(400)});
  configure({{"clientSecretEnds", end_in(90)}, {"clientSecretBefore", "key-0"}, {"clientSecretBeforeUntil", "1"}});
  for (int hour = 0; hour < 4; ++hour) tick();
  EXPECT_EQ(setting("clientSecretBefore"), "key-0");
  EXPECT_TRUE(server_.log.contains("not_removed"));
  EXPECT_FALSE(has_called("/addPassword"));
  server_.clock.advance(std::chrono::days(70));
  passwords_.front().ends = end_in(20);
  renewed();
  EXPECT_EQ(setting("clientSecret"), "n2-secret");
}

TEST_F(SecretRotationTest, refuses_to_leave_a_secret_behind_when_the_node_dies_after_making_it) {
  delay_ = 1000;
  {
    broker::SecretWatch doomed(server_.repositories, server_.clock, server_.log, call_);
    doomed.tick();
  }
  EXPECT_EQ(ids(), (std::set<std::string>{"key-1", "key-2"}));
  ASSERT_TRUE(server_.settings().check_versions());
  tick(seconds{1'800});
  EXPECT_EQ(ids(), (std::set<std::string>{"key-1", "key-2"})) << "it may be alive";
  delay_ = 0;
  tick();
  EXPECT_EQ(ids(), (std::set<std::string>{"key-1", "key-3"}));
}

TEST_F(SecretRotationTest, refuses_to_leave_a_secret_behind_whose_answer_was_lost) {
  loses_answers_ = true;
  tick();
  EXPECT_EQ(ids(), (std::set<std::string>{"key-1", "key-2"}));
  loses_answers_ = false;
  tick();
  EXPECT_EQ(ids(), (std::set<std::string>{"key-1", "key-3"}));
}

TEST_F(SecretRotationTest, refuses_to_store_a_secret_that_another_node_took_for_left_behind) {
  delay_ = 1;
  tick();
  server_.clock.advance(broker::kPendingFor);  // this one sleeps meanwhile
  broker::SecretWatch other(server_.repositories, server_.clock, server_.log, call_);
  other.tick();
  EXPECT_EQ(ids(), (std::set<std::string>{"key-1", "key-3"}));
  for (int minute = 0; minute < 4; ++minute) tick(seconds{60});
  EXPECT_EQ(setting("clientSecret"), "old-secret");
}

TEST_F(SecretRotationTest, says_nothing_when_the_server_stops) {
  broker::SecretWatch stopping(server_.repositories, server_.clock, server_.log,
                               [](web::FetchRequest) { return web::Fetched(refuse(web::FetchError::kStopping)); });
  stopping.tick();
  EXPECT_FALSE(server_.log.contains("upstream_secret_rotation_failed"));
}

TEST_F(SecretRotationTest, looks_each_minute_at_what_is_awaited_alone) {
  delay_ = 1000;
  server_.change_realm([&](Realm& realm) {
    const json::object broken{{"clientId", "hub-2"}, {"tenantId", kGuid}, {"clientSecretRotation", "true"}};
    realm.extra["identityProviders"].as_array().push_back(
        json::object{{"alias", "broken"}, {"providerId", "entra"}, {"enabled", true}, {"config", broken}});
  });
  for (int minute = 0; minute < 10; ++minute) {
    watch_.tick();
    server_.clock.advance(seconds{60});
  }
  EXPECT_EQ(server_.log.count("no_client_secret"), 1U);
}

TEST_F(SecretRotationTest, refuses_a_secret_that_never_works_and_takes_it_away_again) {
  delay_ = 1000;
  tick();
  for (int minute = 0; minute < 31; ++minute) tick(seconds{60});
  EXPECT_EQ(setting("clientSecret"), "old-secret");
  EXPECT_EQ(ids(), std::set<std::string>{"key-1"});
  EXPECT_TRUE(server_.log.contains("upstream_secret_rotation_failed"));
}

TEST_F(SecretRotationTest, refuses_to_overwrite_a_secret_that_an_administrator_stored_meanwhile) {
  delay_ = 1;
  passwords_.push_back({.id = "key-5", .secret = "by-hand", .ends = end_in(300)});
  tick();
  configure({{"clientSecret", "by-hand"}});
  tick(seconds{60});
  EXPECT_EQ(setting("clientSecret"), "by-hand");
  EXPECT_EQ(ids(), (std::set<std::string>{"key-1", "key-5"}));
}

TEST_F(SecretRotationTest, one_of_two_nodes_renews) {
  broker::SecretWatch other(server_.repositories, server_.clock, server_.log, call_);
  delay_ = 2;
  tick();
  other.tick();
  EXPECT_EQ(ids(), (std::set<std::string>{"key-1", "key-2"}));
}

TEST_F(SecretRotationTest, says_what_is_missing_without_the_permission) {
  may_write_ = false;
  tick();
  EXPECT_TRUE(server_.log.contains("status_403"));
  EXPECT_TRUE(server_.log.contains("Application.ReadWrite.OwnedBy"));
  EXPECT_EQ(setting("clientSecret"), "old-secret");
  EXPECT_EQ(setting("clientSecretPending"), "") << "nothing was made";
}

TEST_F(SecretRotationTest, G2_29_adds_tries_stores_and_removes_and_no_login_fails_in_between) {
  configure({{"clientSecretEnds", end_in(20)}});
  delay_ = 3;  // Entra ID does not know it everywhere yet
  tick();
  EXPECT_EQ(ids(), (std::set<std::string>{"key-1", "key-2"}));  // added
  EXPECT_EQ(setting("clientSecret"), "old-secret");             // not before it was tried
  for (int minute = 0; minute < 4; ++minute) tick(seconds{60});
  EXPECT_EQ(setting("clientSecret"), "old-secret");
  tick(seconds{60});                                // it worked three times
  EXPECT_EQ(setting("clientSecret"), "n2-secret");  // stored
  EXPECT_EQ(setting("clientSecretPending"), "");
  EXPECT_EQ(setting("clientSecretEnds"), end_in(180));
  EXPECT_TRUE(server_.log.contains("upstream_secret_rotated"));
  EXPECT_FALSE(server_.log.contains("n2-secret"));
  tick();
  EXPECT_EQ(ids(), (std::set<std::string>{"key-1", "key-2"}));  // logins on their way may still have the old one
  tick(broker::kOldSecretGrace);
  tick();
  EXPECT_EQ(ids(), std::set<std::string>{"key-2"});  // removed
  EXPECT_EQ(setting("clientSecretBefore"), "");
  tick();
  EXPECT_EQ(ids(), std::set<std::string>{"key-2"});
}

// Rotation is impossible: warned of ahead, counted down, and told at the login page when it has come to that.
TEST_F(SecretRotationTest, G2_30_an_end_is_told_ahead_and_explained_when_it_has_come) {
  configure({{"clientSecretRotation", "false"}, {"clientSecretEnds", end_in(31)}});
  watch_.tick();
  EXPECT_EQ(server_.log.count("upstream_secret_ends"), 0U);
  EXPECT_EQ(watch_.days_left(), 31);
  std::size_t told = 0;
  for (int left = 30; left >= -1; --left) {
    server_.clock.advance(std::chrono::days(1));
    watch_.tick();
    const bool is_mark = left == 30 || left == 14 || left == 7 || left == 1 || left == -1;
    told += is_mark ? 1 : 0;
    EXPECT_EQ(server_.log.count("upstream_secret_ends"), told) << left;
    EXPECT_EQ(watch_.days_left(), left);
  }
  use({provider("up")});
  server_.fetcher.serve("https://up.example/token", [](const auto&) {
    return answer(401, {{"error", "invalid_client"},
                        {"error_description", "AADSTS7000222: The provided client secret keys are expired."}});
  });
  Browser browser(server_);
  const auto page = sign_in_upstream(browser);
  EXPECT_NE(page.body_text().find("its client secret has ended"), std::string_view::npos) << page.body_text();
  EXPECT_NE(page.body_text().find("administrator"), std::string_view::npos);
  EXPECT_TRUE(server_.log.contains("upstream_secret_refused"));
  EXPECT_TRUE(server_.log.contains("has_ended=true"));
}

}  // namespace
}  // namespace cardea::protocol
