// The rows of what Keycloak has and this server has not.
#pragma once

#include <span>

#include "admin/seam/operation.h"

namespace cardea::admin {

/// Each asks for the rights that Keycloak asks for, and then answers 501.
[[nodiscard]] std::span<const Operation> not_offered_operations();

}  // namespace cardea::admin
