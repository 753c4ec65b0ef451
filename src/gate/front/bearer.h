// The credential of a request: its bearer token (RFC 6750 section 2.1; standards.md GW-2), or an API key.
#pragma once

#include <optional>
#include <string_view>

#include "gate/settings/gate_settings.h"
#include "web/request.h"

namespace cardea::gate {

/// Absent unless there is exactly one Authorization header, of scheme Bearer, with one token in it.
[[nodiscard]] std::optional<std::string_view> bearer_of(const web::Request& request);

/// The value of X-API-KEY; where NetBird's clients call, also of "Authorization: Token nbp_..." (guides.md G4.4).
/// Absent: none, or two.
[[nodiscard]] std::optional<std::string_view> api_key_of(const web::Request& request, AnswerForm form);

/// There is an Authorization header, of whatever scheme.
[[nodiscard]] bool has_authorization(const web::Request& request);

/// Keep's front end sends "Bearer oauth2proxy:EMAIL" where a proxy signs its people in: no token (RFC 6750 section 2.1
/// has no ":"), and nobody's proof of anything.
[[nodiscard]] bool is_keep_placeholder(std::string_view token);

}  // namespace cardea::gate
