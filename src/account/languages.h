// Which language a console starts in, and which texts of the realm's own stand over ours.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/realm.h"
#include "web/console_files.h"
#include "web/request.h"

namespace cardea::account {

inline constexpr std::string_view kDefaultLanguage = "en";

/// `supportedLocales` of a realm with internationalisation, sorted; empty for one without.
[[nodiscard]] std::vector<std::string> supported_locales(const Realm& realm);

/// What the reader chose before (cookie KEYCLOAK_LOCALE), else the realm's default, as far as the realm supports it.
[[nodiscard]] std::string console_language(const Realm& realm, const web::Request& request);

/// The texts of a console ("admin", "account") in a language, in English where there are none, null for other names.
[[nodiscard]] const web::ConsoleFile* find_texts(const web::ConsoleFiles& files, std::string_view console,
                                                 std::string_view language);

}  // namespace cardea::account
