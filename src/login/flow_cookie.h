// The cookie that binds a login to one browser (attack class 3, BR-2, BR-3). On https `__Host-cardea-flow-<realm>`,
// which neither a subdomain nor a page on http can set; on plain http Keycloak's AUTH_SESSION_ID, under the realm's
// path.
//
// The value is a random handle of which only the hash goes into an interaction. It is kept while a browser logs in, so
// that several tabs work at once, and replaced by a new one whenever somebody has proven who they are.
//
// Why a value planted by somebody else gives nothing (fixation):
// - Nothing is stored under it: the value alone opens no page and no interaction.
// - To go on with a victim's login its sealed text or row handle is needed, which stand only in the victim's own pages.
// - With the proof comes a new value: the row of what was proven, and every later step, is bound to one that nobody
//   outside this browser has seen. The old value opens nothing of this browser from then on. Who kept it with a login
//   page of their own has what everybody can have: a page that asks for a password.
// - A login of the attacker's own cannot be posted into the victim's browser: the form's origin is checked, the cookie
//   does not travel with cross-site posts (SameSite=Lax), and the interaction must be bound to the victim's cookie.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "domain/realm.h"
#include "web/base_url.h"
#include "web/request.h"
#include "web/response.h"

namespace cardea::login {

/// Random bytes in the id of an interaction, one for each tab of a browser: it tells them apart and proves nothing.
inline constexpr std::size_t kTabIdBytes = 8;

/// A value of our shape: 43 base64url characters. Anything else counts as no cookie (attack class 18).
[[nodiscard]] std::optional<std::string> read_flow_cookie(const web::Request& request, const Realm& realm);

/// Sets it until the browser closes.
void set_flow_cookie(web::Response& response, const web::Request& request, const Realm& realm,
                     const web::BaseUrl& base_url, std::string_view value);

[[nodiscard]] std::string new_flow_cookie(Random& random);

/// What stands in `Interaction::browser_hash`.
[[nodiscard]] std::string browser_hash(std::string_view cookie_value);

/// True when the interaction was opened in the browser that sends this cookie value.
[[nodiscard]] bool is_same_browser(std::string_view browser_hash, std::string_view cookie_value);

}  // namespace cardea::login
