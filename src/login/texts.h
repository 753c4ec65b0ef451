// Which language a page speaks (keycloak.md section 10; internationalizationEnabled, supportedLocales, defaultLocale,
// localizationTexts): what the person chose here (kc_locale, kept in the cookie KEYCLOAK_LOCALE), what their account
// says, what the client asks for (ui_locales), what the browser likes, the realm's default, English. And what frames
// every page of a realm: its name, texts, languages, logo and colours.
#pragma once

#include <initializer_list>
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

/// The realm's languages that there are texts for, ours or its own, in the realm's order; the default alone without
/// internationalizationEnabled.
[[nodiscard]] std::vector<std::string> supported_languages(const Realm& realm);

/// The texts for this request. `user`: who is known to sit there, or null.
[[nodiscard]] web::Texts texts_for(const web::Request& request, const Realm& realm, std::string_view ui_locales,
                                   const User* user);

/// The texts of what has no request to go by, as mails: in the first of these languages that the realm has, else in its
/// default.
[[nodiscard]] web::Texts texts_in(const Realm& realm, std::initializer_list<std::string_view> wishes);

/// Of a page of this realm. The realm must live as long as the frame.
[[nodiscard]] web::PageFrame frame_for(const web::Request& request, const Realm& realm, std::string_view ui_locales,
                                       const User* user);
/// The same where nobody is known to sit there and the query may say ui_locales: what other modules are given.
[[nodiscard]] web::PageFrame frame_for(const web::Request& request, const Realm& realm);

/// A required action's name for people: the text of its alias, or the name that the realm gives it.
[[nodiscard]] std::string action_label(const web::Texts& texts, const Realm& realm, std::string_view alias);

}  // namespace cardea::login
