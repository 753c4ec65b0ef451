// Repositories of users and their credentials. Never cached.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/credential.h"
#include "domain/repository/store.h"
#include "domain/user.h"

namespace cardea {

/// Which users are meant: every condition that is given holds. Texts are compared without regard to ASCII case.
struct UserQuery {
  /// Each word must match username, e-mail, first or last name whole; '*' in it stands for any run of characters.
  std::vector<std::string> words{};
  std::string username{}, email{}, first_name{},
      last_name{};  // part of the value, or with `exact` all of it; empty: any
  bool exact = false;
  std::optional<bool> enabled{};
  std::optional<bool> email_verified{};
  std::vector<std::pair<std::string, std::string>> attributes{};  // each pair is among the user's attributes
  std::optional<GroupId> group{};                                 // direct members
  std::optional<RoleId> role{};                                   // direct holders
  std::optional<OrganizationId> organization{};                   // members
  std::optional<bool> managed{};                                  // with `organization`: managed ones, or the others
  std::optional<GroupId> organization_group{};                    // direct members of a group in an organization
  std::optional<TimePoint> created_from{}, created_to{};          // both ends included
  std::string provider{}, upstream_id{};  // who is linked there, or is linked as this; empty: any
  bool with_service_accounts = false;
  std::int64_t first = 0;  // how many to pass over
  std::int64_t max = -1;   // at most so many; negative: all
};

/// Writes to a service account raise the version of its realm: it is read as part of its client's settings.
class UserRepo {
 public:
  virtual ~UserRepo() = default;
  virtual Stored<std::optional<User>> find(Rows& rows, const RealmId& realm, const UserId& id) = 0;
  /// Those of them that there are, by username.
  virtual Stored<std::vector<User>> find_all(Rows& rows, const RealmId& realm, const std::vector<UserId>& ids) = 0;
  /// Usernames are compared in lower case; the caller lowers.
  virtual Stored<std::optional<User>> find_by_username(Rows& rows, const RealmId& realm, std::string_view username) = 0;
  /// The first of them when the realm allows duplicates: none, since no one can say who is meant.
  virtual Stored<std::optional<User>> find_by_email(Rows& rows, const RealmId& realm, std::string_view email) = 0;
  /// kConflict when the username, id or (unless `duplicate_emails`) the e-mail is taken.
  virtual Stored<void> insert(Tx& tx, const User& user, bool duplicate_emails) = 0;
  virtual Stored<void> set_required_actions(Tx& tx, const UserId& user, const std::vector<std::string>& actions) = 0;
  /// Somebody read a mail at this address. kConflict when the user is gone or has another address by now.
  virtual Stored<void> set_email_verified(Tx& tx, const UserId& user, std::string_view email) = 0;
  /// Sets `enabled` and nothing else, whatever else is written to the user meanwhile. Nothing happens when the user is
  /// gone.
  virtual Stored<void> set_enabled(Tx& tx, const UserId& user, bool enabled) = 0;
  /// Tokens of before are refused; nothing else of the user changes, and no `update` takes it back. kConflict when the
  /// user is gone.
  virtual Stored<void> set_not_before(Tx& tx, const UserId& user, std::int64_t not_before) = 0;
  /// Until the transaction ends no other comes past this call for the same user: what is read now cannot be outdated by
  /// another that asked first. Nothing happens when the user is gone.
  virtual Stored<void> lock(Tx& tx, const UserId& user) = 0;
  virtual Stored<void> add_role(Tx& tx, const UserId& user, const RoleId& role) = 0;
  virtual Stored<void> add_group(Tx& tx, const UserId& user, const GroupId& group) = 0;
  /// By username.
  virtual Stored<std::vector<User>> search(Rows& rows, const RealmId& realm, const UserQuery& query) = 0;
  /// How many `search` would give without `first` and `max`.
  virtual Stored<std::int64_t> count(Rows& rows, const RealmId& realm, const UserQuery& query) = 0;
  /// Replaces everything but id, realm, created_at, service_account_client, `enabled` and `not_before`: what was read
  /// before somebody was stopped or signed out must not take that back (set_enabled, set_not_before). kConflict when
  /// the user is gone, or the username or (unless `duplicate_emails`) the e-mail is another's.
  virtual Stored<void> update(Tx& tx, const User& user, bool duplicate_emails) = 0;
  /// Removes the user with credentials, roles, memberships and sessions. False when it was gone already.
  virtual Stored<bool> remove(Tx& tx, const RealmId& realm, const UserId& user) = 0;
  /// Nothing happens when the user does not have it.
  virtual Stored<void> remove_role(Tx& tx, const UserId& user, const RoleId& role) = 0;
  virtual Stored<void> remove_group(Tx& tx, const UserId& user, const GroupId& group) = 0;
};

/// What tokens are made of, in one round trip each.
class SubjectRepo {
 public:
  virtual ~SubjectRepo() = default;
  virtual Stored<std::optional<Subject>> load(Rows& rows, const RealmId& realm, const UserId& user) = 0;
  /// The service account of a client (keycloak.md section 1.9, client_credentials).
  virtual Stored<std::optional<Subject>> load_service_account(Rows& rows, const RealmId& realm,
                                                              const ClientId& client) = 0;
  /// Those of these clients that have one, by username.
  virtual Stored<std::vector<Subject>> load_service_accounts(Rows& rows, const RealmId& realm,
                                                             const std::vector<ClientId>& clients) = 0;
  /// Every group that the user is a direct member of, by id; `Subject::groups` may have not all of them.
  virtual Stored<std::vector<GroupId>> memberships(Rows& rows, const RealmId& realm, const UserId& user) = 0;
};

class CredentialRepo {
 public:
  virtual ~CredentialRepo() = default;
  /// By priority, then age.
  virtual Stored<std::vector<Credential>> list(Rows& rows, const UserId& user, std::string_view type) = 0;
  /// Those of `users` who have one of this type.
  virtual Stored<std::vector<UserId>> having(Rows& rows, const std::vector<UserId>& users, std::string_view type) = 0;
  /// Of every type, in the same order.
  virtual Stored<std::vector<Credential>> list_all(Rows& rows, const UserId& user) = 0;
  virtual Stored<void> insert(Tx& tx, const Credential& credential) = 0;
  /// Replaces credential_data by one guarded statement, only while it is still `before`; kConflict otherwise: of any
  /// number of parallel uses of a one-time password exactly one wins.
  virtual Stored<void> change_data(Tx& tx, const UserId& user, const CredentialId& id, std::string_view before,
                                   std::string_view after) = 0;
  /// Replaces both documents by those of `after` in one guarded statement, only while credential_data is still
  /// `before`; kConflict otherwise: a recovery code is used up in both.
  virtual Stored<void> change_documents(Tx& tx, const Credential& after, std::string_view before) = 0;
  /// Removes the user's credentials of this one's type and stores it instead.
  virtual Stored<void> replace(Tx& tx, const Credential& credential) = 0;
  /// False when the user has no such credential.
  virtual Stored<bool> remove(Tx& tx, const UserId& user, const CredentialId& id) = 0;
  virtual Stored<bool> set_label(Tx& tx, const UserId& user, const CredentialId& id, std::string_view label) = 0;
  virtual Stored<bool> set_priority(Tx& tx, const UserId& user, const CredentialId& id, int priority) = 0;
};

}  // namespace cardea
