// By which names people sign in, and in which language they are asked (keycloak.md sections 1.5 and 3.1: ui_locales,
// loginWithEmailAllowed, duplicateEmailsAllowed).
#include <gtest/gtest.h>

#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

class LoginNames : public testing::TestWithParam<Engine> {
 protected:
  web::Response sign_in_as(const std::string& name) {
    Browser browser(server_);
    return browser.submit(browser.get(authorize_url()), {{"username", name}, {"password", "correct-horse"}});
  }
  /// Whom the code of a sign-in is for; empty: it was refused.
  std::string subject_of(const web::Response& answer) {
    if (answer.status != 302) return {};
    const auto tokens = redeem(server_, location_parameter(answer, "code"));
    return string_or(payload_of(string_or(tokens, "access_token", "")), "sub", "");
  }
  /// Another person with Ada's address, and with her password.
  Stored<void> add_twin(bool duplicates) {
    return server_.repositories.store.write([&](Tx& tx) -> Stored<void> {
      auto& repositories = server_.repositories;
      auto ada = repositories.users.find(tx, RealmId("realm-demo"), UserId("user-ada"));
      if (!ada) return refuse(ada.error());
      auto twin = **ada;
      twin.id = UserId("user-twin");
      twin.username = "twin";
      if (auto done = repositories.users.insert(tx, twin, duplicates); !done) return done;
      auto credentials = repositories.credentials.list_all(tx, UserId("user-ada"));
      if (!credentials) return refuse(credentials.error());
      auto& password = credentials->front();
      password.id = CredentialId("credential-twin");
      password.user = twin.id;
      return repositories.credentials.insert(tx, password);
    });
  }

  Server server_{GetParam()};
};
INSTANTIATE_ON_EVERY_ENGINE(LoginNames);

TEST_P(LoginNames, refuses_an_address_where_the_realm_takes_names_alone) {
  EXPECT_EQ(subject_of(sign_in_as("Ada@Demo.Example")), "user-ada");
  server_.change_realm([](Realm& realm) { realm.login_with_email_allowed = false; });
  EXPECT_EQ(subject_of(sign_in_as("ada@demo.example")), "");
  EXPECT_EQ(subject_of(sign_in_as("ada")), "user-ada");
}

TEST_P(LoginNames, refuses_a_second_person_with_an_address_unless_the_realm_allows_it) {
  const auto refused = add_twin(false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), StoreError::kConflict);
}

TEST_P(LoginNames, refuses_to_guess_whom_a_shared_address_means) {
  server_.change_realm([](Realm& realm) { realm.duplicate_emails_allowed = true; });
  ASSERT_TRUE(add_twin(true));
  EXPECT_EQ(subject_of(sign_in_as("ada@demo.example")), "");
  EXPECT_EQ(subject_of(sign_in_as("ada")), "user-ada");
  EXPECT_EQ(subject_of(sign_in_as("twin")), "user-twin");
}

TEST_P(LoginNames, refuses_languages_that_the_realm_does_not_speak) {
  const auto language = [&](const std::string& locales) {
    Browser browser(server_);
    const std::string html(browser.get(authorize_url({{"ui_locales", locales}})).body_text());
    const auto at = html.find("<html lang=\"");
    return at == std::string::npos ? html : html.substr(at + 12, 2);
  };
  EXPECT_EQ(language("de"), "en") << "the realm speaks one language alone";
  server_.change_realm([](Realm& realm) {
    realm.internationalization_enabled = true;
    realm.extra["supportedLocales"] = json::array{"en", "de"};
  });
  EXPECT_EQ(language("fr xx"), "en");
  EXPECT_EQ(language("fr de-AT en"), "de");
  EXPECT_EQ(language("en de"), "en");
}

}  // namespace
}  // namespace cardea::protocol
