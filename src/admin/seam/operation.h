// The table of the admin API: every route is one row, and the row says who may. It drives dispatch, the permission
// check, admin events and docs/reference/openapi.json; tests walk it (attack class 21).
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "admin/seam/admin_role.h"
#include "admin/seam/call.h"
#include "web/request.h"

namespace cardea::admin {

/// Who may. A caller with one of `any_of` in the realm of the path gets to the handler, which may ask for more once it
/// has the object (Call::require).
struct Permission {
  enum class Where {
    kRealm,        // admin roles of the realm in the path
    kAnyAdmin,     // any admin role of the realm in the path, whichever
    kCreateRealm,  // master's realm role create-realm
    kSelf,         // a token of that very realm, whatever its roles: for what tells only of the caller
    kServer,       // any admin role of any realm, or create-realm: for paths without a realm
  };
  Where where = Where::kRealm;
  AdminRoles any_of{};
};
[[nodiscard]] constexpr Permission needs(std::initializer_list<AdminRole> roles) {
  return {Permission::Where::kRealm, AdminRoles(roles)};
}
inline constexpr Permission kAnyAdmin{Permission::Where::kAnyAdmin, {}};
inline constexpr Permission kSelf{Permission::Where::kSelf, {}};
inline constexpr Permission kServerAdmin{Permission::Where::kServer, {}};
inline constexpr Permission kCreatesRealms{Permission::Where::kCreateRealm, {}};

/// How the handler runs.
enum class Mode {
  kRead,    // one read, on the read lane
  kWrite,   // one transaction, on the store lane; rolled back when the answer is a refusal
  kHashed,  // the same after `prepare` on the hash lane
  kLong,  // after a read that checks the caller: on the admin lane, with transactions of its own; an event has one, too
  kCalls,  // the same, then `prepare` says which server is called (Call::to_call), and the handler has what came back
};

struct Operation {
  web::Method method;
  std::string_view path;  // with {realm} in it, unless the operation belongs to no realm
  std::string_view name;  // for the reference, such as "getUser"
  Permission permission;
  Mode mode;
  Answer (*handler)(Call&);
  std::string_view resource{};           // admin events: "USER"; empty: none is written
  std::string_view action{};             // admin events: when it is not what the method says ("ACTION")
  Prepared (*prepare)(Call&) = nullptr;  // kHashed, kCalls: before the handler, without rows
};

/// Every row, group by group.
[[nodiscard]] const std::vector<Operation>& operations();

// The rows of each resource, from its folder.
[[nodiscard]] std::span<const Operation> realm_operations();
[[nodiscard]] std::span<const Operation> user_operations();
[[nodiscard]] std::span<const Operation> client_operations();
[[nodiscard]] std::span<const Operation> scope_operations();
[[nodiscard]] std::span<const Operation> role_operations();
[[nodiscard]] std::span<const Operation> group_operations();
[[nodiscard]] std::span<const Operation> setting_operations();
[[nodiscard]] std::span<const Operation> provider_operations();
[[nodiscard]] std::span<const Operation> flow_operations();
[[nodiscard]] std::span<const Operation> server_operations();
[[nodiscard]] std::span<const Operation> event_operations();
[[nodiscard]] std::span<const Operation> mail_operations();
[[nodiscard]] std::span<const Operation> access_token_operations();
[[nodiscard]] std::span<const Operation> certificate_operations();
[[nodiscard]] std::span<const Operation> partial_operations();
[[nodiscard]] std::span<const Operation> organization_operations();
/// What Keycloak has and this server has not: each asks for the rights that Keycloak asks for, and then answers 501.
[[nodiscard]] std::span<const Operation> not_offered_operations();

}  // namespace cardea::admin
