// Consents, and what wrong passwords leave behind.
#include <thread>

#include "tests/store/fixture.h"

namespace cardea {
namespace {

class AccountsTest : public OpenStoreTest {
 protected:
  void SetUp() override {
    open();
    insert_realm();
    user_ = insert_user("ada").id;
  }
  Consent consent(const ClientId& client, std::vector<ScopeId> scopes, TimePoint at) {
    return {.user = user_, .client = client, .scopes = std::move(scopes), .created_at = at, .updated_at = at};
  }
  std::optional<Consent> find(const ClientId& client) {
    return read([&](Rows& rows) { return repos().consents.find(rows, user_, client); }).value();
  }
  LoginFailures failures() {
    return read([&](Rows& rows) { return repos().login_failures.find(rows, realm_, user_); })
        .value()
        .value_or(LoginFailures{});
  }
  UserId user_;
};
INSTANTIATE_TEST_SUITE_P(Engines, AccountsTest, kBothEngines, engine_name);

TEST_P(AccountsTest, refuses_consents_of_nobody_and_to_nobody) {
  const auto client = insert_client("app").id;
  EXPECT_EQ(write([&](Tx& tx) { return repos().consents.put(tx, consent(ClientId("gone"), {}, now_)); }).error(),
            StoreError::kConflict);
  auto of_nobody = consent(client, {}, now_);
  of_nobody.user = UserId("gone");
  EXPECT_EQ(write([&](Tx& tx) { return repos().consents.put(tx, of_nobody); }).error(), StoreError::kConflict);
  EXPECT_FALSE(find(client));
}

TEST_P(AccountsTest, keeps_one_consent_for_each_client_and_when_it_began) {
  const auto app = insert_client("app").id;
  const auto other = insert_client("other").id;
  ASSERT_TRUE(
      write([&](Tx& tx) { return repos().consents.put(tx, consent(app, {ScopeId("a"), ScopeId("b")}, now_)); }));
  ASSERT_TRUE(write([&](Tx& tx) { return repos().consents.put(tx, consent(other, {}, now_)); }));
  ASSERT_TRUE(write([&](Tx& tx) { return repos().consents.put(tx, consent(app, {ScopeId("c")}, now_ + seconds(9))); }));
  const auto found = find(app);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->scopes, std::vector<ScopeId>{ScopeId("c")});
  EXPECT_EQ(found->created_at, now_);
  EXPECT_EQ(found->updated_at, now_ + seconds(9));
  EXPECT_EQ(read([&](Rows& rows) { return repos().consents.list(rows, user_); }).value().size(), 2U);
  EXPECT_TRUE(write([&](Tx& tx) { return repos().consents.remove(tx, user_, app); }).value());
  EXPECT_FALSE(write([&](Tx& tx) { return repos().consents.remove(tx, user_, app); }).value());
  EXPECT_FALSE(find(app));
  EXPECT_TRUE(find(other));
}

TEST_P(AccountsTest, counts_each_of_parallel_failures) {
  const auto fail = [&] {
    for (int i = 0; i < 10; ++i) {
      const auto done = write([&](Tx& tx) -> Stored<void> {
        auto found = repos().login_failures.find_to_change(tx, realm_, user_);
        if (!found) return refuse(found.error());
        ++found->failures;
        return repos().login_failures.put(tx, *found);
      });
      EXPECT_TRUE(done) << describe(done.error());
    }
  };
  std::thread other(fail);
  fail();
  other.join();
  EXPECT_EQ(failures().failures, 20);
}

TEST_P(AccountsTest, keeps_and_clears_failures) {
  const LoginFailures kept{.realm = realm_,
                           .user = user_,
                           .failures = 3,
                           .temporary_lockouts = 1,
                           .locked_until = now_ + seconds(60),
                           .last_failure_at = now_,
                           .last_ip = "192.0.2.1"};
  ASSERT_TRUE(write([&](Tx& tx) { return repos().login_failures.put(tx, kept); }));
  EXPECT_EQ(failures(), kept);
  EXPECT_FALSE(read([&](Rows& rows) { return repos().login_failures.find(rows, RealmId("other"), user_); }).value());
  EXPECT_TRUE(write([&](Tx& tx) { return repos().login_failures.remove(tx, realm_, user_); }).value());
  EXPECT_FALSE(write([&](Tx& tx) { return repos().login_failures.remove(tx, realm_, user_); }).value());
  ASSERT_TRUE(write([&](Tx& tx) { return repos().login_failures.put(tx, kept); }));
  EXPECT_EQ(write([&](Tx& tx) { return repos().login_failures.remove_all(tx, realm_); }).value(), 1);
}

FederatedIdentity identity_of(const RealmId& realm, const UserId& user, std::string id, TimePoint at) {
  FederatedIdentity out;
  out.realm = realm;
  out.user = user;
  out.provider = "entra-id";
  out.upstream_id = std::move(id);
  out.upstream_name = "uma@contoso.example";
  out.token = SecretBytes::copy_of("upstream-token");
  out.created_at = at;
  out.last_login_at = at;
  return out;
}

TEST_P(AccountsTest, refuses_a_second_user_for_an_identity_and_a_second_identity_at_a_provider) {
  auto& repo = repos().federated_identities;
  const auto insert = [&](const FederatedIdentity& identity) {
    return write([&](Tx& tx) { return repo.insert(tx, identity); });
  };
  const auto other = insert_user("bob").id;
  ASSERT_TRUE(insert(identity_of(realm_, user_, "t/1", now_)));
  EXPECT_EQ(insert(identity_of(realm_, other, "t/1", now_)).error(), StoreError::kConflict);
  EXPECT_EQ(insert(identity_of(realm_, user_, "t/2", now_)).error(), StoreError::kConflict);
  EXPECT_EQ(insert(identity_of(realm_, UserId("gone"), "t/3", now_)).error(), StoreError::kConflict);
  EXPECT_TRUE(insert(identity_of(realm_, other, "T/1", now_)));  // ids have case
  EXPECT_EQ(write([&](Tx& tx) { return repo.update(tx, identity_of(realm_, user_, "t/9", now_)); }).error(),
            StoreError::kConflict);
}

TEST_P(AccountsTest, keeps_identities_with_sealed_tokens_until_they_go) {
  auto& repo = repos().federated_identities;
  ASSERT_TRUE(write([&](Tx& tx) { return repo.insert(tx, identity_of(realm_, user_, "t/1", now_)); }));
  const auto find = [&](std::string_view provider, std::string_view id) {
    return read([&](Rows& rows) { return repo.find(rows, realm_, provider, id); }).value();
  };
  for (const auto& bytes : raw("SELECT token FROM federated_identities")) {
    EXPECT_EQ(bytes.find("upstream-token"), std::string::npos);
  }
  auto changed = identity_of(realm_, user_, "t/1", now_ + seconds(9));
  changed.upstream_name = "new";
  changed.token = SecretBytes();
  EXPECT_EQ(find("entra-id", "t/1")->token.reveal(), "upstream-token");
  ASSERT_TRUE(write([&](Tx& tx) { return repo.update(tx, changed); }));
  const auto found = find("entra-id", "t/1");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->user, user_);
  EXPECT_EQ(found->upstream_name, "new");
  EXPECT_TRUE(found->token.empty());
  EXPECT_EQ(found->created_at, now_);
  EXPECT_EQ(found->last_login_at, now_ + seconds(9));
  EXPECT_FALSE(find("other", "t/1"));
  EXPECT_EQ(read([&](Rows& rows) { return repo.list(rows, user_); }).value().size(), 1U);
  EXPECT_FALSE(write([&](Tx& tx) { return repo.remove(tx, user_, "other"); }).value());
  EXPECT_EQ(write([&](Tx& tx) { return repo.remove_all(tx, realm_, "entra-id"); }).value(), 1);
  EXPECT_FALSE(find("entra-id", "t/1"));
  ASSERT_TRUE(write([&](Tx& tx) { return repo.insert(tx, identity_of(realm_, user_, "t/1", now_)); }));
  EXPECT_TRUE(write([&](Tx& tx) { return repos().users.remove(tx, realm_, user_); }).value());
  EXPECT_FALSE(find("entra-id", "t/1"));
}

}  // namespace
}  // namespace cardea
