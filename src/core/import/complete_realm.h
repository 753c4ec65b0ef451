// Fills in what a realm file leaves out, by the rules of keycloak.md section 8.2 ("Missing sections"): settings, client
// scopes, default clients with their roles, the default role, admin roles, flows, components, keys.
#pragma once

#include "base/clock.h"
#include "base/json.h"
#include "base/random.h"
#include "core/import/import_review.h"
#include "domain/representation/realm_file.h"

namespace cardea {

/// What the settings of a file are read over: the defaults, but disabled, and without the default flows when the file
/// brings its own.
[[nodiscard]] Realm settings_base(const json::object& object, const RealmFile& defaults);

/// Completes `file`, which was read without a problem from `object` over settings_base. `defaults` is the default
/// content for this realm's name. Records of the file keep their places in its lists; what is added follows them.
void complete_realm(RealmFile& file, const json::object& object, RealmFile defaults, TimePoint now, Random& random,
                    ImportReview& review);

}  // namespace cardea
