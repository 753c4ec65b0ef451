// Runs one operation: the bearer token first, without the database; then caller, realm, permission and handler in one
// read or one transaction, so that nothing changes between the check and the act (attack class 21).
#pragma once

#include <memory>

#include "admin/seam/operation.h"
#include "web/outcome.h"

namespace cardea::admin {

/// The answer to a request for `operation`. Both must outlive the outcome.
[[nodiscard]] web::Outcome dispatch(const Dependencies& dependencies, const Operation& operation,
                                    const web::Request& request);

}  // namespace cardea::admin
