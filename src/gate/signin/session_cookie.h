// The cookies of a person's browser at an application behind the gate. Internal to sign_in.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "web/request.h"
#include "web/response.h"

namespace cardea::gate {

/// The kind, for cookie_name, of the one that carries the handle of a session.
inline constexpr std::string_view kSessionCookie = "session";

/// Of the whole host, for no script and no other site. `life` absent: until the browser is closed; 0: takes it away.
void set_cookie(web::Response& response, const web::Request& request, std::string name, std::string value,
                std::optional<seconds> life);

}  // namespace cardea::gate
