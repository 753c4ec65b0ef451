// Whom tokens say they are about: the user's id, or for clients with the pairwise mapper an id that no two sectors
// share (OpenID Connect Core section 8.1; keycloak.md section 4.2; CL-6, CL-7).
#pragma once

#include <optional>
#include <string>

#include "core/token/issue_token.h"

namespace cardea {

inline constexpr std::string_view kPairwiseMapper = "oidc-sha256-pairwise-sub-mapper";

/// A sector's name for a user: a UUID from SHA-256 over sector, user and salt.
[[nodiscard]] std::string pairwise_subject(std::string_view sector, std::string_view user, std::string_view salt);

/// The sector of a client: the host of its sector identifier, else the only host of its redirect URIs. Empty when it
/// has none or several.
[[nodiscard]] std::string sector_of(const Client& client, std::string_view sector_identifier_uri,
                                    std::string_view server_base);

/// Why its pairwise mappers could say no subject, in Keycloak's words; absent: they can, or it has none.
[[nodiscard]] std::optional<std::string_view> why_no_pairwise_subject(const Client& client,
                                                                      std::string_view server_base);

/// Does a mapper say of people something else than the id of their account?
[[nodiscard]] bool renames_subject(const TokenPlan& plan);

/// The subject in tokens of this client and plan. kBadClaim when the mapper has no salt, or the client no sector: it
/// must never fall back to the id that is the same everywhere.
[[nodiscard]] Result<std::string, IssueError> subject_for(const TokenPlan& plan, const Client& client,
                                                          const UserId& user, std::string_view issuer);

}  // namespace cardea
