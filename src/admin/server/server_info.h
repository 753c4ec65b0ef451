// /admin/serverinfo (keycloak.md section 6.15): what the console draws its pages from, and what Terraform reads the
// version from. It tells what this server does, no more: consoles hide what is not there.
#pragma once

#include "admin/seam/call.h"

namespace cardea::admin {

Answer get_server_info(Call& call);
/// The release of Keycloak whose API this is.
[[nodiscard]] std::string_view api_version();

}  // namespace cardea::admin
