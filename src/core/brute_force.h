// Locking accounts after wrong passwords, by the realm's settings (keycloak.md section 7.3; attack class 27): for a
// while, for good, or for good after some times for a while. Counted in a row for each account, so that every node and
// every way in sees the same. verify_credential.h looks at the lock and refuses; the ways in record what came of an
// attempt with the two functions at the end. LoginGuard (core/login_guard.h) stands before all of this and is always
// on.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/log.h"
#include "domain/realm.h"
#include "domain/repository/repositories.h"

namespace cardea {

struct BruteForceSettings {  // Keycloak's defaults
  bool is_on = false;
  bool permanent = false;
  int temporary_lockouts_max = 0;  // with `permanent`: so many are for a while before the one for good
  bool linear = false;             // bruteForceStrategy LINEAR instead of MULTIPLE
  int failure_factor = 30;
  seconds wait_increment{60};
  seconds wait_max{900};
  milliseconds quick_check{1000};
  seconds quick_wait{60};
  seconds forget_after{43200};
};
[[nodiscard]] BruteForceSettings brute_force_settings(const Realm& realm);

enum class Lockout : std::uint8_t { kNone, kTemporary, kPermanent };

/// What one more wrong password makes of what stood there. A lock for good is a lock too, so that no later guess is
/// looked at: an answer that depended on the password would tell it.
struct CountedFailure {
  LoginFailures failures;
  Lockout lockout = Lockout::kNone;
};
[[nodiscard]] CountedFailure count_failure(const BruteForceSettings& settings, LoginFailures before,
                                           std::string_view ip_address, TimePoint now);

[[nodiscard]] inline bool is_locked(const std::optional<LoginFailures>& failures, TimePoint now) {
  return failures && failures->locked_until > now;
}

/// A wrong password, or a wrong code after a right one. Nothing happens where the realm has the protection off. Gives
/// the lock that this failure brought, for log_lockout once it is committed.
[[nodiscard]] Stored<Lockout> record_login_failure(Tx& tx, const Repositories& repositories, const Realm& realm,
                                                   const UserId& user, std::string_view ip_address, TimePoint now);
/// Tells operators, and the realm's events, that an account is closed now. Nothing for kNone.
struct LockoutBy {  // the request that brought it
  std::string_view ip_address;
  std::string_view correlation_id;
};
void log_lockout(Log& log, Lockout lockout, const Realm& realm, const UserId& user, const LockoutBy& by);
/// A right one: what was counted is forgotten.
[[nodiscard]] Stored<void> record_login_success(Tx& tx, const Repositories& repositories, const Realm& realm,
                                                const UserId& user);

}  // namespace cardea
