#include "core/verify_credential.h"

#include <fmt/format.h>

#include <functional>

#include "base/limits.h"
#include "base/text.h"

namespace cardea {
namespace {

// An id that no user has: the credential of a missing user is asked for too, so that both cost the same.
const UserId& nobody() {
  static const UserId kNobody("00000000-0000-0000-0000-000000000000");
  return kNobody;
}

/// Rows for names that nobody has: few enough to stay small, many enough that guesses do not wait for each other.
UserId row_of_nobody(std::string_view name) {
  constexpr std::size_t kRows = 4096;
  return UserId(fmt::format("00000000-0000-0000-0000-{:012x}", 1 + std::hash<std::string_view>{}(name) % kRows));
}

/// What counting would cost, and no more.
Stored<void> write_uncounted(Tx& tx, const Repositories& repositories, const Realm& realm, const UserId& user) {
  const auto as_it_is = repositories.login_failures.find_to_change(tx, realm.id, user);
  if (!as_it_is) return refuse(as_it_is.error());
  return repositories.login_failures.put(tx, *as_it_is);
}

Stored<std::optional<User>> find_user(Rows& rows, const Repositories& repositories, const Realm& realm,
                                      const std::string& name) {
  if (!realm.login_with_email_allowed || name.find('@') == std::string::npos) {
    return repositories.users.find_by_username(rows, realm.id, name);
  }
  auto by_email = repositories.users.find_by_email(rows, realm.id, name);
  if (!by_email) return by_email;
  auto by_name = repositories.users.find_by_username(rows, realm.id, name);
  if (!by_name || !*by_email) return by_name;
  return by_email;
}

Stored<void> store_renewed(Tx& tx, const Repositories& repositories, const User& user, const RenewedHash& renewed) {
  Credential after;
  after.id = renewed.credential;
  after.user = user.id;
  after.credential_data = renewed.documents.credential_data;
  after.secret_data = SecretBytes::copy_of(renewed.documents.secret_data);
  auto stored = repositories.credentials.change_documents(tx, after, renewed.replaces);
  if (!stored && stored.error() == StoreError::kConflict) return {};
  return stored;
}

}  // namespace

Stored<LoginAttempt> load_login_attempt(Rows& rows, const Repositories& repositories, const Realm& realm,
                                        std::string_view name, TimePoint now) {
  LoginAttempt attempt;
  const auto lower = ascii_lower(name.substr(0, kUsernameBytesMax + 1));
  if (name.size() <= kUsernameBytesMax) {
    auto user = find_user(rows, repositories, realm, lower);
    if (!user) return refuse(user.error());
    attempt.user = std::move(*user);
  }
  if (attempt.user && attempt.user->service_account_client) attempt.user.reset();

  const auto stored = repositories.credentials.list_all(rows, attempt.user ? attempt.user->id : nobody());
  if (!stored) return refuse(stored.error());
  if (brute_force_settings(realm).is_on) {
    attempt.is_counted = true;
    attempt.counted_for = attempt.user ? attempt.user->id : row_of_nobody(lower);
    const auto failures = repositories.login_failures.find(rows, realm.id, attempt.counted_for);
    if (!failures) return refuse(failures.error());
    attempt.has_failures = failures->has_value();
    attempt.is_locked = attempt.user && is_locked(*failures, now);
  }
  if (!attempt.user) return attempt;
  for (const auto& credential : *stored) {
    const bool is_first = attempt.credentials.insert(credential.type).second;
    if (credential.type != "password" || !is_first) continue;
    if (auto hash = crypto::parse_keycloak_credential(credential.secret_data.reveal(), credential.credential_data)) {
      attempt.password = std::move(*hash);
      attempt.password_id = credential.id;
      attempt.password_data = credential.credential_data;
      attempt.password_set_at = credential.created_at;
    }
  }
  return attempt;
}

PasswordVerdict verify_password(const LoginAttempt& attempt, std::string_view password) {
  const bool known = attempt.user.has_value() && attempt.password.has_value();
  const auto matches = crypto::verify_password(known ? *attempt.password : crypto::dummy_hash(), password);
  if (!known || !matches || !*matches || attempt.is_locked) return PasswordVerdict::kRefused;
  return attempt.user->is_active() ? PasswordVerdict::kAccepted : PasswordVerdict::kDisabled;
}

Result<PasswordVerdict, TooManyAttempts> verify_password(const LoginAttempt& attempt, const RealmId& realm,
                                                         std::string_view password, LoginGuard& guard,
                                                         HeldAttempt& held) {
  const auto work = guard.dear_hashes().work_of(realm, attempt.password);
  if (const auto taken = held.take_more(work.attempts - 1); !taken) return refuse(taken.error());
  const auto verdict = verify_password(attempt, password);
  if (verdict != PasswordVerdict::kRefused) {
    held.give_back();
    return verdict;
  }
  held.count();
  for (const auto& hash : work.padding) (void)crypto::verify_password(hash, password);
  return verdict;
}

Stored<bool> is_locked_meanwhile(Rows& rows, const Repositories& repositories, const Realm& realm, const UserId& user,
                                 TimePoint now) {
  if (!brute_force_settings(realm).is_on) return false;
  const auto failures = repositories.login_failures.find(rows, realm.id, user);
  if (!failures) return refuse(failures.error());
  return is_locked(*failures, now);
}

void renew_hash(LoginAttempt& attempt, PasswordVerdict verdict, std::string_view password, Random& random) {
  if (verdict != PasswordVerdict::kAccepted || crypto::has_default_cost(*attempt.password)) return;
  const auto fresh = crypto::hash_password(password, random);
  if (!fresh) return;  // no memory for it now: the next login tries again
  attempt.renewed = RenewedHash{attempt.password_id, attempt.password_data, crypto::to_keycloak_credential(*fresh)};
}

bool must_record(const LoginAttempt& attempt, PasswordVerdict verdict) {
  if (attempt.renewed) return true;
  // Only the end of the login forgets what was counted, since more may be asked than a password: else codes could be
  // guessed without end.
  return attempt.is_counted && verdict == PasswordVerdict::kRefused;
}

Stored<Lockout> record_attempt(Tx& tx, const Repositories& repositories, const Realm& realm,
                               const LoginAttempt& attempt, PasswordVerdict verdict, std::string_view ip_address,
                               TimePoint now) {
  if (!must_record(attempt, verdict)) return Lockout::kNone;
  if (attempt.renewed) {
    const auto stored = store_renewed(tx, repositories, *attempt.user, *attempt.renewed);
    return stored ? Stored<Lockout>(Lockout::kNone) : refuse(stored.error());
  }
  if (!attempt.user || attempt.is_locked) {
    const auto written = write_uncounted(tx, repositories, realm, attempt.counted_for);
    return written ? Stored<Lockout>(Lockout::kNone) : refuse(written.error());
  }
  return record_login_failure(tx, repositories, realm, attempt.user->id, ip_address, now);
}

}  // namespace cardea
