// When several ask at the same moment and one may win, exactly one does (anchors B10, B14).
#include <atomic>
#include <future>
#include <set>
#include <string>

#include "tests/store/fixture.h"

namespace cardea {
namespace {

constexpr int kTwelve = 12;

class RaceTest : public OpenStoreTest {
 protected:
  void SetUp() override {
    open();
    insert_realm();
  }
  void insert_code(const std::string& hash) {
    AuthorizationCode code;
    code.hash = hash;
    code.realm = realm_;
    code.expires_at = now_ + seconds(60);
    ASSERT_TRUE(write([&](Tx& tx) { return repos().codes.insert(tx, code); }));
  }
  Stored<TakenCode> take(const std::string& hash) {
    return write([&](Tx& tx) { return repos().codes.take(tx, realm_, hash, now_); });
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, RaceTest, kBothEngines, engine_name);

TEST_P(RaceTest, of_twelve_takers_of_one_code_exactly_one_gets_it) {
  for (int round = 0; round < 20; ++round) {
    const std::string hash = "h" + std::to_string(round);
    insert_code(hash);
    std::atomic<int> taken{0};
    std::atomic<int> used{0};
    in_parallel(kTwelve, [&](int) {
      const auto answer = take(hash);
      ASSERT_TRUE(answer) << describe(answer.error());
      if (answer->result == TakeCode::kTaken) ++taken;
      if (answer->result == TakeCode::kUsedBefore) ++used;
    });
    EXPECT_EQ(taken, 1);
    EXPECT_EQ(used, kTwelve - 1);
  }
}

/// As requests do it on SQLite: twelve jobs of the lane, which share commits.
TEST_P(RaceTest, of_twelve_lane_jobs_with_one_code_exactly_one_gets_it) {
  auto* lane = opened().store_lane();
  if (lane == nullptr) return;  // PostgreSQL's lane is a pool of threads: the test above
  for (int round = 0; round < 20; ++round) {
    const std::string hash = "h" + std::to_string(round);
    insert_code(hash);
    std::array<std::promise<TakeCode>, kTwelve> answers;
    std::array<TakeCode, kTwelve> results{};
    in_parallel(kTwelve, [&](int i) {
      const auto at = static_cast<std::size_t>(i);
      ASSERT_TRUE(lane->submit({[&, at] { results[at] = take(hash)->result; },
                                [&, at](bool durable) {
                                  EXPECT_TRUE(durable);
                                  answers[at].set_value(results[at]);
                                }}));
    });
    int taken = 0;
    for (auto& answer : answers) taken += answer.get_future().get() == TakeCode::kTaken ? 1 : 0;
    EXPECT_EQ(taken, 1);
  }
}

TEST_P(RaceTest, of_twelve_rotations_of_one_refresh_token_exactly_one_happens) {
  const auto user = insert_user("ada");
  const ClientId client("app");
  insert_session("s", user.id, client);
  const auto before = *read([&](Rows& rows) { return repos().sessions.load(rows, realm_, SessionId("s"), client); })
                           .value()
                           ->client_session;
  std::atomic<int> rotated{0};
  in_parallel(kTwelve, [&](int i) {
    auto after = before;
    after.chain.refresh_id = "next-" + std::to_string(i);
    const auto done = write([&](Tx& tx) { return repos().sessions.rotate(tx, before, after); });
    if (done) {
      ++rotated;
    } else {
      EXPECT_EQ(done.error(), StoreError::kConflict);
    }
  });
  EXPECT_EQ(rotated, 1);
}

TEST_P(RaceTest, of_twelve_users_with_one_name_exactly_one_is_made) {
  std::atomic<int> made{0};
  in_parallel(kTwelve, [&](int i) {
    User user;
    user.id = UserId("u" + std::to_string(i));
    user.realm = realm_;
    user.username = "ada";
    user.email = "ada@example.org";
    const auto done = write([&](Tx& tx) { return repos().users.insert(tx, user, false); });
    if (done) {
      ++made;
    } else {
      EXPECT_EQ(done.error(), StoreError::kConflict);
    }
  });
  EXPECT_EQ(made, 1);
}

TEST_P(RaceTest, of_two_requests_that_remove_the_last_shares_one_ends_the_session) {
  const auto user = insert_user("ada");
  for (int round = 0; round < 20; ++round) {
    const std::string id = "s" + std::to_string(round);
    const std::array<ClientId, 2> clients{ClientId("app"), ClientId("api")};
    insert_session(id, user.id, clients[0]);
    ClientSession share;
    share.session = SessionId(id);
    share.client = clients[1];
    ASSERT_TRUE(write([&](Tx& tx) { return repos().sessions.put_client_session(tx, share); }));
    std::atomic<int> ended{0};
    in_parallel(2, [&](int i) {
      const auto done = write([&](Tx& tx) {
        return repos().sessions.remove_client_session(tx, SessionId(id), clients[static_cast<std::size_t>(i)]);
      });
      ASSERT_TRUE(done) << describe(done.error());
      if (*done) ++ended;
    });
    EXPECT_EQ(ended, 1);
    EXPECT_FALSE(read([&](Rows& rows) { return repos().sessions.find(rows, realm_, SessionId(id)); }).value());
  }
}

/// What an exchange does for a tab: a chain of its own in front of those that are there.
Stored<void> join_share(Tx& tx, SessionRepo& sessions, const RealmId& realm, const SessionId& id,
                        const ClientId& client, const std::string& refresh_id, TimePoint now) {
  auto live = sessions.load_to_change(tx, realm, id, client);
  if (!live) return refuse(live.error());
  if (!*live) return {};
  ClientSession share;
  share.session = id;
  share.client = client;
  share.started_at = now;
  if (const auto& before = (*live)->client_session) {
    share.started_at = before->started_at;
    share.other_chains = before->other_chains;
    share.other_chains.push_back(before->chain);
  }
  share.chain.refresh_id = refresh_id;
  return sessions.put_client_session(tx, share);
}

std::set<std::string> chains_of(const ClientSession& share) {
  std::set<std::string> ids{share.chain.refresh_id};
  for (const auto& chain : share.other_chains) ids.insert(chain.refresh_id);
  return ids;
}

TEST_P(RaceTest, twelve_tabs_that_join_one_share_keep_twelve_chains) {
  const auto user = insert_user("ada");
  const ClientId client("app");
  insert_session("s", user.id, client);
  in_parallel(kTwelve, [&](int i) {
    const auto done = write([&](Tx& tx) {
      return join_share(tx, repos().sessions, realm_, SessionId("s"), client, "tab-" + std::to_string(i), now_);
    });
    EXPECT_TRUE(done) << describe(done.error());
  });
  const auto live =
      read([&](Rows& rows) { return repos().sessions.load(rows, realm_, SessionId("s"), client); }).value();
  EXPECT_EQ(chains_of(*live->client_session).size(), kTwelve + 1U);
}

TEST_P(RaceTest, a_rotation_beside_a_new_tab_is_not_taken_back) {
  const auto user = insert_user("ada");
  const ClientId client("app");
  for (int round = 0; round < 20; ++round) {
    const SessionId id("s" + std::to_string(round));
    insert_session(id.str(), user.id, client);
    const auto before =
        *read([&](Rows& rows) { return repos().sessions.load(rows, realm_, id, client); }).value()->client_session;
    std::atomic<bool> rotated{false};
    in_parallel(2, [&](int i) {
      if (i == 0) {
        EXPECT_TRUE(write([&](Tx& tx) { return join_share(tx, repos().sessions, realm_, id, client, "tab", now_); }));
        return;
      }
      auto after = before;
      after.chain.refresh_id = "rotated";
      const auto done = write([&](Tx& tx) { return repos().sessions.rotate(tx, before, after); });
      if (done) rotated = true;
      if (!done) EXPECT_EQ(done.error(), StoreError::kConflict);
    });
    const auto share =
        *read([&](Rows& rows) { return repos().sessions.load(rows, realm_, id, client); }).value()->client_session;
    EXPECT_EQ(chains_of(share).contains("rotated"), rotated) << "of round " << round;
    EXPECT_TRUE(chains_of(share).contains("tab"));
  }
}

TEST_P(RaceTest, a_new_tab_does_not_wake_what_a_revocation_ended) {
  const auto user = insert_user("ada");
  const ClientId client("app");
  for (int round = 0; round < 20; ++round) {
    const SessionId id("s" + std::to_string(round));
    insert_session(id.str(), user.id, client);
    const auto later = now_ + seconds(3600);
    in_parallel(2, [&](int i) {
      const auto done = write([&](Tx& tx) {
        return i == 0 ? join_share(tx, repos().sessions, realm_, id, client, "tab", later)
                      : repos().sessions.detach(tx, id, client);
      });
      EXPECT_TRUE(done) << describe(done.error());
    });
    const auto live = read([&](Rows& rows) { return repos().sessions.load(rows, realm_, id, client); }).value();
    ASSERT_TRUE(live) << "the person is still signed in";
    if (live->client_session) EXPECT_EQ(live->client_session->started_at, later) << "of round " << round;
  }
}

TEST_P(RaceTest, a_session_that_is_ended_beside_a_replayed_code_is_ended) {
  const auto user = insert_user("ada");
  const ClientId client("app");
  for (int round = 0; round < 20; ++round) {
    const SessionId id("s" + std::to_string(round));
    insert_session(id.str(), user.id, client);
    in_parallel(2, [&](int i) {
      const auto done = write([&](Tx& tx) -> Stored<void> {
        if (i == 0) return repos().sessions.detach(tx, id, client);
        const auto removed = repos().sessions.remove(tx, realm_, id);
        if (!removed) return refuse(removed.error());
        EXPECT_TRUE(*removed) << "of round " << round;
        return {};
      });
      EXPECT_TRUE(done) << describe(done.error());
    });
    EXPECT_FALSE(read([&](Rows& rows) { return repos().sessions.find(rows, realm_, id); }).value());
  }
}

TEST_P(RaceTest, of_twelve_nodes_that_insert_the_data_key_one_wins) {
  std::atomic<int> won{0};
  in_parallel(kTwelve, [&](int i) {
    const auto done = write([&](Tx& tx) { return repos().server.insert(tx, "data-key", std::to_string(i)); });
    if (done) ++won;
  });
  EXPECT_EQ(won, 1);
}

TEST_P(RaceTest, of_twelve_uses_of_one_time_password_exactly_one_counts) {
  const auto user = insert_user("ada");
  Credential credential;
  credential.id = CredentialId("otp-1");
  credential.user = user.id;
  credential.type = "otp";
  credential.credential_data = R"({"counter":1})";
  credential.secret_data = SecretBytes(std::string("secret"));
  ASSERT_TRUE(write([&](Tx& tx) { return repos().credentials.insert(tx, credential); }));
  std::atomic<int> won{0};
  in_parallel(kTwelve, [&](int) {
    const auto done = write([&](Tx& tx) {
      return repos().credentials.change_data(tx, user.id, credential.id, R"({"counter":1})", R"({"counter":2})");
    });
    if (done) ++won;
    if (!done) EXPECT_EQ(done.error(), StoreError::kConflict);
  });
  EXPECT_EQ(won, 1);
  const auto all = read([&](Rows& rows) { return repos().credentials.list_all(rows, user.id); });
  ASSERT_EQ(all->size(), 1U);
  EXPECT_EQ(all->front().credential_data, R"({"counter":2})");
  EXPECT_EQ(all->front().secret_data.reveal(), "secret");
}

TEST_P(RaceTest, of_twelve_uses_of_one_recovery_code_exactly_one_counts) {
  const auto user = insert_user("ada");
  Credential list;
  list.id = CredentialId("codes");
  list.user = user.id;
  list.type = "recovery-authn-codes";
  list.credential_data = R"({"remainingCodes":2})";
  list.secret_data = SecretBytes(std::string("two"));
  ASSERT_TRUE(write([&](Tx& tx) { return repos().credentials.insert(tx, list); }));
  std::atomic<int> won{0}, removed{0};
  in_parallel(kTwelve, [&](int) {
    const auto done = write([&](Tx& tx) {
      Credential after;
      after.id = list.id;
      after.user = user.id;
      after.credential_data = R"({"remainingCodes":1})";
      after.secret_data = SecretBytes(std::string("one"));
      return repos().credentials.change_documents(tx, after, list.credential_data);
    });
    if (done) ++won;
    if (!done) EXPECT_EQ(done.error(), StoreError::kConflict);
  });
  EXPECT_EQ(won, 1);
  const auto all = read([&](Rows& rows) { return repos().credentials.list_all(rows, user.id); });
  ASSERT_EQ(all->size(), 1U);
  EXPECT_EQ(all->front().credential_data, R"({"remainingCodes":1})");
  EXPECT_EQ(all->front().secret_data.reveal(), "one");
  in_parallel(kTwelve, [&](int) {
    bool gone = false;
    const auto done = write([&](Tx& tx) -> Stored<void> {
      const auto taken = repos().credentials.remove(tx, user.id, list.id);
      if (!taken) return refuse(taken.error());
      gone = *taken;
      return {};
    });
    if (done && gone) ++removed;
  });
  EXPECT_EQ(removed, 1);
  const auto foreign = insert_user("bert");
  EXPECT_TRUE(read([&](Rows& rows) { return repos().credentials.list_all(rows, user.id); })->empty());
  ASSERT_TRUE(write([&](Tx& tx) { return repos().credentials.insert(tx, list); }));
  ASSERT_TRUE(write([&](Tx& tx) -> Stored<void> {
    const auto taken = repos().credentials.remove(tx, foreign.id, list.id);
    EXPECT_TRUE(taken && !*taken) << "another user's";
    return {};
  }));
}

/// Writers and readers at once: a reader sees a transaction whole or not at all.
TEST_P(RaceTest, readers_see_both_rows_of_a_transaction_or_none) {
  const auto user = insert_user("ada");
  constexpr int kSessions = 100;
  std::atomic<bool> done{false};
  in_parallel(3, [&](int i) {
    if (i == 0) {
      for (int n = 0; n < kSessions; ++n) insert_session("s" + std::to_string(n), user.id, ClientId("app"));
      done = true;
      return;
    }
    for (int n = 0; n < kSessions && !done; ++n) {
      const auto live = read([&](Rows& rows) {
        return repos().sessions.load(rows, realm_, SessionId("s" + std::to_string(n)), ClientId("app"));
      });
      ASSERT_TRUE(live);
      if (*live) EXPECT_TRUE((*live)->client_session);
    }
  });
}

}  // namespace
}  // namespace cardea
