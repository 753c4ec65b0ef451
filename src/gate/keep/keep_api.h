// What Keep's API asks for: its roles (guides.md G0.5) and the scope that each request needs.
#pragma once

#include <vector>

#include "gate/settings/gate_settings.h"

namespace cardea::gate {

[[nodiscard]] std::vector<Role> keep_roles();
[[nodiscard]] std::vector<RequestRule> keep_requests();

}  // namespace cardea::gate
