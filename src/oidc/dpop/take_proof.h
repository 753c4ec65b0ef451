// The DPoP header of a request: read, checked and used up (RFC 9449 sections 5 and 7).
#pragma once

#include <functional>
#include <optional>

#include "core/settings.h"
#include "oidc/dpop/proof.h"
#include "oidc/oidc.h"
#include "web/outcome.h"

namespace cardea::oidc {

/// The one value of the DPoP header. Absent when there is none; kSeveral when there are more.
[[nodiscard]] Result<std::optional<std::string_view>, ProofError> read_proof(const web::Request& request);

/// Checks the proof of `request`. Its target is the URL the client used.
[[nodiscard]] Result<Proof, ProofError> check_request_proof(const Dependencies& dependencies,
                                                            const web::Request& request, std::string_view text,
                                                            ClientPolicy policy,
                                                            std::optional<std::string_view> access_token);

/// Uses the proof up on the store lane, then goes on inline: with `next(true)` for the first use, `next(false)` for
/// every other one.
[[nodiscard]] web::Outcome use_proof_up(const Dependencies& dependencies, const web::Request& request,
                                        const RealmId& realm, Proof proof,
                                        std::move_only_function<web::Outcome(bool first)> next);

}  // namespace cardea::oidc
