// Organizations, their members and their invitations.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/group.h"
#include "domain/organization.h"
#include "domain/repository/store.h"

namespace cardea {

struct OrganizationQuery {
  std::string search{};  // part of name, alias or a domain without regard to case; with `exact` all of name or domain
  bool exact = false;
  std::vector<std::pair<std::string, std::string>> attributes{};  // each pair is among its attributes
  std::optional<UserId> member{};
  bool enabled_only = false;
  std::int64_t first = 0;
  std::int64_t max = -1;  // at most so many; negative: all
};

/// What makes one organization is written as a whole: domains are replaced with it.
class OrganizationRepo {
 public:
  virtual ~OrganizationRepo() = default;
  virtual Stored<std::optional<Organization>> find(Rows& rows, const RealmId& realm, const OrganizationId& id) = 0;
  /// By name.
  virtual Stored<std::vector<Organization>> search(Rows& rows, const RealmId& realm,
                                                   const OrganizationQuery& query) = 0;
  /// How many `search` would give without `first` and `max`.
  virtual Stored<std::int64_t> count(Rows& rows, const RealmId& realm, const OrganizationQuery& query) = 0;
  /// kConflict when the id, the name, the alias or one of the domains is taken.
  virtual Stored<void> insert(Tx& tx, const Organization& organization) = 0;
  /// Replaces everything but realm and id. kConflict when it is gone, or as for `insert`.
  virtual Stored<void> update(Tx& tx, const Organization& organization) = 0;
  /// With memberships and invitations. False when it was gone already.
  virtual Stored<bool> remove(Tx& tx, const RealmId& realm, const OrganizationId& id) = 0;
};

class MembershipRepo {
 public:
  virtual ~MembershipRepo() = default;
  /// Absent: no member.
  virtual Stored<std::optional<Membership>> find(Rows& rows, const OrganizationId& organization,
                                                 const UserId& user) = 0;
  /// Of those users who are members.
  virtual Stored<std::vector<std::pair<UserId, Membership>>> find_all(Rows& rows, const OrganizationId& organization,
                                                                      const std::vector<UserId>& users) = 0;
  /// kConflict when the user is a member already, or one of both is gone.
  virtual Stored<void> insert(Tx& tx, const OrganizationId& organization, const UserId& user,
                              Membership membership) = 0;
  /// False when there was none.
  virtual Stored<bool> remove(Tx& tx, const OrganizationId& organization, const UserId& user) = 0;

  virtual Stored<std::optional<OrganizationInvitation>> find_invitation(Rows& rows, const OrganizationId& organization,
                                                                        std::string_view id) = 0;
  /// By address.
  virtual Stored<std::vector<OrganizationInvitation>> invitations(Rows& rows, const OrganizationId& organization) = 0;
  /// Takes the place of an earlier one to that address. kConflict when the organization is gone.
  virtual Stored<void> put_invitation(Tx& tx, const OrganizationInvitation& invitation) = 0;
  /// False when there was none: of two that accept one invitation, one does.
  virtual Stored<bool> remove_invitation(Tx& tx, const OrganizationId& organization, std::string_view id) = 0;
};

/// A group with the organization that it is inside of.
struct OrganizationGroup {
  OrganizationId organization;
  Group group;
};

/// Groups inside of an organization: a tree of its own, apart from the realm's groups; `realm` of these records is
/// empty. Their roles give nobody a right: tokens say them of the organization alone. Who is in one is a member of the
/// organization and leaves it with that.
class OrganizationGroupRepo {
 public:
  virtual ~OrganizationGroupRepo() = default;
  /// All of them with their paths, by name.
  virtual Stored<std::vector<Group>> list(Rows& rows, const OrganizationId& organization) = 0;
  /// Those that the user is a direct member of in any of these organizations, with their paths, by name.
  virtual Stored<std::vector<OrganizationGroup>> of_member(Rows& rows, const std::vector<OrganizationId>& organizations,
                                                           const UserId& user) = 0;
  /// Is a group of this id inside of any organization of the realm?
  virtual Stored<bool> is_of_realm(Rows& rows, const RealmId& realm, const GroupId& group) = 0;
  /// Until the transaction ends no other comes past this call for the same organization: the tree that is read now is
  /// the one that is changed. Nothing happens when it is gone.
  virtual Stored<void> lock(Tx& tx, const OrganizationId& organization) = 0;
  /// With its roles. kConflict when the id or the name below that parent is taken, or the organization, the parent or
  /// one of the roles is gone.
  virtual Stored<void> insert(Tx& tx, const OrganizationId& organization, const Group& group) = 0;
  /// Replaces everything but id and roles; another parent moves it with all below. kConflict when it is gone or its
  /// name is taken there. That the new parent is of the organization and not below it is the caller's to check.
  virtual Stored<void> update(Tx& tx, const OrganizationId& organization, const Group& group) = 0;
  /// With all groups below and all memberships. False when it was gone already.
  virtual Stored<bool> remove(Tx& tx, const OrganizationId& organization, const GroupId& group) = 0;
  /// kConflict when the user is in it already or no member of the organization, or the group is not of it.
  virtual Stored<void> join(Tx& tx, const OrganizationId& organization, const GroupId& group, const UserId& user) = 0;
  /// Nothing happens when it has the role. kConflict when the group or the role is gone.
  virtual Stored<void> add_role(Tx& tx, const GroupId& group, const RoleId& role) = 0;
  /// Nothing happens when it does not have it.
  virtual Stored<void> remove_role(Tx& tx, const GroupId& group, const RoleId& role) = 0;
  /// False when the user was not in it.
  virtual Stored<bool> leave(Tx& tx, const OrganizationId& organization, const GroupId& group, const UserId& user) = 0;
};

}  // namespace cardea
