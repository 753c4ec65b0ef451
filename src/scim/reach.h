// Whom a provider's SCIM client may touch, and the rules against taking over what is not its own (attack classes 7, 8
// and 21). Within reach are people that it made or that are linked to its provider, never service accounts.
// Administrators are read and never written, and no group that makes administrators is written either. The link by
// which somebody signs in is the client's to set only while nobody has used the account: later it would hand the
// account to another person. Internal to scim.
#pragma once

#include <optional>
#include <string>

#include "scim/call.h"
#include "scim/user_resource.h"

namespace cardea::scim {

/// Absent: out of reach, or there is nobody.
[[nodiscard]] Stored<std::optional<Person>> find_person(Rows& rows, const Call& call, const UserId& id);

/// The same for a write, locked; refuses with 404, and with 403 who is an administrator.
[[nodiscard]] Or<Person> load_person_to_change(Tx& tx, const Call& call, const std::string& id);

/// 403 for a group whose roles, or those above it, make administrators.
[[nodiscard]] Or<void> refuse_admin_group(Rows& rows, const Call& call, const Group& group);

/// The link that goes with an external id: at Entra ID an object id of the provider's own tenant, elsewhere the `sub`
/// that people bring when they sign in. Absent: it says nothing about that.
[[nodiscard]] std::optional<FederatedIdentity> link_for(const Call& call, const User& user, const UserWish& wish);

/// Stores the link of the wish where it differs from what is there. 400 `mutability` once somebody used the account;
/// 409 when the link is another's. A refusal that is no store's leaves everything as it was.
[[nodiscard]] Or<void> write_link(Tx& tx, const Call& call, const Person& person, const UserWish& wish);

/// Ends every session of the person, offline ones too, telling their clients.
[[nodiscard]] Stored<void> end_all_sessions(Tx& tx, const Call& call, const UserId& user);

/// A change for the log, and for the realm's admin events where it keeps them.
struct Change {
  std::string_view operation;  // CREATE, UPDATE, DELETE
  std::string_view resource;   // USER, GROUP, GROUP_MEMBERSHIP
  std::string path;            // "users/1"
  json::object after{};        // empty: not said
};
[[nodiscard]] Stored<void> record_change(Tx& tx, const Call& call, const Change& change);

}  // namespace cardea::scim
