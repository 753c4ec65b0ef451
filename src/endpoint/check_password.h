// A name and a password as they were posted, on their way through the lanes: an attempt is reserved
// (core/login_guard.h), the account read, the password hashed, the lock asked for once more, and what came of it
// recorded. Every endpoint that takes a password goes this way and no other (attack class 27), and says the end of it
// in its own words. Nothing tells a missing user from a wrong password.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "base/log.h"
#include "base/random.h"
#include "base/secret.h"
#include "core/login_guard.h"
#include "core/settings.h"
#include "core/verify_credential.h"
#include "web/outcome.h"

namespace cardea::endpoint {

/// What checking needs of a module's dependencies; they outlive the request.
struct PasswordDependencies {
  const Repositories& repositories;
  LoginGuard& login_guard;
  const Clock& clock;
  Random& random;
  Log& log;
};

struct PostedPassword {
  std::shared_ptr<const RealmEntry> realm;
  std::string username;  // as typed; at most kUsernameBytesMax, as the password is at most kPasswordBytesMax
  SecretBytes password;
  std::string remote_address;
  std::string correlation_id;
};

/// Looked at, and recorded where it must be. With kRefused `attempt.is_locked` says whether the account is locked by
/// now: for the log, never for whoever asked.
struct CheckedPassword {
  LoginAttempt attempt;
  PasswordVerdict verdict = PasswordVerdict::kRefused;
};

/// Nobody looked at the password, or what came of it could not be recorded.
using UncheckedPassword = std::variant<TooManyAttempts, StoreError>;
using PasswordEnd = Result<CheckedPassword, UncheckedPassword>;

/// Calls `next` once, on whichever lane the check ended. `dependencies` is any module's.
[[nodiscard]] web::Outcome check_password(PasswordDependencies dependencies, PostedPassword posted,
                                          std::move_only_function<web::Outcome(PasswordEnd)> next);

template <class Dependencies>
[[nodiscard]] PasswordDependencies password_dependencies(const Dependencies& dependencies) {
  return {dependencies.repositories, dependencies.login_guard, dependencies.clock, dependencies.random,
          dependencies.log};
}

}  // namespace cardea::endpoint
