// The bearer token of an identity provider's SCIM client (src/scim): made here, shown once, and kept as a hash in the
// provider's config. Who holds it makes, changes and stops users, so that it takes who may do that (attack class 21).
#pragma once

#include "admin/seam/call.h"

namespace cardea::admin {

/// `scim` and `scimTokenHash` of a provider change: only with manage-users. `before`: null for a new provider.
[[nodiscard]] Or<void> require_scim_covered(Call& call, const json::object& provider, const json::object* before);

/// POST: `{"token", "url"}`; the one before is good no longer.
Answer make_scim_token(Call& call);
/// DELETE: no token is good from now on.
Answer remove_scim_token(Call& call);

}  // namespace cardea::admin
