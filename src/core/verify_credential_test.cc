#include "core/verify_credential.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "tests/support/fake_clock.h"
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
    ASSERT_TRUE(store_
                    .write([&](Tx& tx) -> Stored<void> {
                      const auto done = function(tx);
                      return done ? Stored<void>() : refuse(done.error());
                    })
                    .has_value());
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

TEST_F(VerifyCredential, refuses_to_hash_what_the_address_has_no_attempts_left_for) {
  const User ada = add_user("u1", "ada", "", "");
  crypto::PasswordHash imported{.algorithm = "pbkdf2-sha256",
                                .iterations = 22'000,
                                .parameters = {},
                                .salt = "0123456789abcdef",
                                .hash = std::string(32, 'h')};
  add_credential(ada, crypto::to_keycloak_credential(imported));
  add_user("u2", "bob", "", "correct horse");
  FakeClock clock;
  LoginGuard guard(clock, random_, {.address = {7, seconds{60}}, .account = {100, seconds{1}}});
  const auto guess = [&](std::string_view name, std::string_view password) {
    auto ticket = guard.reserve(realm_.id, name, "203.0.113.1");
    EXPECT_TRUE(ticket);
    HeldAttempt held(guard, *ticket);
    return verify_password(load(name), realm_.id, password, guard, held);
  };
  EXPECT_EQ(guess("bob", "correct horse").value(), PasswordVerdict::kAccepted);
  EXPECT_EQ(guess("ada", "wrong").value(), PasswordVerdict::kRefused);  // three of seven
  EXPECT_EQ(guess("bob", "correct horse").value(), PasswordVerdict::kAccepted) << "a right one gives all back";
  EXPECT_EQ(guess("nobody", "wrong").value(), PasswordVerdict::kRefused);  // as dear as ada's
  EXPECT_FALSE(guess("ada", "wrong")) << "one is left, which is too few";
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

/// "correct horse" as Keycloak before 25 kept it (tests/vectors/crypto/password.json).
const crypto::KeycloakCredential kPbkdf2 = {
    .secret_data =
        R"({"value":"/IyZXlFirMGGNSMUUI0x7GIN0wPlnFbq94qhIh3uGKw=","salt":"fl8mcwIl5xmS39j/YV8E6Q==","additionalParameters":{}})",
    .credential_data = R"({"hashIterations":2000,"algorithm":"pbkdf2-sha256","additionalParameters":{}})"};

TEST_F(VerifyCredential, refuses_to_hash_anew_what_was_not_proven_or_has_todays_cost) {
  add_credential(add_user("u1", "ada", "", ""), kPbkdf2);
  auto wrong = load("ada");
  renew_hash(wrong, verify_password(wrong, "wrong"), "wrong", random_);
  EXPECT_FALSE(wrong.renewed);
  add_user("u2", "bob", "", "correct horse");
  auto fresh = load("bob");
  renew_hash(fresh, verify_password(fresh, "correct horse"), "correct horse", random_);
  EXPECT_FALSE(fresh.renewed);
  EXPECT_FALSE(must_record(fresh, PasswordVerdict::kAccepted));
}

TEST_F(VerifyCredential, a_password_of_another_cost_is_hashed_anew_unless_another_was_set_meanwhile) {
  const auto user = add_user("u1", "ada", "", "");
  add_credential(user, kPbkdf2);
  const auto renew = [&](LoginAttempt attempt) {
    const auto verdict = verify_password(attempt, "correct horse");
    renew_hash(attempt, verdict, "correct horse", random_);
    ASSERT_TRUE(must_record(attempt, verdict));
    write([&](Tx& tx) { return record_attempt(tx, repositories_, realm_, attempt, verdict, "192.0.2.1", kNow); });
  };
  auto late = load("ada");
  renew(load("ada"));
  EXPECT_TRUE(crypto::has_default_cost(*load("ada").password));
  EXPECT_EQ(verdict("ada", "correct horse"), PasswordVerdict::kAccepted);
  EXPECT_EQ(load("ada").password_set_at, kNow) << "it is the same password";
  write([&](Tx& tx) {
    Credential other;
    other.id = CredentialId("other");
    other.user = user.id;
    other.type = "password";
    const auto documents = crypto::to_keycloak_credential(*crypto::hash_password("another", random_));
    other.credential_data = documents.credential_data;
    other.secret_data = SecretBytes::copy_of(documents.secret_data);
    return repositories_.credentials.replace(tx, other);
  });
  renew(std::move(late));
  EXPECT_EQ(verdict("ada", "another"), PasswordVerdict::kAccepted);
  EXPECT_EQ(verdict("ada", "correct horse"), PasswordVerdict::kRefused);
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
