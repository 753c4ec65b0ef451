#include "account/languages.h"

#include <gtest/gtest.h>

namespace cardea::account {
namespace {

Realm realm_with(json::array locales, std::string fallback = "en") {
  Realm realm;
  realm.internationalization_enabled = true;
  realm.extra["supportedLocales"] = std::move(locales);
  realm.extra["defaultLocale"] = fallback;
  return realm;
}

web::Request request_with(std::string cookie) {
  web::Request request;
  request.headers.push_back({"Cookie", "KEYCLOAK_LOCALE=" + cookie});
  return request;
}

TEST(Languages, refuses_a_language_the_realm_does_not_have) {
  const auto realm = realm_with({"de", "en", 7}, "de");
  EXPECT_EQ(console_language(realm, request_with("\"><script>")), "de");
  EXPECT_EQ(console_language(realm, request_with("fr")), "de");
  EXPECT_EQ(console_language(realm_with({"de"}, "fr"), {}), "en") << "a default that is not among them";
  Realm plain = realm;
  plain.internationalization_enabled = false;
  EXPECT_TRUE(supported_locales(plain).empty());
  EXPECT_EQ(console_language(plain, request_with("de")), "en");
}

TEST(Languages, takes_what_the_reader_chose) {
  EXPECT_EQ(console_language(realm_with({"en", "de"}), request_with("de")), "de");
  EXPECT_EQ(supported_locales(realm_with({"en", "de"})), (std::vector<std::string>{"de", "en"}));
}

TEST(Languages, texts_that_are_not_there_are_english) {
  const web::ConsoleFiles files = {"0", {{"texts.admin.de.json", 2, "de"}, {"texts.admin.en.json", 2, "en"}}, {}};
  EXPECT_EQ(find_texts(files, "admin", "de")->bytes, "de");
  EXPECT_EQ(find_texts(files, "admin", "xx")->bytes, "en");
  EXPECT_EQ(find_texts(files, "login", "en"), nullptr);
}

}  // namespace
}  // namespace cardea::account
