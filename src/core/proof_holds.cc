#include "core/proof_holds.h"

#include <algorithm>

#include "core/session.h"

namespace cardea {

std::int64_t credential_stamp(std::optional<TimePoint> password_set_at) {
  return password_set_at ? epoch_milliseconds(*password_set_at) : -1;
}

Stored<std::int64_t> load_credential_stamp(Rows& rows, const Repositories& repositories, const UserId& user) {
  const auto passwords = repositories.credentials.list(rows, user, "password");
  if (!passwords) return refuse(passwords.error());
  return credential_stamp(passwords->empty() ? std::nullopt : std::optional(passwords->front().created_at));
}

ProofBasis basis_of(const Authentication& proven) {
  return {.session = proven.session, .credential_stamp = proven.credential_stamp, .auth_time = proven.auth_time};
}

Stored<std::optional<std::string_view>> why_proof_is_over(Rows& rows, const Repositories& repositories,
                                                          const Realm& realm, const User& user, const ProofBasis& basis,
                                                          TimePoint now) {
  using Answer = std::optional<std::string_view>;
  if (basis.auth_time != 0 && basis.auth_time < std::max(realm.not_before, user.not_before)) {
    return Answer("not_before");
  }
  if (basis.session) {
    const auto session = repositories.sessions.find(rows, realm.id, *basis.session);
    if (!session) return refuse(session.error());
    const bool lives = *session && (*session)->user == user.id && is_session_alive(realm, **session, now);
    if (!lives) return Answer("session_ended");
  }
  if (basis.credential_stamp) {
    const auto stamp = load_credential_stamp(rows, repositories, user.id);
    if (!stamp) return refuse(stamp.error());
    if (*stamp != *basis.credential_stamp) return Answer("credential_changed");
  }
  return Answer();
}

}  // namespace cardea
