// The page at "/": where to go from here.
#pragma once

#include "account/account.h"

namespace cardea::account {

/// Links to both consoles, the discovery document and the documentation; with start-dev to the playground as well.
[[nodiscard]] web::Response show_start_page(const Dependencies& dependencies, const web::Request& request);

}  // namespace cardea::account
