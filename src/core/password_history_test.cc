#include "core/password_history.h"

#include <gtest/gtest.h>

#include "crypto/password.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_store.h"
#include "tests/support/seeded_random.h"

namespace cardea {
namespace {

class PasswordHistoryTest : public testing::Test {
 protected:
  PasswordHistoryTest() {
    Realm realm;
    realm.id = RealmId("r");
    realm.name = "demo";
    User user;
    user.id = user_;
    user.realm = realm.id;
    user.username = "ada";
    const auto made = store_.write([&](Tx& tx) -> Stored<void> {
      if (auto done = repositories_.realms.insert(tx, realm); !done) return done;
      return repositories_.users.insert(tx, user, false);
    });
    EXPECT_TRUE(made);
  }
  void set(std::string_view policy, std::string_view password) {
    clock_.advance(seconds(86400));
    const auto json = crypto::to_keycloak_credential(*crypto::hash_password(password, random_));
    const auto done = store_.write([&](Tx& tx) {
      Credential fresh;
      fresh.id = CredentialId("c" + std::to_string(++number_));
      fresh.user = user_;
      fresh.type = kPasswordCredential;
      fresh.created_at = clock_.now();
      fresh.credential_data = json.credential_data;
      fresh.secret_data = SecretBytes::copy_of(json.secret_data);
      return store_password(tx, repositories_, PasswordPolicy::parse(policy), fresh);
    });
    ASSERT_TRUE(done);
  }
  bool is_refused(std::string_view policy, std::string_view password) {
    const auto credentials =
        read_from(store_, [&](Rows& rows) { return repositories_.credentials.list_all(rows, user_); });
    return find_reuse(PasswordPolicy::parse(policy), *credentials, password, clock_.now()).has_value();
  }

  FakeClock clock_;
  SeededRandom random_;
  MemoryStore store_;
  Repositories repositories_ = store_.repositories();
  const UserId user_{"u"};
  int number_ = 0;
};

TEST_F(PasswordHistoryTest, refuses_the_last_passwords_and_forgets_older_ones) {
  const auto* policy = "passwordHistory(3)";
  for (const auto* password : {"one", "two", "three", "four"}) set(policy, password);
  for (const auto* recent : {"four", "three", "two"}) EXPECT_TRUE(is_refused(policy, recent)) << recent;
  EXPECT_FALSE(is_refused(policy, "one"));
  EXPECT_FALSE(is_refused(policy, "five"));
  EXPECT_EQ(read_from(store_, [&](Rows& rows) { return repositories_.credentials.list_all(rows, user_); })->size(), 3U);
}

TEST_F(PasswordHistoryTest, refuses_passwords_of_the_last_days) {
  const auto* policy = "passwordAge(3)";
  for (const auto* password : {"one", "two", "three", "four", "five"}) set(policy, password);
  clock_.advance(seconds(3600));
  EXPECT_TRUE(is_refused(policy, "four"));
  EXPECT_TRUE(is_refused(policy, "three"));
  EXPECT_FALSE(is_refused(policy, "one"));
}

TEST_F(PasswordHistoryTest, keeps_nothing_without_a_rule) {
  set("length(1)", "one");
  set("length(1)", "two");
  EXPECT_FALSE(is_refused("length(1)", "two"));
  EXPECT_EQ(read_from(store_, [&](Rows& rows) { return repositories_.credentials.list_all(rows, user_); })->size(), 1U);
}

}  // namespace
}  // namespace cardea
