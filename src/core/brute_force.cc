#include "core/brute_force.h"

#include <algorithm>

#include "base/json.h"

namespace cardea {
namespace {

constexpr std::int64_t kSecondsMax = 100LL * 365 * 86400;

int number(const json::object& object, std::string_view name, std::int64_t fallback) {
  return static_cast<int>(std::clamp<std::int64_t>(int_or(object, name, fallback), 0, 1'000'000'000));
}
seconds duration(const json::object& object, std::string_view name, seconds fallback) {
  return seconds(std::clamp<std::int64_t>(int_or(object, name, fallback.count()), 0, kSecondsMax));
}

seconds wait_of(const BruteForceSettings& settings, int failures) {
  const std::int64_t factor = std::max(settings.failure_factor, 1);
  const std::int64_t times = settings.linear ? std::max<std::int64_t>(0, 1 + failures - factor) : failures / factor;
  return std::min(settings.wait_max, seconds(std::min(kSecondsMax, settings.wait_increment.count() * times)));
}

}  // namespace

BruteForceSettings brute_force_settings(const Realm& realm) {
  const auto& extra = realm.extra;
  BruteForceSettings out;
  out.is_on = bool_or(extra, "bruteForceProtected", false);
  out.permanent = bool_or(extra, "permanentLockout", false);
  out.temporary_lockouts_max = number(extra, "maxTemporaryLockouts", out.temporary_lockouts_max);
  out.linear = string_or(extra, "bruteForceStrategy", "MULTIPLE") == "LINEAR";
  out.failure_factor = number(extra, "failureFactor", out.failure_factor);
  out.wait_increment = duration(extra, "waitIncrementSeconds", out.wait_increment);
  out.wait_max = duration(extra, "maxFailureWaitSeconds", out.wait_max);
  out.quick_check = milliseconds(number(extra, "quickLoginCheckMilliSeconds", out.quick_check.count()));
  out.quick_wait = duration(extra, "minimumQuickLoginWaitSeconds", out.quick_wait);
  out.forget_after = duration(extra, "maxDeltaTimeSeconds", out.forget_after);
  return out;
}

CountedFailure count_failure(const BruteForceSettings& settings, LoginFailures before, std::string_view ip_address,
                             TimePoint now) {
  CountedFailure out{.failures = std::move(before)};
  auto& failures = out.failures;
  const bool is_first = failures.last_failure_at == TimePoint{};
  const auto since = now - failures.last_failure_at;
  if (!is_first && since > settings.forget_after) {
    failures.failures = 0;
    failures.temporary_lockouts = 0;
  }
  failures.last_failure_at = now;
  failures.last_ip = ip_address;
  ++failures.failures;

  const auto wait = wait_of(settings, failures.failures);
  if (wait.count() > 0) {
    if (settings.permanent && failures.temporary_lockouts >= settings.temporary_lockouts_max) {
      out.lockout = Lockout::kPermanent;
      failures.locked_until = kLockedForGood;
      return out;
    }
    ++failures.temporary_lockouts;
    failures.locked_until = now + wait;
    out.lockout = Lockout::kTemporary;
  } else if (!is_first && since < settings.quick_check) {
    failures.locked_until = now + settings.quick_wait;
    out.lockout = Lockout::kTemporary;
  }
  return out;
}

Stored<Lockout> record_login_failure(Tx& tx, const Repositories& repositories, const Realm& realm, const UserId& user,
                                     std::string_view ip_address, TimePoint now) {
  const auto settings = brute_force_settings(realm);
  if (!settings.is_on) return Lockout::kNone;
  auto before = repositories.login_failures.find_to_change(tx, realm.id, user);
  if (!before) return refuse(before.error());
  const auto counted = count_failure(settings, std::move(*before), ip_address, now);
  if (auto stored = repositories.login_failures.put(tx, counted.failures); !stored) return refuse(stored.error());
  if (counted.lockout == Lockout::kPermanent) {
    if (auto disabled = repositories.users.set_enabled(tx, user, false); !disabled) return refuse(disabled.error());
  }
  return counted.lockout;
}

void log_lockout(Log& log, Lockout lockout, const Realm& realm, const UserId& user, const LockoutBy& by) {
  if (lockout == Lockout::kNone) return;
  log.warning(
      lockout == Lockout::kPermanent ? "user_disabled_by_permanent_lockout" : "user_disabled_by_temporary_lockout",
      {{"realm", realm.name}, {"user_id", user.str()}, {"ip", by.ip_address}, {"correlation_id", by.correlation_id}});
}

Stored<void> record_login_success(Tx& tx, const Repositories& repositories, const Realm& realm, const UserId& user) {
  const auto removed = repositories.login_failures.remove(tx, realm.id, user);
  return removed ? Stored<void>() : refuse(removed.error());
}

}  // namespace cardea
