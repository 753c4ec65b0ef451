// One registered redirect URI against one candidate: the comparison itself. `redirect_uri.h` decides which patterns
// count.
//
// A pattern of a classic client may end in '*': then everything in front of it is compared on the parsed URL, so that
// the wildcard stands for more path and never for more host, port or user-info (attack class 1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/uri.h"

namespace cardea::oidc {

/// A candidate that may be compared at all.
struct RedirectCandidate {
  std::string text;
  Uri uri;
  bool wildcards_apply = false;  // no user-info and no way out of a folder ("..", in any encoding)
};

/// Refuses what no pattern may allow: text that is no absolute URI, scripting schemes, and a query or fragment that
/// carries parameters of our own answer (`code`, `state`, `iss` and so on, keycloak.md section 1.6).
[[nodiscard]] std::optional<RedirectCandidate> read_redirect_candidate(std::string_view text);

/// The rule of keycloak.md section 1.6. `pattern` is absolute, or "*" for any http or https URI.
[[nodiscard]] bool matches_classic(std::string_view pattern, const RedirectCandidate& candidate);

/// Exact comparison (RFC 9700 section 2.1). Only on 127.0.0.1 and [::1] may the port differ (RFC 8252 section 7.3).
[[nodiscard]] bool matches_exactly(std::string_view pattern, const RedirectCandidate& candidate);

}  // namespace cardea::oidc
