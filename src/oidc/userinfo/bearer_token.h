// The access token of a request (RFC 6750 section 2, RFC 9449 section 7.1): in the Authorization header or in a form,
// never in the URL.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "web/request.h"

namespace cardea::oidc {

enum class BearerReadError {
  kSeveral,   // more than one method, or a method twice
  kRepeated,  // the form has a parameter twice
};

struct SentToken {
  std::string token;
  bool is_dpop = false;  // by the scheme DPoP: a proof must come with it
};

/// Absent when there is none: no header, another scheme, more than one space, or a token in the query alone (RFC 9700
/// section 4.3.2). The scheme is read in any case.
[[nodiscard]] Result<std::optional<SentToken>, BearerReadError> read_bearer_token(const web::Request& request);

}  // namespace cardea::oidc
