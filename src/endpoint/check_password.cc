#include "endpoint/check_password.h"

#include <utility>

#include "core/brute_force.h"
#include "endpoint/lanes.h"

namespace cardea::endpoint {
namespace {

struct PasswordCheck {
  PasswordDependencies dependencies;
  PostedPassword posted;
  std::move_only_function<web::Outcome(PasswordEnd)> next;
  HeldAttempt held;  // reserved before anything is read
  LoginAttempt attempt;

  [[nodiscard]] const Realm& realm() const { return posted.realm->realm; }
  [[nodiscard]] web::Outcome end(PasswordVerdict verdict) { return next(CheckedPassword{std::move(attempt), verdict}); }
  [[nodiscard]] web::Outcome end(UncheckedPassword why) { return next(refuse(why)); }
};
using PasswordCheckPtr = std::shared_ptr<PasswordCheck>;

/// On the store lane: what came of the attempt is counted before anybody is told.
web::Outcome record(PasswordCheck& check, PasswordVerdict verdict) {
  const auto& dependencies = check.dependencies;
  const auto recorded = write_to(dependencies.repositories.store, [&](Tx& tx) {
    return record_attempt(tx, dependencies.repositories, check.realm(), check.attempt, verdict,
                          check.posted.remote_address, dependencies.clock.now());
  });
  if (!recorded) return check.end(recorded.error());
  if (const auto& user = check.attempt.user) {
    log_lockout(dependencies.log, *recorded, check.realm(), user->id,
                {check.posted.remote_address, check.posted.correlation_id});
  }
  return check.end(verdict);
}

web::Outcome record_if_needed(const PasswordCheckPtr& check, PasswordVerdict verdict) {
  if (!must_record(check->attempt, verdict)) return check->end(verdict);
  return web::then(web::Lane::kStore, [check, verdict] { return record(*check, verdict); });
}

/// A right password of an account that is locked by now, by guesses that came beside it too, is a wrong one, whatever
/// else could be said of the account.
web::Outcome check_lock(const PasswordCheckPtr& check, PasswordVerdict verdict) {
  const auto& dependencies = check->dependencies;
  const auto locked = read_from(dependencies.repositories.store, [&](Rows& rows) {
    return is_locked_meanwhile(rows, dependencies.repositories, check->realm(), check->attempt.user->id,
                               dependencies.clock.now());
  });
  if (!locked) return check->end(locked.error());
  check->attempt.is_locked = *locked;
  return *locked ? check->end(PasswordVerdict::kRefused) : record_if_needed(check, verdict);
}

/// The decision, on the hash lane.
web::Outcome decide(const PasswordCheckPtr& check) {
  const auto password = check->posted.password.reveal();
  const auto checked =
      verify_password(check->attempt, check->realm().id, password, check->dependencies.login_guard, check->held);
  if (!checked) return check->end(checked.error());
  renew_hash(check->attempt, *checked, password, check->dependencies.random);
  if (*checked == PasswordVerdict::kRefused || !check->attempt.is_counted) return record_if_needed(check, *checked);
  return then_read(check->dependencies, [check, verdict = *checked] { return check_lock(check, verdict); });
}

web::Outcome load(const PasswordCheckPtr& check) {
  const auto& dependencies = check->dependencies;
  auto attempt = read_from(dependencies.repositories.store, [&](Rows& rows) {
    return load_login_attempt(rows, dependencies.repositories, check->realm(), check->posted.username,
                              dependencies.clock.now());
  });
  if (!attempt) return check->end(attempt.error());
  check->attempt = std::move(*attempt);
  return web::then(web::Lane::kHash, [check] { return decide(check); });
}

}  // namespace

web::Outcome check_password(PasswordDependencies dependencies, PostedPassword posted,
                            std::move_only_function<web::Outcome(PasswordEnd)> next) {
  const auto ticket = dependencies.login_guard.reserve(posted.realm->realm.id, posted.username, posted.remote_address);
  if (!ticket) return next(refuse(UncheckedPassword(ticket.error())));
  auto check = std::make_shared<PasswordCheck>(dependencies, std::move(posted), std::move(next),
                                               HeldAttempt(dependencies.login_guard, *ticket), LoginAttempt());
  return then_read(dependencies, [check] { return load(check); });
}

}  // namespace cardea::endpoint
