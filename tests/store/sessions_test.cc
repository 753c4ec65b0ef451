// Sessions, codes, interactions, revocations and the purge.
#include "tests/store/fixture.h"

namespace cardea {
namespace {

using std::chrono::hours;

class SessionsTest : public OpenStoreTest {
 protected:
  void SetUp() override {
    open();
    insert_realm();
    user_ = insert_user("ada").id;
  }
  std::optional<LiveSession> load(const char* id, const ClientId& client) {
    return read([&](Rows& rows) { return repos().sessions.load(rows, realm_, SessionId(id), client); }).value();
  }
  std::optional<UserSession> find(const char* id) {
    return read([&](Rows& rows) { return repos().sessions.find(rows, realm_, SessionId(id)); }).value();
  }
  AuthorizationCode code(const std::string& hash, TimePoint expires_at) {
    AuthorizationCode code;
    code.hash = hash;
    code.realm = realm_;
    code.client = app_;
    code.session = SessionId("s");
    code.user = user_;
    code.redirect_uri = "https://app.example.org/cb?x=1";
    code.redirect_uri_sent = false;
    code.scope = "openid email";
    code.nonce = "n";
    code.code_challenge = "challenge";
    code.challenge_method = ChallengeMethod::kPlain;
    code.acr = "1";
    code.expires_at = expires_at;
    return code;
  }
  Stored<void> insert_code(const std::string& hash, TimePoint expires_at) {
    return write([&](Tx& tx) { return repos().codes.insert(tx, code(hash, expires_at)); });
  }
  DeviceCode device_code(const std::string& hash, const std::string& user_code_hash) {
    DeviceCode code;
    code.hash = hash;
    code.user_code_hash = user_code_hash;
    code.realm = realm_;
    code.client = app_;
    code.scope = "openid";
    code.expires_at = now_ + seconds(600);
    return code;
  }
  TakenCode take(const char* hash, TimePoint at) {
    return write([&](Tx& tx) { return repos().codes.take(tx, realm_, hash, at); }).value();
  }
  int purge(TimePoint at, int rows_max) {
    int removed = 0;
    for (const auto kind : kAllExpiring) removed += purge_one(kind, at, rows_max);
    return removed;
  }
  int purge_one(Expiring kind, TimePoint at, int rows_max) {
    return write([&](Tx& tx) { return repos().purge.purge(tx, kind, at, rows_max); }).value();
  }

  UserId user_;
  const ClientId app_{"app"};
  const ClientId api_{"api"};
};
INSTANTIATE_TEST_SUITE_P(Engines, SessionsTest, kBothEngines, engine_name);

TEST_P(SessionsTest, refuses_sessions_of_other_realms) {
  insert_session("s", user_, app_);
  const RealmId other("other");
  EXPECT_FALSE(read([&](Rows& rows) { return repos().sessions.find(rows, other, SessionId("s")); }).value());
  EXPECT_FALSE(read([&](Rows& rows) { return repos().sessions.load(rows, other, SessionId("s"), app_); }).value());
  EXPECT_FALSE(write([&](Tx& tx) { return repos().sessions.remove(tx, other, SessionId("s")); }).value());
  EXPECT_EQ(write([&](Tx& tx) { return repos().sessions.remove_of_user(tx, other, user_); }).value(), 0);
  EXPECT_TRUE(find("s"));
}

TEST_P(SessionsTest, refuses_shares_and_proofs_for_a_session_that_is_gone) {
  ClientSession share;
  share.session = SessionId("gone");
  share.client = app_;
  EXPECT_EQ(write([&](Tx& tx) { return repos().sessions.put_client_session(tx, share); }).error(),
            StoreError::kConflict);
  EXPECT_EQ(write([&](Tx& tx) { return repos().sessions.reauthenticate(tx, share.session, 1, now_); }).error(),
            StoreError::kConflict);
  EXPECT_TRUE(write([&](Tx& tx) { return repos().sessions.touch(tx, share.session, now_); }));
  EXPECT_FALSE(write([&](Tx& tx) { return repos().sessions.remove_client_session(tx, share.session, app_); }).value());
}

TEST_P(SessionsTest, finds_sessions_by_the_one_they_stand_on) {
  auto& sessions = repos().sessions;
  const auto of = [&](std::string_view provider, std::string_view sid) {
    std::string out;
    for (const auto& each :
         read([&](Rows& rows) { return sessions.list_of_upstream(rows, realm_, provider, sid); }).value()) {
      out += each.id.str();
    }
    return out;
  };
  UserSession session;
  session.realm = realm_;
  session.user = user_;
  const auto insert = [&](const char* id, std::map<std::string, std::string> notes) {
    session.id = SessionId(id);
    session.notes = std::move(notes);
    ASSERT_TRUE(write([&](Tx& tx) { return sessions.insert(tx, session, now_ + hours(1)); }));
  };
  insert("a", {{"identity_provider", "up"}, {"upstream_sid", "1"}});
  insert("b", {{"identity_provider", "other"}, {"upstream_sid", "1"}});
  insert("c", {{"identity_provider", "up"}});
  insert("d", {});
  EXPECT_EQ(of("up", "1"), "a");
  EXPECT_EQ(of("up", "2"), "");
  EXPECT_EQ(of("up", ""), "");
  EXPECT_EQ(of("", ""), "");
  EXPECT_EQ(of("u", "p1"), "");
  const std::string longest(8000, 's');  // more than an index entry holds
  insert("e", {{"identity_provider", "up"}, {"upstream_sid", longest}});
  EXPECT_EQ(of("up", longest), "e");
  ASSERT_TRUE(write([&](Tx& tx) {
    return sessions.set_notes(tx, SessionId("d"), {{"identity_provider", "up"}, {"upstream_sid", "1"}});
  }));
  EXPECT_EQ(of("up", "1"), "ad");
  ASSERT_TRUE(write([&](Tx& tx) { return sessions.set_notes(tx, SessionId("a"), {}); }));
  EXPECT_EQ(of("up", "1"), "d");
}

TEST_P(SessionsTest, refuses_a_second_session_with_the_same_id) {
  auto session = insert_session("s", user_, app_);
  EXPECT_EQ(write([&](Tx& tx) { return repos().sessions.insert(tx, session, now_); }).error(), StoreError::kConflict);
}

TEST_P(SessionsTest, refuses_to_load_a_session_whose_user_is_gone) {
  insert_session("s", UserId("gone"), app_);
  EXPECT_TRUE(find("s"));
  EXPECT_FALSE(load("s", app_));
}

TEST_P(SessionsTest, a_device_code_is_settled_once_and_taken_once) {
  auto code = device_code("d1", "u1");
  const auto insert = [&] { return write([&](Tx& tx) { return repos().device_codes.insert(tx, code); }); };
  const auto take = [&](TimePoint at) {
    return write([&](Tx& tx) { return repos().device_codes.take(tx, realm_, "d1", at); }).value();
  };
  ASSERT_TRUE(insert());
  code.hash = "d2";
  EXPECT_EQ(insert().error(), StoreError::kConflict) << "the user code is taken";
  code.hash = "d1";
  EXPECT_FALSE(take(now_)) << "pending";
  code.state = DeviceState::kApproved;
  code.session = SessionId("s");
  code.user = user_;
  code.acr = "1";
  const auto settle = [&](TimePoint at) {
    return write([&](Tx& tx) { return repos().device_codes.settle(tx, code, at); });
  };
  EXPECT_EQ(settle(now_ + hours(1)).error(), StoreError::kConflict) << "expired";
  EXPECT_TRUE(settle(now_));
  code.state = DeviceState::kDenied;
  EXPECT_EQ(settle(now_).error(), StoreError::kConflict) << "settled before";
  EXPECT_FALSE(take(now_ + hours(1))) << "expired";
  EXPECT_TRUE(take(now_));
  EXPECT_FALSE(take(now_)) << "used";
  const auto found =
      read([&](Rows& rows) { return repos().device_codes.find_by_user_code(rows, realm_, "u1"); }).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->state, DeviceState::kApproved);
  EXPECT_EQ(found->user, user_);
  EXPECT_EQ(found->settled_at, now_);
  EXPECT_EQ(found->scope, "openid");
  EXPECT_TRUE(found->is_used);
}

TEST_P(SessionsTest, a_device_code_of_another_realm_is_unknown_and_an_expired_one_is_purged) {
  ASSERT_TRUE(write([&](Tx& tx) { return repos().device_codes.insert(tx, device_code("d1", "u1")); }));
  const auto find = [&](const RealmId& realm) {
    return read([&](Rows& rows) { return repos().device_codes.find(rows, realm, "d1"); }).value();
  };
  EXPECT_FALSE(find(RealmId("other")));
  ASSERT_TRUE(
      write([&](Tx& tx) { return repos().device_codes.note_poll(tx, realm_, "d1", now_ + seconds(3), seconds(10)); }));
  ASSERT_TRUE(find(realm_));
  EXPECT_EQ(find(realm_)->polled_at, now_ + seconds(3));
  EXPECT_EQ(find(realm_)->interval, seconds(10));
  EXPECT_EQ(purge(now_ + seconds(599), 10), 0);
  EXPECT_EQ(purge(now_ + seconds(600), 10), 1);
  EXPECT_FALSE(find(realm_));
}

TEST_P(SessionsTest, a_logout_notice_is_leased_by_one_and_again_later_until_it_is_removed) {
  LogoutNotice notice;
  notice.id = "n1";
  notice.realm = realm_;
  notice.realm_name = "demo";
  notice.client = app_;
  notice.session = SessionId("s");
  notice.user = user_;
  notice.issuer = "https://id.example/realms/demo";
  notice.created_at = now_;
  notice.adapter_session = "js-1";
  notice.adapter_host = "node";
  ASSERT_TRUE(write([&](Tx& tx) { return repos().logout_notices.insert(tx, notice); }));
  const auto lease = [&](TimePoint at) {
    return write([&](Tx& tx) { return repos().logout_notices.lease(tx, at, 10); }).value();
  };
  const auto first = lease(now_);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].attempts, 1);
  EXPECT_EQ(first[0].session, notice.session);
  EXPECT_EQ(first[0].issuer, notice.issuer);
  EXPECT_EQ(first[0].adapter_session, "js-1");
  EXPECT_EQ(first[0].adapter_host, "node");
  EXPECT_TRUE(lease(now_ + seconds(29)).empty());
  EXPECT_EQ(lease(now_ + seconds(30)).at(0).attempts, 2);
  EXPECT_TRUE(lease(now_ + seconds(89)).empty()) << "twice as long after the second";
  EXPECT_EQ(lease(now_ + seconds(90)).size(), 1U);
  ASSERT_TRUE(write([&](Tx& tx) { return repos().logout_notices.remove(tx, "n1"); }));
  EXPECT_TRUE(lease(now_ + hours(1)).empty());
  ASSERT_TRUE(write([&](Tx& tx) { return repos().logout_notices.insert(tx, notice); }));
  (void)purge(now_ + hours(1), 10);
  EXPECT_TRUE(lease(now_ + hours(1)).empty());
}

TEST_P(SessionsTest, a_mail_is_leased_by_one_and_again_later_until_it_is_removed) {
  Mail mail;
  mail.id = "m1";
  mail.realm = realm_;
  mail.realm_name = "demo";
  mail.to = "ada@example.com";
  mail.subject = "Grüße";
  mail.text = "https://id.example/?key=secret-link\n";
  mail.html = "<p>x</p>";
  mail.created_at = now_;
  mail.expires_at = now_ + hours(1);
  ASSERT_TRUE(write([&](Tx& tx) { return repos().mails.insert(tx, mail); }));
  const auto lease = [&](TimePoint at) {
    return write([&](Tx& tx) { return repos().mails.lease(tx, at, 10); }).value();
  };
  const auto first = lease(now_);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].attempts, 1);
  EXPECT_EQ(first[0].to, mail.to);
  EXPECT_EQ(first[0].subject, mail.subject);
  EXPECT_EQ(first[0].text, mail.text);
  EXPECT_EQ(first[0].html, mail.html);
  EXPECT_EQ(first[0].expires_at, mail.expires_at);
  EXPECT_TRUE(lease(now_ + seconds(29)).empty());
  EXPECT_EQ(lease(now_ + seconds(30)).at(0).attempts, 2);
  ASSERT_TRUE(write([&](Tx& tx) { return repos().mails.remove(tx, "m1"); }));
  EXPECT_TRUE(lease(now_ + std::chrono::minutes(30)).empty());
  ASSERT_TRUE(write([&](Tx& tx) { return repos().mails.insert(tx, mail); }));
  EXPECT_EQ(purge(now_ + hours(1), 10), 1);
  EXPECT_TRUE(lease(now_ + hours(1)).empty());
}

TEST_P(SessionsTest, an_offline_session_stands_beside_the_session_of_its_id) {
  auto session = insert_session("s", user_, app_);
  session.notes = {{"note", "kept"}};
  ClientSession share;
  share.session = session.id;
  share.client = app_;
  share.chain.refresh_id = "offline";
  share.adapter_session = "js-1";
  share.adapter_host = "node";
  share.claims = R"({"id_token":{"email":{"essential":true}}})";
  ASSERT_TRUE(write([&](Tx& tx) -> Stored<void> {
    if (auto done = repos().offline_sessions.insert(tx, session, now_ + hours(1)); !done) return done;
    return repos().offline_sessions.put_client_session(tx, share);
  }));
  EXPECT_TRUE(write([&](Tx& tx) { return repos().sessions.remove(tx, realm_, session.id); }).value());
  const auto live =
      read([&](Rows& rows) { return repos().offline_sessions.load(rows, realm_, session.id, app_); }).value();
  ASSERT_TRUE(live);
  EXPECT_TRUE(live->session.offline);
  EXPECT_EQ(live->session.notes.at("note"), "kept");
  EXPECT_EQ(live->client_session->chain.refresh_id, "offline");
  EXPECT_EQ(live->client_session->adapter_session, "js-1");
  EXPECT_EQ(live->client_session->adapter_host, "node");
  EXPECT_EQ(live->client_session->claims, share.claims);
  EXPECT_FALSE(find("s"));
  EXPECT_EQ(write([&](Tx& tx) { return repos().offline_sessions.remove_of_user(tx, realm_, user_); }).value(), 1);
}

TEST_P(SessionsTest, the_purge_spares_offline_sessions_that_were_prolonged) {
  auto session = insert_session("s", user_, app_);
  ASSERT_TRUE(write([&](Tx& tx) { return repos().offline_sessions.insert(tx, session, now_ + hours(1)); }));
  ASSERT_TRUE(write(
      [&](Tx& tx) { return repos().offline_sessions.prolong(tx, session.id, now_ + seconds(9), now_ + hours(1000)); }));
  const auto find_offline = [&] {
    return read([&](Rows& rows) { return repos().offline_sessions.find(rows, realm_, session.id); }).value();
  };
  (void)purge(now_ + hours(999), 100);
  ASSERT_TRUE(find_offline());
  EXPECT_EQ(find_offline()->last_seen, now_ + seconds(9));
  (void)purge(now_ + hours(1001), 100);
  EXPECT_FALSE(find_offline());
}

TEST_P(SessionsTest, refuses_a_rotation_that_another_one_overtook) {
  insert_session("s", user_, app_);
  const auto first = *load("s", app_)->client_session;
  auto second = first;
  second.chain.previous_refresh_id = first.chain.refresh_id;
  second.chain.refresh_id = "second";
  second.chain.rotated_at = now_;
  second.other_chains = {
      first.chain,
      {.refresh_id = "tab \"2\"", .previous_refresh_id = {}, .rotated_at = now_ + milliseconds(7), .use_count = 3}};
  const auto rotate = [&](const ClientSession& before, const ClientSession& after) {
    return write([&](Tx& tx) { return repos().sessions.rotate(tx, before, after); });
  };
  ASSERT_TRUE(rotate(first, second));
  EXPECT_EQ(rotate(first, second).error(), StoreError::kConflict);
  auto used = second;
  used.chain.use_count = 1;
  ASSERT_TRUE(rotate(second, used));
  EXPECT_EQ(rotate(second, used).error(), StoreError::kConflict) << "the count is part of the guard";
  const auto now = load("s", app_)->client_session;
  EXPECT_EQ(now->chain.refresh_id, "second");
  EXPECT_EQ(now->chain.previous_refresh_id, "first");
  EXPECT_EQ(now->chain.rotated_at, now_);
  EXPECT_EQ(now->chain.use_count, 1);
  ASSERT_EQ(now->other_chains.size(), 2U);
  EXPECT_EQ(now->other_chains[0].refresh_id, "first");
  EXPECT_EQ(now->other_chains[1].refresh_id, "tab \"2\"");
  EXPECT_EQ(now->other_chains[1].rotated_at, now_ + milliseconds(7));
  EXPECT_EQ(now->other_chains[1].use_count, 3);
  ASSERT_TRUE(write([&](Tx& tx) { return repos().sessions.put_client_session(tx, first); }));
  EXPECT_TRUE(load("s", app_)->client_session->other_chains.empty());
}

TEST_P(SessionsTest, a_session_comes_back_as_it_went) {
  UserSession session;
  session.id = SessionId("s");
  session.realm = realm_;
  session.user = user_;
  session.started_at = now_;
  session.last_seen = now_ + milliseconds(1);
  session.auth_time = 17;
  session.remember_me = true;
  session.ip_address = "2001:db8::1";
  session.notes = {{"k", "v \"quoted\""}};
  ASSERT_TRUE(write([&](Tx& tx) { return repos().sessions.insert(tx, session, now_ + hours(1)); }));
  const auto found = find("s");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->user, user_);
  EXPECT_EQ(found->started_at, session.started_at);
  EXPECT_EQ(found->last_seen, session.last_seen);
  EXPECT_EQ(found->auth_time, 17);
  EXPECT_TRUE(found->remember_me);
  EXPECT_EQ(found->ip_address, session.ip_address);
  EXPECT_EQ(found->notes, session.notes);
}

TEST_P(SessionsTest, load_gives_session_share_user_roles_and_groups_together) {
  const auto role = insert_role("editor");
  const auto group = insert_group("staff");
  ASSERT_TRUE(write([&](Tx& tx) -> Stored<void> {
    if (auto done = repos().users.add_role(tx, user_, role.id); !done) return done;
    return repos().users.add_group(tx, user_, group.id);
  }));
  insert_session("s", user_, app_);
  const auto live = load("s", app_);
  ASSERT_TRUE(live);
  EXPECT_EQ(live->session.id.str(), "s");
  ASSERT_TRUE(live->client_session);
  EXPECT_EQ(live->client_session->chain.refresh_id, "first");
  EXPECT_EQ(live->subject.user.username, "ada");
  EXPECT_EQ(live->subject.roles, std::vector{role.id});
  EXPECT_EQ(live->subject.groups, std::vector{group.id});
  const auto without = load("s", api_);
  ASSERT_TRUE(without);
  EXPECT_FALSE(without->client_session);
  EXPECT_EQ(without->subject.roles, std::vector{role.id});
}

TEST_P(SessionsTest, touch_and_reauthenticate_set_what_they_say) {
  insert_session("s", user_, app_);
  ASSERT_TRUE(write([&](Tx& tx) { return repos().sessions.touch(tx, SessionId("s"), now_ + seconds(9)); }));
  EXPECT_EQ(find("s")->last_seen, now_ + seconds(9));
  EXPECT_EQ(find("s")->auth_time, 0);
  ASSERT_TRUE(
      write([&](Tx& tx) { return repos().sessions.reauthenticate(tx, SessionId("s"), 42, now_ + seconds(10)); }));
  EXPECT_EQ(find("s")->auth_time, 42);
  EXPECT_EQ(find("s")->last_seen, now_ + seconds(10));
  const std::map<std::string, std::string> notes = {{"loa-map", R"({"1":7})"}};
  ASSERT_TRUE(write([&](Tx& tx) { return repos().sessions.set_notes(tx, SessionId("s"), notes); }));
  EXPECT_EQ(find("s")->notes, notes);
  EXPECT_EQ(write([&](Tx& tx) { return repos().sessions.set_notes(tx, SessionId("gone"), notes); }).error(),
            StoreError::kConflict);
}

TEST_P(SessionsTest, the_last_share_takes_the_session_with_it) {
  insert_session("s", user_, app_);
  ClientSession share;
  share.session = SessionId("s");
  share.client = api_;
  share.scope = "openid";
  share.adapter_session = "js-2";
  share.claims = "{}";
  ASSERT_TRUE(write([&](Tx& tx) { return repos().sessions.put_client_session(tx, share); }));
  EXPECT_EQ(load("s", api_)->client_session->adapter_session, "js-2");
  EXPECT_EQ(load("s", api_)->client_session->claims, "{}");
  EXPECT_EQ(load("s", app_)->client_session->claims, "");
  EXPECT_EQ(load("s", app_)->client_session->adapter_session, "");
  const auto shares = [&] {
    return read([&](Rows& rows) { return repos().sessions.client_sessions(rows, SessionId("s")); }).value().size();
  };
  EXPECT_EQ(shares(), 2U);
  const auto remove = [&](const ClientId& client) {
    return write([&](Tx& tx) { return repos().sessions.remove_client_session(tx, SessionId("s"), client); }).value();
  };
  EXPECT_FALSE(remove(app_));
  EXPECT_FALSE(remove(app_)) << "not there any more, and not the last";
  EXPECT_EQ(shares(), 1U);
  EXPECT_TRUE(remove(api_));
  EXPECT_FALSE(find("s"));
  EXPECT_FALSE(remove(api_));
}

TEST_P(SessionsTest, a_session_goes_with_its_shares_alone_or_with_all_of_its_user) {
  insert_session("s1", user_, app_);
  insert_session("s2", user_, app_);
  insert_session("s3", user_, app_);
  const auto other = insert_user("bob");
  insert_session("s4", other.id, app_);
  const auto remove = [&] {
    return write([&](Tx& tx) { return repos().sessions.remove(tx, realm_, SessionId("s1")); }).value();
  };
  EXPECT_TRUE(remove());
  EXPECT_FALSE(remove());
  EXPECT_EQ(raw("SELECT 'share' FROM client_sessions").size(), 3U);
  EXPECT_EQ(write([&](Tx& tx) { return repos().sessions.remove_of_user(tx, realm_, user_); }).value(), 2);
  EXPECT_EQ(raw("SELECT 'share' FROM client_sessions").size(), 1U);
  EXPECT_TRUE(find("s4"));
}

TEST_P(SessionsTest, refuses_codes_that_are_unknown_expired_used_or_of_another_realm) {
  ASSERT_TRUE(insert_code("h", now_ + seconds(60)));
  EXPECT_EQ(insert_code("h", now_).error(), StoreError::kConflict);
  EXPECT_EQ(take("nothing", now_).result, TakeCode::kUnknown);
  EXPECT_EQ(write([&](Tx& tx) { return repos().codes.take(tx, RealmId("other"), "h", now_); })->result,
            TakeCode::kUnknown);
  const auto expired = take("h", now_ + seconds(60));
  EXPECT_EQ(expired.result, TakeCode::kExpired);
  EXPECT_EQ(expired.code.client, app_);
  EXPECT_EQ(take("h", now_).result, TakeCode::kTaken);
  const auto again = take("h", now_);
  EXPECT_EQ(again.result, TakeCode::kUsedBefore);
  EXPECT_EQ(again.code.session.str(), "s") << "what is revoked then";
  EXPECT_EQ(take("h", now_ + seconds(61)).result, TakeCode::kUsedBefore) << "reuse weighs more than age";
}

TEST_P(SessionsTest, a_code_comes_back_as_it_went) {
  ASSERT_TRUE(insert_code("h", now_ + seconds(60)));
  const auto taken = take("h", now_).code;
  const auto wanted = code("h", now_ + seconds(60));
  EXPECT_EQ(taken.hash, wanted.hash);
  EXPECT_EQ(taken.realm, wanted.realm);
  EXPECT_EQ(taken.client, wanted.client);
  EXPECT_EQ(taken.session, wanted.session);
  EXPECT_EQ(taken.user, wanted.user);
  EXPECT_EQ(taken.redirect_uri, wanted.redirect_uri);
  EXPECT_EQ(taken.redirect_uri_sent, wanted.redirect_uri_sent);
  EXPECT_EQ(taken.scope, wanted.scope);
  EXPECT_EQ(taken.nonce, wanted.nonce);
  EXPECT_EQ(taken.code_challenge, wanted.code_challenge);
  EXPECT_EQ(taken.challenge_method, wanted.challenge_method);
  EXPECT_EQ(taken.acr, wanted.acr);
  EXPECT_EQ(taken.expires_at, wanted.expires_at);
}

TEST_P(SessionsTest, a_code_whose_transaction_rolled_back_can_be_taken_again) {
  ASSERT_TRUE(insert_code("h", now_ + seconds(60)));
  const auto lost = write([&](Tx& tx) -> Stored<void> {
    EXPECT_EQ(repos().codes.take(tx, realm_, "h", now_)->result, TakeCode::kTaken);
    return refuse(StoreError::kBusy);
  });
  EXPECT_EQ(lost.error(), StoreError::kBusy);
  EXPECT_EQ(take("h", now_).result, TakeCode::kTaken);
}

TEST_P(SessionsTest, interactions_are_found_until_they_expire_and_taken_once) {
  Interaction interaction;
  interaction.id = "tab";
  interaction.realm = realm_;
  interaction.browser_hash = "browser";
  interaction.expires_at = now_ + seconds(60);
  interaction.request.client = app_;
  interaction.request.client_id = "app";
  interaction.request.redirect_uri = "https://app.example.org/cb";
  interaction.stage = AwaitingActions{
      .proven = {.user = user_, .auth_time = 7}, .actions = {"UPDATE_PASSWORD"}, .asked = {}, .mailed = false};
  ASSERT_TRUE(write([&](Tx& tx) { return repos().interactions.insert(tx, "h", interaction); }));
  const auto find_at = [&](const RealmId& realm, TimePoint at) {
    return read([&](Rows& rows) { return repos().interactions.find(rows, realm, "h", at); }).value();
  };
  EXPECT_FALSE(find_at(RealmId("other"), now_));
  EXPECT_FALSE(find_at(realm_, now_ + seconds(60)));
  const auto found = find_at(realm_, now_);
  ASSERT_TRUE(found);
  ASSERT_TRUE(std::holds_alternative<AwaitingActions>(found->stage));
  EXPECT_EQ(std::get<AwaitingActions>(found->stage).proven.user, user_);
  EXPECT_EQ(found->request.redirect_uri, interaction.request.redirect_uri);
  const auto take_it = [&] { return write([&](Tx& tx) { return repos().interactions.take(tx, "h"); }); };
  EXPECT_TRUE(take_it());
  EXPECT_EQ(take_it().error(), StoreError::kConflict);
  EXPECT_FALSE(find_at(realm_, now_));
}

TEST_P(SessionsTest, revocations_are_of_one_realm_and_may_come_twice) {
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(write([&](Tx& tx) { return repos().revocations.insert(tx, realm_, "jti", now_ + seconds(60)); }));
  }
  const auto contains = [&](const RealmId& realm, const char* id) {
    return read([&](Rows& rows) { return repos().revocations.contains(rows, realm, id); }).value();
  };
  EXPECT_TRUE(contains(realm_, "jti"));
  EXPECT_FALSE(contains(realm_, "other"));
  EXPECT_FALSE(contains(RealmId("other"), "jti"));
}

TEST_P(SessionsTest, refuses_an_id_that_was_used) {  // attack class 30
  const auto take = [&](const RealmId& realm, const char* hash) {
    return write([&](Tx& tx) { return repos().used_ids.take(tx, realm, hash, now_ + seconds(60)); }).value();
  };
  EXPECT_TRUE(take(realm_, "h1"));
  EXPECT_FALSE(take(realm_, "h1"));
  EXPECT_FALSE(take(realm_, "h1"));
  EXPECT_TRUE(take(realm_, "h2"));
  EXPECT_TRUE(take(RealmId("other"), "h1"));
}

TEST_P(SessionsTest, a_used_id_is_kept_until_what_carried_it_has_expired) {
  const auto take = [&] {
    return write([&](Tx& tx) { return repos().used_ids.take(tx, realm_, "h", now_ + seconds(60)); }).value();
  };
  const auto purge = [&](TimePoint at) {
    return write([&](Tx& tx) { return repos().purge.purge(tx, Expiring::kUsedIds, at, 100); }).value();
  };
  ASSERT_TRUE(take());
  EXPECT_EQ(purge(now_ + seconds(59)), 0);
  EXPECT_FALSE(take());
  EXPECT_EQ(purge(now_ + seconds(60)), 1);
  EXPECT_TRUE(take());
}

TEST_P(SessionsTest, a_ticket_is_good_for_its_uses_in_its_realm_and_kind_until_it_ends) {
  const Ticket ticket{.hash = "t1",
                      .realm = realm_,
                      .kind = TicketKind::kInitialAccess,
                      .content = "{}",
                      .uses = 2,
                      .uses_left = 2,
                      .created_at = now_,
                      .expires_at = now_ + seconds(60)};
  ASSERT_TRUE(write([&](Tx& tx) { return repos().tickets.insert(tx, ticket); }));
  const auto take = [&](const RealmId& realm, TicketKind kind, TimePoint at) {
    return write([&](Tx& tx) { return repos().tickets.take(tx, realm, kind, "t1", at); }).value();
  };
  const auto find = [&](TimePoint at) {
    return read([&](Rows& rows) { return repos().tickets.find(rows, realm_, TicketKind::kInitialAccess, "t1", at); })
        .value();
  };
  EXPECT_FALSE(take(RealmId("other"), TicketKind::kInitialAccess, now_));
  EXPECT_FALSE(take(realm_, TicketKind::kPushedRequest, now_));
  EXPECT_FALSE(take(realm_, TicketKind::kInitialAccess, now_ + seconds(60))) << "expired";
  EXPECT_FALSE(find(now_ + seconds(60)));
  ASSERT_TRUE(find(now_));
  EXPECT_EQ(find(now_)->content, "{}");
  EXPECT_TRUE(take(realm_, TicketKind::kInitialAccess, now_));
  EXPECT_EQ(find(now_)->uses_left, 1);
  EXPECT_TRUE(take(realm_, TicketKind::kInitialAccess, now_));
  EXPECT_FALSE(take(realm_, TicketKind::kInitialAccess, now_)) << "used up";
  EXPECT_FALSE(find(now_));
  const auto list = [&](TicketKind kind) {
    return read([&](Rows& rows) { return repos().tickets.list(rows, realm_, kind, 10); }).value().size();
  };
  EXPECT_EQ(list(TicketKind::kInitialAccess), 1U);
  EXPECT_EQ(list(TicketKind::kRegistration), 0U);
  const auto remove = [&](TicketKind kind) {
    return write([&](Tx& tx) { return repos().tickets.remove(tx, realm_, kind, "t1"); }).value();
  };
  EXPECT_FALSE(remove(TicketKind::kRegistration));
  EXPECT_TRUE(remove(TicketKind::kInitialAccess));
  EXPECT_FALSE(remove(TicketKind::kInitialAccess));
}

TEST_P(SessionsTest, the_purge_keeps_what_is_alive_and_goes_in_bits) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(insert_code("old-" + std::to_string(i), now_ - seconds(1)));
  ASSERT_TRUE(insert_code("young", now_ + seconds(1)));
  ASSERT_TRUE(write([&](Tx& tx) { return repos().revocations.insert(tx, realm_, "old", now_); }));
  ASSERT_TRUE(write([&](Tx& tx) { return repos().revocations.insert(tx, realm_, "young", now_ + seconds(1)); }));
  Interaction interaction;
  interaction.realm = realm_;
  interaction.expires_at = now_ - seconds(1);
  ASSERT_TRUE(write([&](Tx& tx) { return repos().interactions.insert(tx, "old", interaction); }));
  insert_session("young", user_, app_);  // for ten hours
  EXPECT_EQ(purge(now_, 3), 5) << "three codes, and nothing waits for the others";
  EXPECT_EQ(purge(now_, 3), 2);
  EXPECT_EQ(purge(now_, 3), 0);
  EXPECT_EQ(take("young", now_).result, TakeCode::kTaken);
  EXPECT_EQ(take("old-0", now_).result, TakeCode::kUnknown);
  EXPECT_TRUE(find("young"));
  EXPECT_EQ(purge(now_ + hours(11), 100), 3) << "the code, the revocation and the session";
  EXPECT_FALSE(find("young"));
  EXPECT_TRUE(raw("SELECT 'share' FROM client_sessions").empty());
}

TEST_P(SessionsTest, the_purge_leaves_a_session_until_its_hour_is_over) {
  UserSession session;
  session.id = SessionId("s");
  session.realm = realm_;
  session.user = user_;
  const TimePoint expires = std::chrono::floor<hours>(now_) + std::chrono::minutes(30);
  ASSERT_TRUE(write([&](Tx& tx) { return repos().sessions.insert(tx, session, expires); }));
  EXPECT_EQ(purge(expires - seconds(1), 10), 0);
  EXPECT_EQ(purge(expires + std::chrono::minutes(30), 10), 1);
}

}  // namespace
}  // namespace cardea
