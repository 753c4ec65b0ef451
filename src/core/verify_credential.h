// The one place that verifies a password (attack class 27). LoginGuard::reserve lets the attempt through or not; then
// fetch, decide: `load_login_attempt` reads what is needed, `verify_password` hashes, on the hash lane, at the same
// cost whether the user exists or not (EU-1, EU-2), and settles what was reserved.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/brute_force.h"
#include "core/login_guard.h"
#include "core/settings.h"
#include "crypto/password.h"
#include "domain/repository/repositories.h"

namespace cardea {

/// A hash of today's cost for a password whose stored one has another: imported, or from before.
struct RenewedHash {
  CredentialId credential;
  std::string replaces;  // credential_data of the stored one
  crypto::KeycloakCredential documents;
};

/// What a login by name found. `user` absent: nobody by that name; the attempt still costs a hash.
struct LoginAttempt {
  std::optional<User> user;
  std::optional<crypto::PasswordHash> password;  // absent: the user has none that we can verify
  CredentialId password_id;                      // where it is stored, and its credential_data
  std::string password_data;
  std::optional<TimePoint> password_set_at;        // when it was set, for policies that let passwords expire
  std::set<std::string, std::less<>> credentials;  // types the user has; for the executor (domain/flow/executor.h)
  bool is_locked = false;   // by wrong passwords before (core/brute_force.h): no password is right
  bool is_counted = false;  // the realm locks accounts: what comes of this attempt must be recorded
  bool has_failures = false;
  UserId counted_for;                  // whose row that is; with nobody by that name, one that names like it share
  std::optional<RenewedHash> renewed;  // set by renew_hash: must be recorded
};

/// Finds the user by username, or by e-mail where the realm allows it. Names are compared in lower case. Asks the same
/// questions whether the user exists or not. Service accounts are nobody here.
[[nodiscard]] Stored<LoginAttempt> load_login_attempt(Rows& rows, const Repositories& repositories, const Realm& realm,
                                                      std::string_view name, TimePoint now);

enum class PasswordVerdict {
  kAccepted,
  kRefused,   // unknown user, no password, wrong password, locked account: one answer for all
  kDisabled,  // right password, account disabled; told only after a correct password
};

/// Takes about 7 ms: run it on the hash lane. A password beyond kPasswordBytesMax is refused without hashing.
[[nodiscard]] PasswordVerdict verify_password(const LoginAttempt& attempt, std::string_view password);
/// The same for an attempt that was reserved, as every one from outside is: a wrong password counts as much as it cost
/// (LoginGuard::take_more), and costs the same whoever it names; a right one gives the attempt back.
[[nodiscard]] Result<PasswordVerdict, TooManyAttempts> verify_password(const LoginAttempt& attempt,
                                                                       const RealmId& realm, std::string_view password,
                                                                       LoginGuard& guard, HeldAttempt& held);

/// Guesses that came side by side were all loaded before the first of them was counted. A right password is good only
/// if the account is not locked now, so ask again before anything comes of it, and answer as a wrong one is answered.
[[nodiscard]] Stored<bool> is_locked_meanwhile(Rows& rows, const Repositories& repositories, const Realm& realm,
                                               const UserId& user, TimePoint now);

/// After kAccepted, on the hash lane: hashes the password anew where the stored hash has another algorithm or cost than
/// new ones have (PBKDF2 of an imported realm). Then `record_attempt` stores it.
void renew_hash(LoginAttempt& attempt, PasswordVerdict verdict, std::string_view password, Random& random);

/// Must `record_attempt` be called for it? Then on the store lane, before the answer is given.
[[nodiscard]] bool must_record(const LoginAttempt& attempt, PasswordVerdict verdict);
/// Counts a wrong password, or stores a renewed hash in place of the one that was verified; another password that was
/// set meanwhile stays. A locked account and a name that nobody has count nothing, but write a row as the others do:
/// else the time of the answer would tell who has an account, and who is locked. What was counted is forgotten by
/// whoever ends the login (record_login_success, when `has_failures`).
[[nodiscard]] Stored<Lockout> record_attempt(Tx& tx, const Repositories& repositories, const Realm& realm,
                                             const LoginAttempt& attempt, PasswordVerdict verdict,
                                             std::string_view ip_address, TimePoint now);

}  // namespace cardea
