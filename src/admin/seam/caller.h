// Who calls the admin API, and what that person or service may do in a realm (keycloak.md section 6.1). Roles are read
// from the database in the transaction of the operation, never from the token: a right that was taken away is gone with
// the next request, and a realm that was made is manageable at once.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "admin/admin.h"
#include "admin/seam/admin_role.h"
#include "core/check_bearer.h"
#include "web/request.h"

namespace cardea::admin {

struct Caller {
  std::shared_ptr<const RealmEntry> realm;  // that issued the token
  std::shared_ptr<const ClientEntry> client;
  User user;
  std::string session;           // sid; empty for a service account
  std::vector<RoleId> assigned;  // roles held directly and through groups
  AdminRoles roles;              // in the realm of the path
  bool may_create_realms = false;

  [[nodiscard]] bool is_of_master() const;
};

/// The token of the Authorization header (RFC 6750 section 2.1), if there is one.
[[nodiscard]] std::optional<std::string> bearer_token(const web::Request& request);

/// The realm that a token says it is from: the end of its issuer. Nothing is verified yet, not the address in front of
/// it either, which may be the realm's own and is known once the realm is loaded.
[[nodiscard]] std::optional<std::string> realm_of_token(std::string_view token);

/// Loads who stands behind a verified token and everything assigned to it. Refused: session, user or client are gone.
[[nodiscard]] Stored<Result<Caller, BearerError>> load_caller(Rows& rows, const Dependencies& dependencies,
                                                              std::shared_ptr<const RealmEntry> realm,
                                                              const jose::VerifiedJwt& token);

/// The admin roles of `caller` in realm `target`, none when it is neither of that realm nor of master. A client without
/// full scope gets those that its scope mappings let through.
[[nodiscard]] Stored<AdminRoles> admin_roles(Rows& rows, const Dependencies& dependencies, const Caller& caller,
                                             std::string_view target);

/// The same for every realm at once, by name: what the clients of administration that the caller reaches are called.
/// Realms that are gone may be among them. One statement, or two, however many realms there are.
[[nodiscard]] Stored<std::map<std::string, AdminRoles>> admin_realms(Rows& rows, const Dependencies& dependencies,
                                                                     const Caller& caller);

/// A page of those realms, by name; `search` is part of the name. One statement, and none of its cost grows with the
/// realms.
struct RealmPage {
  std::string_view search;
  std::int64_t first = 0;
  std::int64_t max = -1;
};
[[nodiscard]] Stored<std::vector<Realm>> find_admin_realms(Rows& rows, const Dependencies& dependencies,
                                                           const Caller& caller, const RealmPage& page);

/// Whether the caller has an admin role in any realm: only callers of master can have one outside of their own.
[[nodiscard]] Stored<bool> is_admin_somewhere(Rows& rows, const Dependencies& dependencies, const Caller& caller);

/// Whether the caller holds master's realm role create-realm.
[[nodiscard]] Stored<bool> may_create_realms(Rows& rows, const Dependencies& dependencies, const Caller& caller);

}  // namespace cardea::admin
