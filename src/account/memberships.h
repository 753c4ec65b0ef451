// What a person belongs to: groups and organizations; and the languages to choose from.
#pragma once

#include "account/api.h"

namespace cardea::account {

[[nodiscard]] Stored<web::Response> list_locales(Rows& rows, const Call& call);
/// The groups the person is a direct member of.
[[nodiscard]] Stored<web::Response> list_groups(Rows& rows, const Call& call);
/// 404 in a realm without organizations.
[[nodiscard]] Stored<web::Response> list_organizations(Rows& rows, const Call& call);
/// User-managed access is not served: 403, as from a realm that has it switched off.
[[nodiscard]] Stored<web::Response> refuse_resources(Rows& rows, const Call& call);

}  // namespace cardea::account
