// POST /realms/{realm}/login-actions/first-broker-login: the answer to "there is an account like this already".
// Internal to broker.
#pragma once

#include "broker/endpoint.h"

namespace cardea::broker {

[[nodiscard]] web::Outcome confirm_link(const Dependencies& dependencies, const web::Request& request);

}  // namespace cardea::broker
