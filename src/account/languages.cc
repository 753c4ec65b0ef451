#include "account/languages.h"

#include <algorithm>

namespace cardea::account {

std::vector<std::string> supported_locales(const Realm& realm) {
  std::vector<std::string> locales;
  if (!realm.internationalization_enabled) return locales;
  const auto* listed = realm.extra.if_contains("supportedLocales");
  if (listed == nullptr || !listed->is_array()) return locales;
  for (const auto& locale : listed->as_array()) {
    if (locale.is_string()) locales.emplace_back(locale.as_string());
  }
  std::ranges::sort(locales);
  return locales;
}

std::string console_language(const Realm& realm, const web::Request& request) {
  const auto locales = supported_locales(realm);
  const auto cookie = request.cookie("KEYCLOAK_LOCALE");
  if (cookie && std::ranges::find(locales, *cookie) != locales.end()) return std::string(*cookie);
  auto language = string_or(realm.extra, "defaultLocale", kDefaultLanguage);
  if (std::ranges::find(locales, language) != locales.end()) return language;
  return std::string(kDefaultLanguage);
}

const web::ConsoleFile* find_texts(const web::ConsoleFiles& files, std::string_view console,
                                   std::string_view language) {
  const auto name = [console](std::string_view of) {
    return std::string("texts.").append(console).append(".").append(of).append(".json");
  };
  const auto* found = files.find(name(language));
  return found != nullptr ? found : files.find(name(kDefaultLanguage));
}

}  // namespace cardea::account
