// Brute-force protection of accounts that have more than a password (keycloak.md section 3.5): a login that ends well
// forgets the wrong answers before it, whatever else the account could have been asked for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/protocol/password_grant.h"

namespace cardea::protocol {
namespace {

class BruteForceOnTheWire : public testing::TestWithParam<Engine> {
 protected:
  BruteForceOnTheWire() {
    server_.change_realm([](Realm& realm) {
      realm.extra["bruteForceProtected"] = true;
      realm.extra["failureFactor"] = 3;
      realm.extra["quickLoginCheckMilliSeconds"] = 0;
    });
    // A second credential, which the flow does not ask for.
    EXPECT_TRUE(server_.repositories.store.write([&](Tx& tx) {
      Credential credential;
      credential.id = CredentialId("passkey-1");
      credential.user = UserId("user-ada");
      credential.type = "webauthn-passwordless";
      credential.credential_data = "{}";
      credential.secret_data = SecretBytes(std::string("{}"));
      return server_.repositories.credentials.insert(tx, credential);
    }));
  }
  bool by_page(const std::string& password) {
    Browser browser(server_);
    return browser.submit(browser.get(authorize_url()), {{"username", "ada"}, {"password", password}}).status == 302;
  }
  bool by_grant(const std::string& password) { return password_grant(server_, "ada", password).status == 200; }

  Server server_{GetParam()};
};
INSTANTIATE_ON_EVERY_ENGINE(BruteForceOnTheWire);

TEST_P(BruteForceOnTheWire, refuses_after_the_realms_number_of_failures) {
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(by_page("wrong"));
  EXPECT_FALSE(by_page("correct-horse"));
}

// The time of an answer must not tell who has an account, or whose is locked: each wrong password takes the same steps
// and writes one row (attack class 27).
TEST_P(BruteForceOnTheWire, refuses_unknown_known_and_locked_names_by_the_same_steps) {
  const auto lanes = [&](std::string_view username) {
    web::Request request;
    request.method = web::Method::kPost;
    request.scheme = "https";
    request.host = "id.example";
    request.path = std::string(kP) + "/token";
    request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    request.body = "grant_type=password&client_id=web&client_secret=web-secret&password=wrong&username=";
    request.body += username;
    auto again = request;
    EXPECT_EQ(server_.handle(std::move(again)).status, 400) << username;
    return server_.lanes(std::move(request));
  };
  (void)lanes("nobody");  // realm and client are in memory from here on
  const auto known = lanes("bob");
  EXPECT_EQ(lanes("nobody"), known);
  EXPECT_THAT(known, testing::Contains(web::Lane::kStore)) << "a failure is counted before it is told";
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(by_grant("wrong"));
  EXPECT_FALSE(by_grant("correct-horse")) << "locked";
  EXPECT_EQ(lanes("ada"), known);
  const auto failures_of = [&](const UserId& user) {
    return read_from(server_.repositories.store, [&](Rows& rows) {
      return server_.repositories.login_failures.find(rows, RealmId("realm-demo"), user);
    });
  };
  EXPECT_EQ((*failures_of(UserId("user-ada")))->failures, 3) << "a locked account counts nothing more";
  EXPECT_EQ((*failures_of(UserId("user-bob")))->failures, 2);
}

// Guesses that come side by side are all read before the first of them is counted. The right one among them must not be
// told by another answer either: the account is not set up for this grant, or it is disabled.
TEST_P(BruteForceOnTheWire, refuses_a_right_guess_beside_wrong_ones_as_a_wrong_one) {
  const auto answer = [&](std::string_view username) { return password_grant(server_, username, "correct-horse"); };
  for (const std::string_view username : {"ada", "bob", "eve"}) {
    server_.before_hash = [&] {
      for (int i = 0; i < 3; ++i) {
        Browser browser(server_);
        const auto page = browser.get(authorize_url());
        EXPECT_EQ(browser.submit(page, {{"username", std::string(username)}, {"password", "wrong"}}).status, 200);
      }
    };
    const auto refused = answer(username);
    EXPECT_EQ(refused.status, 400) << username;
    EXPECT_EQ(string_or(body_of(refused), "error_description", ""), "Invalid user credentials") << username;
  }
}

// Locked for good, an account must not tell the right password by another answer, however long somebody guesses.
TEST_P(BruteForceOnTheWire, refuses_the_right_password_of_an_account_that_is_locked_for_good_as_a_wrong_one) {
  server_.change_realm([](Realm& realm) { realm.extra["permanentLockout"] = true; });
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(by_grant("wrong"));
  EXPECT_TRUE(server_.log.contains("user_disabled_by_permanent_lockout"));
  server_.clock.advance(std::chrono::days(400));
  const auto refused = password_grant(server_, "ada", "correct-horse");
  EXPECT_EQ(string_or(body_of(refused), "error_description", ""), "Invalid user credentials");
  const auto user = read_from(server_.repositories.store, [&](Rows& rows) {
    return server_.repositories.users.find(rows, server_.realm()->realm.id, UserId("user-ada"));
  });
  EXPECT_FALSE((*user)->enabled);
}

TEST_P(BruteForceOnTheWire, a_login_on_the_page_forgets_the_failures_before_it) {
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(by_page("wrong"));
  EXPECT_TRUE(by_page("correct-horse"));
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(by_page("wrong"));
  EXPECT_TRUE(by_page("correct-horse"));
}

TEST_P(BruteForceOnTheWire, an_imported_hash_is_made_anew_on_the_page_and_by_the_grant) {
  const auto put = [&](const std::string& id) {  // "correct horse" (tests/vectors/crypto/password.json)
    EXPECT_TRUE(server_.repositories.store.write([&](Tx& tx) {
      Credential credential;
      credential.id = CredentialId(id);
      credential.user = UserId("user-ada");
      credential.type = "password";
      credential.credential_data = R"({"hashIterations":2000,"algorithm":"pbkdf2-sha256","additionalParameters":{}})";
      credential.secret_data = SecretBytes(
          std::string(R"({"value":"/IyZXlFirMGGNSMUUI0x7GIN0wPlnFbq94qhIh3uGKw=","salt":"fl8mcwIl5xmS39j/YV8E6Q=="})"));
      return server_.repositories.credentials.replace(tx, credential);
    }));
  };
  const auto is_renewed = [&] {
    const auto stored = read_from(server_.repositories.store, [&](Rows& rows) {
      return server_.repositories.credentials.list(rows, UserId("user-ada"), "password");
    });
    return stored && stored->front().credential_data.find("argon2") != std::string::npos;
  };
  put("old-1");
  EXPECT_FALSE(by_page("wrong"));
  EXPECT_FALSE(is_renewed());
  EXPECT_TRUE(by_page("correct horse"));
  EXPECT_TRUE(is_renewed());
  EXPECT_TRUE(by_page("correct horse"));
  put("old-2");
  EXPECT_TRUE(by_grant("correct horse"));
  EXPECT_TRUE(is_renewed());
}

TEST_P(BruteForceOnTheWire, a_login_by_the_password_grant_forgets_them_too) {
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(by_grant("wrong"));
  EXPECT_TRUE(by_grant("correct-horse"));
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(by_grant("wrong"));
  EXPECT_TRUE(by_grant("correct-horse"));
}

/// Kestra locks for half an hour after ten wrong passwords in five minutes (guides.md G3.7): the realm set to do the
/// same. Whoever is signed in already goes on to other applications meanwhile.
TEST_P(BruteForceOnTheWire, G3_24_lock_out_of_passwords_leaves_single_sign_on) {
  server_.change_realm([](Realm& realm) {
    realm.extra["failureFactor"] = 10;
    realm.extra["waitIncrementSeconds"] = 1800;
    realm.extra["maxFailureWaitSeconds"] = 1800;
    realm.extra["maxDeltaTimeSeconds"] = 300;
  });
  Browser signed_in(server_);
  const auto fail = [&](int times) {
    for (int i = 0; i < times; ++i) {
      server_.clock.advance(seconds{30});
      EXPECT_FALSE(by_grant("wrong"));
    }
  };
  fail(9);
  EXPECT_TRUE(by_grant("correct-horse")) << "nine are no ten";
  fail(9);
  server_.clock.advance(seconds{301});
  fail(1);
  EXPECT_TRUE(by_grant("correct-horse")) << "nor are ten in more than five minutes";
  EXPECT_FALSE(sign_in(signed_in).empty());
  fail(10);
  EXPECT_FALSE(by_grant("correct-horse"));
  EXPECT_FALSE(by_page("correct-horse"));
  const Pairs at = {{"client_id", "second"}, {"redirect_uri", "https://second.example/cb"}};
  const auto goes_on = [&] {
    auto changes = at;
    changes.emplace_back("prompt", "none");
    const auto code = location_parameter(signed_in.get(authorize_url(changes)), "code");
    EXPECT_FALSE(code.empty());
    return !code.empty() && redeem(server_, code, at).contains("access_token");
  };
  EXPECT_TRUE(goes_on()) << "at another application, without a page";
  server_.clock.advance(seconds{1000});
  EXPECT_TRUE(goes_on());
  server_.clock.advance(seconds{790});
  EXPECT_FALSE(by_page("correct-horse")) << "for half an hour";
  EXPECT_TRUE(goes_on());
  server_.clock.advance(seconds{11});
  EXPECT_TRUE(by_page("correct-horse"));
}

}  // namespace
}  // namespace cardea::protocol
