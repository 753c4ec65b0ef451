// What gates keep: sessions at applications, logged-out tokens, shared secrets, people.
#include "domain/repository/gate_repo.h"

#include "store/repos.h"
#include "tests/store/fixture.h"

namespace cardea {
namespace {

class GateStoreTest : public OpenStoreTest {
 protected:
  static constexpr TimePoint kNow = from_epoch_seconds(1'790'000'000);
  std::unique_ptr<GateSessionRepo> sessions_;
  std::unique_ptr<GateRepo> rows_;

  void SetUp() override {
    open();
    sessions_ = store::make_gate_session_repo(sealer());
    rows_ = store::make_gate_repo(sealer());
  }

  static GateSessionRow row(const std::string& hash, const std::string& application = "wiki") {
    GateSessionRow session;
    session.hash = hash;
    session.application = application;
    session.issuer = "https://id.example";
    session.subject = "ada";
    session.sid = "sid-" + hash;
    session.used_at = kNow;
    session.ends_at = kNow + seconds(3600);
    session.document = SecretBytes(std::string("tok3n-of-") + hash);
    return session;
  }
  void insert(const std::string& hash, const std::string& application = "wiki") {
    ASSERT_TRUE(write([&](Tx& tx) { return sessions_->insert(tx, row(hash, application)); }));
  }
  bool is_there(const std::string& hash) {
    return read([&](Rows& rows) { return sessions_->find(rows, hash); }).value().has_value();
  }
};

TEST_P(GateStoreTest, a_session_comes_back_as_it_was_and_is_sealed_in_the_table) {
  EXPECT_FALSE(is_there("h1"));
  insert("h1");
  const auto found = read([&](Rows& rows) { return sessions_->find(rows, "h1"); }).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->application, "wiki");
  EXPECT_EQ(found->issuer, "https://id.example");
  EXPECT_EQ(found->subject, "ada");
  EXPECT_EQ(found->sid, "sid-h1");
  EXPECT_EQ(found->version, 1);
  EXPECT_EQ(found->used_at, kNow);
  EXPECT_EQ(found->ends_at, kNow + seconds(3600));
  EXPECT_EQ(found->document.reveal(), "tok3n-of-h1");
  EXPECT_EQ(raw("SELECT document FROM gate_sessions")[0].find("tok3n"), std::string::npos);
  execute("UPDATE gate_sessions SET hash = 'h2'");
  EXPECT_EQ(read([&](Rows& rows) { return sessions_->find(rows, "h2"); }).error(), StoreError::kCorrupt)
      << "a document opens in its own row alone";
}

TEST_P(GateStoreTest, one_of_all_nodes_may_refresh_until_it_is_done) {
  insert("h1");
  std::int64_t known = 1;
  const auto take = [&](TimePoint now) {
    return write([&](Tx& tx) { return sessions_->take_refresh(tx, {"h1", known}, now, seconds(10)); }).value();
  };
  EXPECT_TRUE(take(kNow));
  EXPECT_FALSE(take(kNow + seconds(9)));
  EXPECT_TRUE(take(kNow + seconds(10))) << "the other one died";
  auto fresh = row("h1");
  fresh.version = 2;
  fresh.document = SecretBytes(std::string("fresh"));
  ASSERT_TRUE(write([&](Tx& tx) { return sessions_->replace(tx, fresh); }));
  for (const std::int64_t version : {1, 2, 4}) {
    auto late = row("h1");
    late.version = version;
    EXPECT_EQ(write([&](Tx& tx) { return sessions_->replace(tx, late); }).error(), StoreError::kConflict)
        << "another refresh took the place of version " << version;
  }
  EXPECT_FALSE(take(kNow + seconds(11))) << "with the refresh token of before";
  known = 2;
  EXPECT_TRUE(take(kNow + seconds(11)));
  const auto found = read([&](Rows& rows) { return sessions_->find(rows, "h1"); }).value();
  EXPECT_EQ(found->version, 2);
  EXPECT_EQ(found->document.reveal(), "fresh");
  EXPECT_FALSE(write([&](Tx& tx) { return sessions_->take_refresh(tx, {"none", 1}, kNow, seconds(10)); }).value());
  auto none = row("none");
  none.version = 2;
  EXPECT_EQ(write([&](Tx& tx) { return sessions_->replace(tx, none); }).error(), StoreError::kConflict);
}

TEST_P(GateStoreTest, a_use_is_never_set_back) {
  insert("h1");
  for (const int at : {60, 30})
    ASSERT_TRUE(write([&](Tx& tx) { return sessions_->touch(tx, "h1", kNow + seconds(at)); }));
  EXPECT_EQ(read([&](Rows& rows) { return sessions_->find(rows, "h1"); }).value()->used_at, kNow + seconds(60));
}

TEST_P(GateStoreTest, ends_what_was_named_and_nothing_else) {
  for (const auto* hash : {"h1", "h2", "h3"}) insert(hash);
  insert("h4", "other");
  EXPECT_FALSE(write([&](Tx& tx) { return sessions_->remove(tx, "h4", "wiki"); }).value());
  EXPECT_TRUE(write([&](Tx& tx) { return sessions_->remove(tx, "h1", "wiki"); }).value());
  const auto end = [&](const GateLogout& logout) {
    return write([&](Tx& tx) { return sessions_->remove_of(tx, logout); }).value();
  };
  const auto has = [&](const GateLogout& logout) {
    return read([&](Rows& rows) { return sessions_->has_of(rows, logout); }).value();
  };
  for (const GateLogout& logout :
       {GateLogout{"wiki", "", "", ""}, GateLogout{"wiki", "https://evil.example", "sid-h2", ""},
        GateLogout{"wiki", "", "made-up", ""}, GateLogout{"wiki", "", "", "eve"}}) {
    EXPECT_FALSE(has(logout)) << logout.sid << logout.subject;
    EXPECT_EQ(end(logout), 0) << logout.sid << logout.subject;
  }
  for (const GateLogout& logout :
       {GateLogout{"wiki", "", "sid-h2", ""}, GateLogout{"wiki", "https://id.example", "", "ada"}}) {
    EXPECT_TRUE(has(logout)) << logout.sid << logout.subject;
    EXPECT_EQ(end(logout), 1) << logout.sid << logout.subject;
    EXPECT_FALSE(has(logout)) << logout.sid << logout.subject;
  }
  EXPECT_TRUE(is_there("h4"));
}

TEST_P(GateStoreTest, tells_the_tokens_that_were_logged_out_since_a_time) {
  for (const int i : {1, 2, 3}) {
    const GateRevocation revocation{"d" + std::to_string(i), kNow + seconds(100 * i), kNow + seconds(i)};
    for (const bool is_first : {true, false})
      EXPECT_EQ(write([&](Tx& tx) { return rows_->revoke(tx, revocation); }).value(), is_first);
  }
  const auto after = [&](int at, const char* digest, int now, int max) {
    std::string digests;
    for (const auto& item : read([&](Rows& rows) {
                              const GateRevocation last{digest, {}, kNow + seconds(at)};
                              return rows_->revoked_after(rows, last, kNow + seconds(now), max);
                            }).value())
      digests += item.digest;
    return digests;
  };
  EXPECT_EQ(after(0, "", 0, 10), "d1d2d3");
  EXPECT_EQ(after(2, "", 0, 10), "d2d3");
  EXPECT_EQ(after(2, "d2", 0, 10), "d3");
  EXPECT_EQ(after(0, "", 150, 10), "d2d3");
  EXPECT_EQ(after(0, "", 0, 2), "d1d2");
}

TEST_P(GateStoreTest, of_two_nodes_one_makes_the_secret) {
  EXPECT_FALSE(read([&](Rows& rows) { return rows_->find_secret(rows, "s"); }).value());
  ASSERT_TRUE(write([&](Tx& tx) { return rows_->insert_secret(tx, "s", "s3cret"); }));
  EXPECT_EQ(write([&](Tx& tx) { return rows_->insert_secret(tx, "s", "other"); }).error(), StoreError::kConflict);
  EXPECT_EQ(read([&](Rows& rows) { return rows_->find_secret(rows, "s"); }).value()->reveal(), "s3cret");
  EXPECT_EQ(raw("SELECT value FROM gate_secrets")[0].find("s3cret"), std::string::npos);
}

TEST_P(GateStoreTest, remembers_people_with_their_groups) {
  GatePerson ada{"wiki", "id", "1", "ada", {"vpn", "a,b"}, kNow};
  const GatePerson bob{"wiki", "id", "2", "bob", {}, kNow};
  const GatePerson eve{"other", "id", "1", "eve", {}, kNow};
  for (const auto& person : {ada, bob, eve}) ASSERT_TRUE(write([&](Tx& tx) { return rows_->put_person(tx, person); }));
  ada.groups = {"vpn"};
  ada.seen_at = kNow + seconds(5);
  ASSERT_TRUE(write([&](Tx& tx) { return rows_->put_person(tx, ada); }));
  auto older = ada;
  older.groups = {"vpn", "left"};
  older.seen_at = kNow + seconds(4);
  ASSERT_TRUE(write([&](Tx& tx) { return rows_->put_person(tx, older); }));
  const auto found = read([&](Rows& rows) { return rows_->find_person(rows, ada); }).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "ada");
  EXPECT_EQ(found->groups, std::vector<std::string>{"vpn"});
  EXPECT_EQ(found->seen_at, ada.seen_at);
  const auto names = [&](std::string_view application) {
    std::string text;
    for (const auto& person : read([&](Rows& rows) { return rows_->people(rows, application, 10); }).value())
      text += person.name + " ";
    return text;
  };
  EXPECT_EQ(names("wiki"), "ada bob ");
  EXPECT_EQ(names(""), "ada bob eve ");
}

TEST_P(GateStoreTest, purges_what_has_ended) {
  insert("h1");
  ASSERT_TRUE(write([&](Tx& tx) { return rows_->revoke(tx, {"d", kNow + seconds(3600), kNow}); }));
  ASSERT_TRUE(write([&](Tx& tx) { return rows_->put_person(tx, {"wiki", "id", "1", "ada", {}, kNow}); }));
  const auto purge = [&](int now, int unseen) {
    return write([&](Tx& tx) { return rows_->purge(tx, kNow + seconds(now), kNow + seconds(unseen), 10); }).value();
  };
  EXPECT_EQ(purge(3599, -1), 0);
  EXPECT_EQ(purge(3600, -1), 2);
  EXPECT_EQ(purge(3600, 0), 1);
  EXPECT_FALSE(is_there("h1"));
}

INSTANTIATE_TEST_SUITE_P(Engines, GateStoreTest, kBothEngines, engine_name);

}  // namespace
}  // namespace cardea
