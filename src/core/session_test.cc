#include "core/session.h"

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"

namespace cardea {
namespace {

constexpr TimePoint kNow = from_epoch_seconds(1'790'000'000);

UserSession session(seconds age, seconds idle) {
  UserSession s;
  s.started_at = kNow - age;
  s.last_seen = kNow - idle;
  return s;
}

TEST(Session, refuses_to_live_beyond_its_maximum) {
  const Realm realm;
  EXPECT_FALSE(is_session_alive(realm, session(realm.lifespans.sso_session_max, seconds{0}), kNow));
  EXPECT_TRUE(is_session_alive(realm, session(realm.lifespans.sso_session_max - seconds{1}, seconds{0}), kNow));
}

TEST(Session, refuses_to_live_idle_with_a_quarter_of_slack) {
  const Realm realm;
  const auto idle = realm.lifespans.sso_session_idle;
  EXPECT_FALSE(is_session_alive(realm, session(idle * 2, idle + idle / 4), kNow));
  EXPECT_TRUE(is_session_alive(realm, session(idle * 2, idle + idle / 4 - seconds{1}), kNow));
}

TEST(Session, refuses_to_live_without_the_provider_that_vouched_for_it) {
  Realm realm;
  realm.extra = json::parse(R"({"identityProviders": [{"alias": "up", "providerId": "oidc"},
                                {"alias": "off", "providerId": "oidc", "enabled": false}]})")
                    .as_object();
  auto live = session(seconds{0}, seconds{0});
  const auto is_alive_by = [&](std::string_view provider) {
    note_upstream(live, UpstreamProof{.provider = std::string(provider), .sid = "there"});
    return is_session_alive(realm, live, kNow);
  };
  EXPECT_FALSE(is_alive_by("off"));
  EXPECT_FALSE(is_alive_by("gone"));
  EXPECT_TRUE(is_alive_by("up"));
  EXPECT_EQ(live.note(kUpstreamSidNote), "there");
  (void)is_alive_by("gone");
  note_upstream(live, std::nullopt);  // signed in here since
  EXPECT_TRUE(live.notes.empty());
  EXPECT_TRUE(is_session_alive(realm, live, kNow));
}

TEST(Session, refuses_to_keep_what_a_provider_said_once_somebody_else_vouches) {
  auto live = session(seconds{0}, seconds{0});
  live.notes["IMPERSONATOR_ID"] = "admin";
  note_upstream(live, UpstreamProof{.provider = "up", .notes = {{"dept", "Sales"}, {"identity_provider", "forged"}}});
  EXPECT_EQ(live.note("mapped:dept"), "Sales");
  EXPECT_EQ(live.note(kProviderNote), "up");
  note_upstream(live, UpstreamProof{.provider = "other", .notes = {{"site", "Paris"}}});
  EXPECT_EQ(live.note("mapped:dept"), "");
  EXPECT_EQ(live.note("mapped:site"), "Paris");
  note_upstream(live, std::nullopt);
  EXPECT_EQ(live.notes, (std::map<std::string, std::string>{{"IMPERSONATOR_ID", "admin"}}));
}

TEST(Session, refuses_offline_sessions_only_for_idleness_unless_the_realm_sets_a_maximum) {
  Realm realm;
  auto offline = session(std::chrono::years{3}, std::chrono::days{37});
  offline.offline = true;
  EXPECT_TRUE(is_session_alive(realm, offline, kNow));
  offline.last_seen = kNow - realm.lifespans.offline_session_idle * 5 / 4;
  EXPECT_FALSE(is_session_alive(realm, offline, kNow));
  offline.last_seen = kNow;
  realm.offline_session_max_enabled = true;
  EXPECT_FALSE(is_session_alive(realm, offline, kNow));
}

TEST(Session, a_client_may_shorten_its_offline_idle_time_but_not_lengthen_it) {
  Realm realm;
  Client client;
  auto offline = session(seconds{0}, seconds{0});
  offline.offline = true;
  client.attributes["client.offline.session.idle.timeout"] = "60";
  EXPECT_EQ(client_session_idle(realm, client, offline), seconds{60});
  client.attributes["client.offline.session.idle.timeout"] = "99999999";
  EXPECT_EQ(client_session_idle(realm, client, offline), realm.lifespans.offline_session_idle);
  client.attributes["client.offline.session.max.lifespan"] = "60";
  EXPECT_GT(client_session_end(realm, client, offline, kNow), kNow + std::chrono::years{100});
  realm.offline_session_max_enabled = true;
  EXPECT_EQ(client_session_end(realm, client, offline, kNow), kNow + seconds{60});
}

TEST(Session, a_clients_maximum_counts_from_its_share_and_ends_with_the_session) {
  const Realm realm;
  Client client;
  client.attributes["client.session.max.lifespan"] = "60";
  const auto old = session(std::chrono::hours{3}, seconds{0});
  EXPECT_EQ(client_session_end(realm, client, old, kNow), kNow + seconds{60});
  client.attributes["client.session.max.lifespan"] = "99999999";
  EXPECT_EQ(client_session_end(realm, client, old, kNow), session_end(realm, old));
}

TEST(Session, refuses_tokens_of_a_share_that_is_over) {
  const Realm realm;
  Client client;
  client.attributes["client.session.max.lifespan"] = "60";
  LiveSession live;
  live.session = session(std::chrono::hours{3}, seconds{0});
  live.subject.user.enabled = true;
  live.client_session = ClientSession{};
  live.client_session->started_at = kNow - seconds{59};
  EXPECT_EQ(why_not_live(realm, client, live, epoch_seconds(kNow), kNow), std::nullopt);
  live.client_session->started_at = kNow - seconds{60};
  EXPECT_EQ(why_not_live(realm, client, live, epoch_seconds(kNow), kNow), NotLive::kClientSessionGone);
}

TEST(Session, the_purge_time_of_an_offline_session_moves_with_its_use) {
  const Realm realm;
  auto offline = session(std::chrono::days{300}, seconds{0});
  EXPECT_EQ(purge_time(realm, offline), session_end(realm, offline));
  offline.offline = true;
  EXPECT_EQ(purge_time(realm, offline), kNow + realm.lifespans.offline_session_idle * 5 / 4);
}

TEST(Session, writes_activity_only_after_a_quarter_of_the_idle_time) {
  const Realm realm;
  const auto quarter = realm.lifespans.sso_session_idle / 4;
  EXPECT_FALSE(wants_touch(realm, session(seconds{900}, quarter - seconds{1}), kNow));
  EXPECT_TRUE(wants_touch(realm, session(seconds{900}, quarter), kNow));
}

TEST(Session, makes_a_new_unguessable_id_every_time) {  // attack class 4
  SeededRandom random(7);
  const Realm realm;
  const Authentication proven{UserId("u"), epoch_seconds(kNow), "1", true};
  const auto first = make_session(realm, proven, "192.0.2.1", kNow, random);
  const auto second = make_session(realm, proven, "192.0.2.1", kNow, random);
  EXPECT_EQ(first.id.str().size(), 24u);
  EXPECT_NE(first.id, second.id);
  EXPECT_FALSE(first.remember_me) << "remember me counts only where the realm allows it";
}

TEST(Session, keeps_of_a_browser_no_more_than_it_shows) {
  UserSession made;
  note_user_agent(made, std::nullopt);
  note_user_agent(made, "");
  note_user_agent(made, "\xff\xfe");
  EXPECT_TRUE(made.notes.empty());
  note_user_agent(made, std::string(1000, 'x'));
  EXPECT_EQ(made.notes.at(std::string(kUserAgentNote)).size(), kUserAgentBytesMax);
}

TEST(Session, remember_me_has_lives_of_its_own) {
  Realm realm;
  realm.remember_me = true;
  realm.lifespans.sso_session_max_remember_me = seconds{72'000};
  UserSession s = session(seconds{0}, seconds{0});
  s.remember_me = true;
  EXPECT_EQ(session_end(realm, s), kNow + seconds{72'000});
  EXPECT_EQ(session_idle(realm, s), realm.lifespans.sso_session_idle) << "zero means: as without remember me";
}

}  // namespace
}  // namespace cardea
