// Was this form sent from a page of another site (BR-2)? The interaction in the form's URL is the real token; this is
// the second fence, from what browsers say by themselves.
#pragma once

#include <string_view>

#include "web/request.h"

namespace cardea::web {

/// `own_base`: our base URL, as BaseUrl::of gives it. True when Sec-Fetch-Site says so ("cross-site", "same-site"), or
/// Origin names another origin. "Origin: null" is what browsers send with our own forms, because our pages are
/// Referrer-Policy: no-referrer (Fetch section 3.2); then Sec-Fetch-Site decides, and the token alone where an old
/// browser sends none. Scripts send neither header and pass.
[[nodiscard]] bool is_foreign_post(const Request& request, std::string_view own_base);

}  // namespace cardea::web
