// Parts of a realm out and in (keycloak.md section 8.4).
#pragma once

#include "admin/seam/call.h"

namespace cardea::admin {

/// The realm as a file without people and without secrets, which are masked.
Answer partial_export(Call& call);

/// Hashes the passwords of the people in the body.
[[nodiscard]] Prepared prepare_partial_import(Call& call);
/// Clients, roles, identity providers with their mappers, groups and users, all or nothing. Each is made as the
/// operation for one of its kind makes it, with the rights that one asks for.
Answer partial_import(Call& call);

}  // namespace cardea::admin
