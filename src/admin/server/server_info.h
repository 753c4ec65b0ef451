// /admin/serverinfo (keycloak.md section 6.15): what the console draws its pages from, and what Terraform reads the
// version from. It tells what this server does, no more: consoles hide what is not there.
#pragma once

#include "admin/seam/call.h"

namespace cardea::admin {

Answer get_server_info(Call& call);

}  // namespace cardea::admin
