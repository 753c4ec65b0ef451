// The address that a realm has of its own (realm attribute `frontendUrl`, keycloak.md section 1.2).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/realm.h"

namespace cardea {

inline constexpr std::string_view kFrontendUrl = "frontendUrl";

/// Reads a value: absolute, http or https, no user, query or fragment, nothing to decode or to resolve in its path.
/// Answers it without trailing slash; absent when it is no such address.
[[nodiscard]] std::optional<std::string> parse_frontend_url(std::string_view text);

/// The realm's, without trailing slash; empty: it has none, or one that does not read.
[[nodiscard]] std::string frontend_url(const Realm& realm);

}  // namespace cardea
