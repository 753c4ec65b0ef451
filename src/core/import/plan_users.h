// The users of a realm file: looked over all at once before anything is written, then made into rows a few at a time,
// since there may be a million. Hashing a plain password takes 7 ms: outside of transactions.
#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/random.h"
#include "base/result.h"
#include "core/import/import_review.h"
#include "core/import/realm_plan.h"
#include "crypto/password.h"
#include "domain/consent.h"
#include "domain/credential.h"
#include "domain/federated_identity.h"
#include "domain/representation/user_json.h"
#include "domain/user.h"

namespace cardea {

/// Everything that is written for one user.
struct UserRows {
  User user;
  std::vector<Credential> credentials;
  std::vector<RoleId> roles;
  std::vector<GroupId> groups;
  std::vector<FederatedIdentity> links;
  std::vector<Consent> consents;
};

/// Reads one user of a file. As in Keycloak, one that does not say `enabled` is disabled.
[[nodiscard]] UserRepresentation read_user(const json::object& object, const JsonPath& at,
                                           RepresentationProblems& problems);

/// What `look_over` remembers of the users seen so far.
class UserNames {
 public:
  /// Checks one user against the plan and the users before it. Problems: bad or repeated username, id or (unless the
  /// realm allows it) e-mail, or person at an identity provider; a client, group or service-account client that does
  /// not exist; a password nobody may have. Roles nobody defined are made in the plan.
  void look_over(const UserRepresentation& user, const JsonPath& at, RealmPlan& plan, Random& random,
                 RepresentationProblems& problems, ImportReview& review);

  [[nodiscard]] bool has_username(const std::string& username) const { return usernames_.contains(username); }
  [[nodiscard]] bool has_service_account(const std::string& client_id) const {
    return service_accounts_.contains(client_id);
  }

 private:
  std::unordered_set<std::string> usernames_, emails_, ids_, service_accounts_, links_;
};

/// Rows for a user that was looked over. Gives ids, hashes a plain password, and turns "temporary" into
/// UPDATE_PASSWORD.
[[nodiscard]] Result<UserRows, crypto::PasswordError> make_user_rows(UserRepresentation user, RealmPlan& plan,
                                                                     TimePoint now, Random& random);

/// Rows for the service accounts that clients of the plan should have and no user of the file is; each gets the realm's
/// default role. A problem when a person of the file has the name of one.
[[nodiscard]] std::vector<UserRows> make_service_accounts(const RealmPlan& plan, const UserNames& names, TimePoint now,
                                                          Random& random, RepresentationProblems& problems);

}  // namespace cardea
