// The cookies of a person's browser at an application behind the gate. Internal to sign_in.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "web/request.h"
#include "web/response.h"

namespace cardea::gate {

/// What the names of all our cookies begin with, behind "__Host-" on https.
inline constexpr std::string_view kCookiePrefix = "cardea-gate-";

/// The request's cookies without the gate's own, for the application: whoever has the handle of a session is that
/// person. Empty: there are no others.
[[nodiscard]] std::string cookies_of_application(const web::Request& request);

/// The kind, for cookie_name, of the one that carries the handle of a session.
inline constexpr std::string_view kSessionCookie = "session";

/// Of the whole host, for no script and no other site. `life` absent: until the browser is closed; 0: takes it away.
void set_cookie(web::Response& response, const web::Request& request, std::string name, std::string value,
                std::optional<seconds> life);

}  // namespace cardea::gate
