// The sheet of a realm's own colours (core/realm_look.h): the CSS variables of web/theme/static/cardea.css, set anew.
// It has an address of its own, so that pages need no style inside (Content-Security-Policy: style-src 'self').
#pragma once

#include <string>

#include "core/realm_look.h"
#include "login/refusals.h"

namespace cardea::login {

/// Behind the realm's path.
inline constexpr std::string_view kLookPath = "/login-actions/look.css";

/// Grounds and texts are set together: each text reads on what it stands on (WCAG 2.2, 4.5 to 1), whatever was chosen.
[[nodiscard]] std::string look_css(const RealmLook& look);

/// Differs when the colours do: the `v` of the address, which lets browsers keep the sheet.
[[nodiscard]] std::string look_version(const RealmLook& look);

[[nodiscard]] web::Outcome show_look(const Dependencies& dependencies, const web::Request& request, RealmPtr realm);

}  // namespace cardea::login
