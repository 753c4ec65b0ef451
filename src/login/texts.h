// Which language a page speaks (keycloak.md section 10; internationalizationEnabled, supportedLocales, defaultLocale,
// localizationTexts): what the person chose here (kc_locale, kept in the cookie KEYCLOAK_LOCALE), what their account
// says, what the client asks for (ui_locales), what the browser likes, the realm's default, English. Internal to login.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/realm.h"
#include "domain/user.h"
#include "web/base_url.h"
#include "web/messages.h"
#include "web/page.h"
#include "web/request.h"
#include "web/response.h"

namespace cardea::login {

/// The realm's languages that there are texts for, in the realm's order; the default alone without
/// internationalizationEnabled.
[[nodiscard]] std::vector<std::string> supported_languages(const Realm& realm);

/// The texts for this request. `user`: who is known to sit there, or null.
[[nodiscard]] web::Texts texts_for(const web::Request& request, const Realm& realm, std::string_view ui_locales,
                                   const User* user);

/// The links to the other languages, for {{> languages}}. `page_url`: this page, to be got again.
void add_languages(web::PageData& data, const Realm& realm, const web::Texts& texts, std::string_view page_url);

/// Keeps a language that the request chose by kc_locale.
void keep_language(web::Response& response, const web::Request& request, const Realm& realm,
                   const web::BaseUrl& base_url);

}  // namespace cardea::login
