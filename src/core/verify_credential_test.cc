#include "core/verify_credential.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "tests/support/memory_store.h"
#include "tests/support/seeded_random.h"

namespace cardea {
namespace {

const TimePoint kNow = from_epoch_seconds(1'767'225'600);

class VerifyCredential : public testing::Test {
 protected:
  void SetUp() override {
    realm_.id = RealmId("realm-1");
    realm_.name = "demo";
    write([&](Tx& tx) { return repositories_.realms.insert(tx, realm_); });
  }

  template <class F>
  void write(F function) {
    ASSERT_TRUE(store_.write([&](Tx& tx) -> Stored<void> { return function(tx); }).has_value());
  }

  User add_user(std::string id, std::string username, std::string email, std::string_view password) {
    User user;
    user.id = UserId(std::move(id));
    user.realm = realm_.id;
    user.username = std::move(username);
    user.email = std::move(email);
    write([&](Tx& tx) { return repositories_.users.insert(tx, user, false); });
    if (!password.empty())
      add_credential(user, crypto::to_keycloak_credential(*crypto::hash_password(password, random_)));
    return user;
  }

  void add_credential(const User& user, const crypto::KeycloakCredential& json) {
    Credential credential;
    credential.id = CredentialId("credential of " + user.id.str());
    credential.user = user.id;
    credential.type = "password";
    credential.created_at = kNow;
    credential.credential_data = json.credential_data;
    credential.secret_data = SecretBytes::copy_of(json.secret_data);
    write([&](Tx& tx) { return repositories_.credentials.insert(tx, credential); });
  }

  LoginAttempt load(std::string_view name) {
    auto attempt = read_from(
        store_, [&](Rows& rows) { return load_login_attempt(rows, repositories_, realm_, name, TimePoint{}); });
    EXPECT_TRUE(attempt.has_value());
    return std::move(*attempt);
  }

  PasswordVerdict verdict(std::string_view name, std::string_view password) {
    return verify_password(load(name), password);
  }

  MemoryStore store_;
  Repositories repositories_ = store_.repositories();
  SeededRandom random_;
  Realm realm_;
};

TEST_F(VerifyCredential, refuses_unknown_user_wrong_password_and_user_without_password) {
  add_user("u1", "ada", "", "correct horse");
  add_user("u2", "bob", "", "");
  EXPECT_EQ(verdict("nobody", "correct horse"), PasswordVerdict::kRefused);
  EXPECT_EQ(verdict("", "correct horse"), PasswordVerdict::kRefused);
  EXPECT_EQ(verdict("ada", "correct hors"), PasswordVerdict::kRefused);
  EXPECT_EQ(verdict("ada", "correct horse "), PasswordVerdict::kRefused);
  EXPECT_EQ(verdict("ada", ""), PasswordVerdict::kRefused);
  EXPECT_EQ(verdict("bob", "correct horse"), PasswordVerdict::kRefused);
  EXPECT_EQ(verdict("bob", ""), PasswordVerdict::kRefused);
}

TEST_F(VerifyCredential, refuses_a_user_of_another_realm) {
  add_user("u1", "ada", "", "correct horse");
  realm_.id = RealmId("realm-2");
  EXPECT_EQ(verdict("ada", "correct horse"), PasswordVerdict::kRefused);
}

TEST_F(VerifyCredential, refuses_a_disabled_user_and_says_so_only_after_the_right_password) {
  User user;
  user.id = UserId("u1");
  user.realm = realm_.id;
  user.username = "ada";
  user.enabled = false;
  write([&](Tx& tx) { return repositories_.users.insert(tx, user, false); });
  add_credential(user, crypto::to_keycloak_credential(*crypto::hash_password("correct horse", random_)));
  EXPECT_EQ(verdict("ada", "wrong"), PasswordVerdict::kRefused);
  EXPECT_EQ(verdict("ada", "correct horse"), PasswordVerdict::kDisabled);
}

TEST_F(VerifyCredential, refuses_a_service_account_even_with_a_password) {
  Client client;
  client.id = ClientId("c1");
  client.client_id = "app";
  write([&](Tx& tx) { return repositories_.clients.insert(tx, realm_.id, client); });
  User user;
  user.id = UserId("u1");
  user.realm = realm_.id;
  user.username = "service-account-app";
  user.service_account_client = ClientId("c1");
  write([&](Tx& tx) { return repositories_.users.insert(tx, user, false); });
  add_credential(user, crypto::to_keycloak_credential(*crypto::hash_password("correct horse", random_)));
  EXPECT_FALSE(load("service-account-app").user.has_value());
  EXPECT_EQ(verdict("service-account-app", "correct horse"), PasswordVerdict::kRefused);
}

TEST_F(VerifyCredential, refuses_a_credential_that_does_not_read) {
  const auto user = add_user("u1", "ada", "", "");
  add_credential(user,
                 {.secret_data = "{\"value\":\"\",\"salt\":\"\"}", .credential_data = "{\"algorithm\":\"plain\"}"});
  EXPECT_FALSE(load("ada").password.has_value());
  EXPECT_EQ(verdict("ada", ""), PasswordVerdict::kRefused);
}

TEST_F(VerifyCredential, refuses_overlong_names_and_passwords) {
  add_user("u1", "ada", "", "correct horse");
  EXPECT_EQ(verdict(std::string(kUsernameBytesMax + 1, 'a'), "correct horse"), PasswordVerdict::kRefused);
  EXPECT_EQ(verdict("ada", std::string(kPasswordBytesMax + 1, 'a')), PasswordVerdict::kRefused);
}

TEST_F(VerifyCredential, refuses_login_by_email_where_the_realm_does_not_allow_it) {
  add_user("u1", "ada", "ada@example.com", "correct horse");
  EXPECT_EQ(verdict("Ada@Example.com", "correct horse"), PasswordVerdict::kAccepted);
  realm_.login_with_email_allowed = false;
  EXPECT_EQ(verdict("ada@example.com", "correct horse"), PasswordVerdict::kRefused);
}

TEST_F(VerifyCredential, accepts_the_password_whatever_the_case_of_the_name) {
  add_user("u1", "ada", "", "correct horse");
  EXPECT_EQ(verdict("ADA", "correct horse"), PasswordVerdict::kAccepted);
  EXPECT_EQ(load("ada").password_set_at, kNow);
}

TEST_F(VerifyCredential, takes_a_username_that_looks_like_an_address) {
  add_user("u1", "ada@example.com", "", "correct horse");
  EXPECT_EQ(verdict("ada@example.com", "correct horse"), PasswordVerdict::kAccepted);
}

}  // namespace
}  // namespace cardea
