// Repositories of what belongs to one account beside its credentials: what it allowed to clients, what wrong passwords
// left behind, and who it is at other providers.
#pragma once

#include <optional>
#include <vector>

#include "domain/consent.h"
#include "domain/federated_identity.h"
#include "domain/login_failures.h"
#include "domain/repository/store.h"

namespace cardea {

class ConsentRepo {
 public:
  virtual ~ConsentRepo() = default;
  virtual Stored<std::optional<Consent>> find(Rows& rows, const UserId& user, const ClientId& client) = 0;
  /// By client.
  virtual Stored<std::vector<Consent>> list(Rows& rows, const UserId& user) = 0;
  /// Inserts, or replaces scopes and updated_at: created_at stays that of the first time.
  virtual Stored<void> put(Tx& tx, const Consent& consent) = 0;
  /// False when there was none.
  virtual Stored<bool> remove(Tx& tx, const UserId& user, const ClientId& client) = 0;
};

class LoginFailureRepo {
 public:
  virtual ~LoginFailureRepo() = default;
  virtual Stored<std::optional<LoginFailures>> find(Rows& rows, const RealmId& realm, const UserId& user) = 0;
  /// Of those users who have any.
  virtual Stored<std::vector<LoginFailures>> find_all(Rows& rows, const RealmId& realm,
                                                      const std::vector<UserId>& users) = 0;
  /// What stands there, empty when nothing does, with the row locked until the transaction ends: of parallel failures
  /// each is counted.
  virtual Stored<LoginFailures> find_to_change(Tx& tx, const RealmId& realm, const UserId& user) = 0;
  virtual Stored<void> put(Tx& tx, const LoginFailures& failures) = 0;
  /// False when there were none.
  virtual Stored<bool> remove(Tx& tx, const RealmId& realm, const UserId& user) = 0;
  /// Of every user; returns how many went.
  virtual Stored<int> remove_all(Tx& tx, const RealmId& realm) = 0;
};

/// A user has one identity at a provider, and an identity one user.
class FederatedIdentityRepo {
 public:
  static constexpr int kNamesakesMax = 10;
  virtual ~FederatedIdentityRepo() = default;
  /// Whose it is. Provider and id are compared byte for byte.
  virtual Stored<std::optional<FederatedIdentity>> find(Rows& rows, const RealmId& realm, std::string_view provider,
                                                        std::string_view upstream_id) = 0;
  /// Whom the provider calls so, without regard to ASCII case: at most kNamesakesMax, by user. Names are not unique.
  virtual Stored<std::vector<UserId>> find_by_name(Rows& rows, const RealmId& realm, std::string_view provider,
                                                   std::string_view upstream_name) = 0;
  /// By provider.
  virtual Stored<std::vector<FederatedIdentity>> list(Rows& rows, const UserId& user) = 0;
  /// kConflict when the identity has a user, the user has an identity there, or there is no such user.
  virtual Stored<void> insert(Tx& tx, const FederatedIdentity& identity) = 0;
  /// Replaces name, token and time of the last login, and an empty issuer. kConflict when the identity is not this
  /// user's any more, or another issuer's; slashes at its end do not count.
  virtual Stored<void> update(Tx& tx, const FederatedIdentity& identity) = 0;
  /// The provider becomes another issuer's: its links of whom the issuer is not known yet are this one's from now on;
  /// in it `{tenantid}` stands for the first 36 characters of each link's id, a tenant's at Entra ID. Returns how many
  /// were stamped; links that have an issuer stay as they are.
  virtual Stored<int> stamp_issuer(Tx& tx, const RealmId& realm, std::string_view provider,
                                   std::string_view issuer) = 0;
  /// What the provider said of the user's groups, asked at `at`: what was due by then is not any more. Nothing happens
  /// when the user has no identity there.
  virtual Stored<void> set_groups(Tx& tx, const UserId& user, std::string_view provider, std::string_view known,
                                  TimePoint at) = 0;
  /// Of these ids whoever is linked: their groups are others since `at`. Returns how many.
  virtual Stored<int> mark_groups_due(Tx& tx, const RealmId& realm, std::string_view provider,
                                      const std::vector<std::string>& upstream_ids, TimePoint at) = 0;
  /// Whose groups are due, by user: at most `max` after `after`.
  virtual Stored<std::vector<LinkedPerson>> list_groups_due(Rows& rows, const RealmId& realm, std::string_view provider,
                                                            std::string_view after, int max) = 0;
  /// Of these ids those that are linked.
  virtual Stored<std::vector<LinkedPerson>> find_linked(Rows& rows, const RealmId& realm, std::string_view provider,
                                                        const std::vector<std::string>& upstream_ids) = 0;
  /// Everybody who is linked, by the id there: at most `max` after `after`.
  virtual Stored<std::vector<LinkedPerson>> list_linked(Rows& rows, const RealmId& realm, std::string_view provider,
                                                        std::string_view after, int max) = 0;
  /// False when there was none.
  virtual Stored<bool> remove(Tx& tx, const UserId& user, std::string_view provider) = 0;
  /// Of every user, when a provider goes; returns how many went.
  virtual Stored<int> remove_all(Tx& tx, const RealmId& realm, std::string_view provider) = 0;
};

}  // namespace cardea
