// Repositories of settings: realms with their scopes and keys, clients, roles, groups. Written by import and the admin
// API, read through the settings cache (core/settings.h). Every insert or change raises the realm's version in the same
// transaction, so that every node drops what it had cached.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "domain/client.h"
#include "domain/group.h"
#include "domain/key.h"
#include "domain/realm.h"
#include "domain/repository/store.h"
#include "domain/role.h"
#include "domain/scope.h"

namespace cardea {

/// Realms by who administers them: realm X by roles of the client "X-realm" of master.
struct AdministeredQuery {
  RealmId master{};
  std::vector<RoleId> roles{};                   // what the person is given
  std::optional<std::vector<RoleId>> through{};  // what their client lets through; absent: everything
  std::vector<std::string> names{};              // what roles of administration are called
  std::string search{};                          // part of the realm's name, without regard to ASCII case
  std::int64_t first = 0;
  std::int64_t max = -1;  // negative: all
};

class RealmRepo {
 public:
  virtual ~RealmRepo() = default;
  virtual Stored<std::optional<Realm>> find_by_name(Rows& rows, std::string_view name) = 0;
  virtual Stored<std::vector<Realm>> list(Rows& rows) = 0;
  /// Ids and names of the realms whose name begins so; no document is read or opened.
  virtual Stored<std::vector<std::pair<RealmId, std::string>>> names(Rows& rows, std::string_view prefix) = 0;
  /// Those of these names that there are, by name.
  virtual Stored<std::vector<Realm>> find_all(Rows& rows, const std::vector<std::string>& names) = 0;
  /// Those with a role that both `roles` and `through` reach, by name. A page costs as much among ten thousand realms.
  virtual Stored<std::vector<Realm>> administered(Rows& rows, const AdministeredQuery& query) = 0;
  /// kConflict when the name or id is taken.
  virtual Stored<void> insert(Tx& tx, const Realm& realm) = 0;
  /// Replaces the realm's own members, its name included. kConflict when the new name is taken or the realm is gone.
  virtual Stored<void> update(Tx& tx, const Realm& realm) = 0;
  Stored<void> update(Tx& tx, const SlimRealm& realm) = delete;
  /// Raises the version; inserts below do it themselves.
  virtual Stored<void> raise_version(Tx& tx, const RealmId& realm) = 0;
  /// Current versions of the realms asked for that still exist, in any order.
  virtual Stored<std::vector<std::pair<RealmId, std::int64_t>>> versions(Rows& rows,
                                                                         const std::vector<RealmId>& realms) = 0;
  /// Removes at most `rows_max` rows of the realm and all that hangs on it, the realm's own row last. True when nothing
  /// is left; callers repeat it until then, one transaction each. A realm that is gone answers true.
  virtual Stored<bool> remove_some(Tx& tx, const RealmId& realm, int rows_max) = 0;
};

class ScopeRepo {
 public:
  virtual ~ScopeRepo() = default;
  virtual Stored<std::vector<ClientScope>> list(Rows& rows, const RealmId& realm) = 0;
  virtual Stored<void> insert(Tx& tx, const RealmId& realm, const ClientScope& scope) = 0;
  /// Adds to the scope's role_mappings; nothing happens when it is there. kConflict when scope or role are gone.
  virtual Stored<void> add_role_mapping(Tx& tx, const RealmId& realm, const ScopeId& scope, const RoleId& role) = 0;
  /// kConflict when the scope is gone or its new name is taken.
  virtual Stored<void> update(Tx& tx, const RealmId& realm, const ClientScope& scope) = 0;
  /// False when it was gone already. Ids of it in lists of realm and clients stay there and mean nothing.
  virtual Stored<bool> remove(Tx& tx, const RealmId& realm, const ScopeId& scope) = 0;
};

class KeyRepo {
 public:
  virtual ~KeyRepo() = default;
  virtual Stored<std::vector<RealmKey>> list(Rows& rows, const RealmId& realm) = 0;
  virtual Stored<void> insert(Tx& tx, const RealmId& realm, const RealmKey& key) = 0;
  /// Replaces name, status and priority; the key itself never changes. kConflict when it is gone.
  virtual Stored<void> update(Tx& tx, const RealmId& realm, const RealmKey& key) = 0;
  virtual Stored<bool> remove(Tx& tx, const RealmId& realm, const KeyId& key) = 0;
};

class ClientRepo {
 public:
  virtual ~ClientRepo() = default;
  virtual Stored<std::optional<Client>> find_by_client_id(Rows& rows, const RealmId& realm,
                                                          std::string_view client_id) = 0;
  virtual Stored<std::optional<Client>> find(Rows& rows, const RealmId& realm, const ClientId& id) = 0;
  /// Those of them that there are, by client_id.
  virtual Stored<std::vector<Client>> find_all(Rows& rows, const RealmId& realm, const std::vector<ClientId>& ids) = 0;
  /// kConflict when the client_id or id is taken.
  virtual Stored<void> insert(Tx& tx, const RealmId& realm, const Client& client) = 0;
  /// Adds to the client's role_mappings; nothing happens when it is there. kConflict when client or role are gone.
  virtual Stored<void> add_role_mapping(Tx& tx, const RealmId& realm, const ClientId& client, const RoleId& role) = 0;
  /// By client_id. `search`: part of the client_id, without regard to ASCII case; empty: all. `max` negative: all.
  virtual Stored<std::vector<Client>> list(Rows& rows, const RealmId& realm, std::string_view search,
                                           std::int64_t first, std::int64_t max) = 0;
  /// Replaces everything, client_id and secret included. kConflict when it is gone or the new client_id is taken.
  virtual Stored<void> update(Tx& tx, const RealmId& realm, const Client& client) = 0;
  /// Removes the client with its roles and its service account. False when it was gone already.
  virtual Stored<bool> remove(Tx& tx, const RealmId& realm, const ClientId& client) = 0;
};

/// What a client role is called.
struct ClientRoleName {
  RoleId id;
  std::string client_name;  // the client's client_id
  std::string name;
};

class RoleRepo {
 public:
  virtual ~RoleRepo() = default;
  virtual Stored<std::optional<Role>> find(Rows& rows, const RealmId& realm, const RoleId& id) = 0;
  /// Those of them that there are, realm roles first, then by client and name.
  virtual Stored<std::vector<Role>> find_all(Rows& rows, const RealmId& realm, const std::vector<RoleId>& ids) = 0;
  /// The same of whatever realms, for lists of realms: callers compare `Role::realm`.
  virtual Stored<std::vector<Role>> find_of_all_realms(Rows& rows, const std::vector<RoleId>& ids) = 0;
  virtual Stored<std::optional<Role>> find_by_name(Rows& rows, const RealmId& realm,
                                                   const std::optional<ClientId>& client, std::string_view name) = 0;
  /// The id alone: "admin" of master holds the roles of every realm.
  virtual Stored<std::optional<RoleId>> find_id(Rows& rows, const RealmId& realm, const std::optional<ClientId>& client,
                                                std::string_view name) = 0;
  virtual Stored<std::vector<Role>> list(Rows& rows, const RealmId& realm) = 0;
  /// Inserts the role with its composites, which need not exist yet inside this transaction.
  virtual Stored<void> insert(Tx& tx, const Role& role) = 0;
  virtual Stored<void> add_composite(Tx& tx, const RealmId& realm, const RoleId& parent, const RoleId& child) = 0;
  /// Nothing happens when it is not there.
  virtual Stored<void> remove_composite(Tx& tx, const RealmId& realm, const RoleId& parent, const RoleId& child) = 0;
  /// Realm roles, or those of one client, by name.
  virtual Stored<std::vector<Role>> list_of(Rows& rows, const RealmId& realm,
                                            const std::optional<ClientId>& client) = 0;
  /// The roles that these reach through composites, themselves among them.
  virtual Stored<std::vector<Role>> reached(Rows& rows, const RealmId& realm, const std::vector<RoleId>& roles) = 0;
  /// The client roles among them by their names alone: an administrator of a thousand realms reaches twenty thousand.
  virtual Stored<std::vector<ClientRoleName>> client_roles_reached(Rows& rows, const RealmId& realm,
                                                                   const std::vector<RoleId>& roles) = 0;
  /// The same question from the other end, for rights: which roles of this client (none: realm roles) do `roles` reach?
  /// Names, sorted. Its cost grows with the roles of that client, not with what `roles` reach.
  virtual Stored<std::vector<std::string>> names_reached(Rows& rows, const RealmId& realm,
                                                         const std::optional<ClientId>& client,
                                                         const std::vector<RoleId>& roles) = 0;
  /// Replaces name, description, attributes and `extra`; composites stay. kConflict when it is gone or its new name is
  /// taken.
  virtual Stored<void> update(Tx& tx, const Role& role) = 0;
  /// Takes it from users and composites as well. False when it was gone already.
  virtual Stored<bool> remove(Tx& tx, const RealmId& realm, const RoleId& role) = 0;
};

class GroupRepo {
 public:
  virtual ~GroupRepo() = default;
  virtual Stored<std::optional<Group>> find(Rows& rows, const RealmId& realm, const GroupId& id) = 0;
  virtual Stored<std::vector<Group>> list(Rows& rows, const RealmId& realm) = 0;
  /// Those of them that there are, and all groups above them; by name.
  virtual Stored<std::vector<Group>> find_with_parents(Rows& rows, const RealmId& realm,
                                                       const std::vector<GroupId>& ids) = 0;
  /// Makes groups that an older release wrote known to the three below, and by and by to SubjectRepo, which takes them
  /// for ones that give something. Before those three, in their transaction.
  virtual Stored<void> note_sources(Tx& tx, const RealmId& realm) = 0;
  /// By the attributes of domain/group_source.h; an empty id: the one without. Absent: there is none.
  virtual Stored<std::optional<SourcedGroup>> find_sourced(Rows& rows, const RealmId& realm, std::string_view provider,
                                                           std::string_view source_id) = 0;
  /// All of the source but the one without an id there.
  virtual Stored<std::vector<SourcedGroup>> list_of_source(Rows& rows, const RealmId& realm,
                                                           std::string_view provider) = 0;
  /// Those of them that the user is a direct member of.
  virtual Stored<std::vector<SourcedGroup>> list_sourced(Rows& rows, const RealmId& realm, std::string_view provider,
                                                         const UserId& user) = 0;
  /// Is a group of the realm called so, wherever it stands?
  virtual Stored<bool> has_name(Rows& rows, const RealmId& realm, std::string_view name) = 0;
  /// Until the transaction ends no other comes past this call for the same realm: the tree that is read now is the one
  /// that is changed.
  virtual Stored<void> lock(Tx& tx, const RealmId& realm) = 0;
  virtual Stored<void> insert(Tx& tx, const Group& group) = 0;
  /// Replaces everything but id and realm; another parent moves it with all below. kConflict when it is gone or its
  /// name is taken there. That the new parent is not below it is the caller's to check.
  virtual Stored<void> update(Tx& tx, const Group& group) = 0;
  /// Removes it with all groups below and all memberships. False when it was gone already.
  virtual Stored<bool> remove(Tx& tx, const RealmId& realm, const GroupId& group) = 0;
};

}  // namespace cardea
