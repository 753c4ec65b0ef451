// Does what a person proved still hold? Between the proof and the answer to the client there may be pages (required
// actions, consent, further steps), and a row that waits for them must not outlive what it stands on: a session that
// was ended, a password that was changed, a not-before that was set meanwhile (attack class 28). Asked when the row is
// read, and again in the transaction that pays it out.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "domain/authorization.h"
#include "domain/realm.h"
#include "domain/repository/repositories.h"
#include "domain/user.h"

namespace cardea {

/// What Authentication::credential_stamp holds: when the password was set, in epoch milliseconds; -1 without one.
[[nodiscard]] std::int64_t credential_stamp(std::optional<TimePoint> password_set_at);
[[nodiscard]] Stored<std::int64_t> load_credential_stamp(Rows& rows, const Repositories& repositories,
                                                         const UserId& user);

/// What else may have gone since: a session (`session`), a password (`credential_stamp`). Absent ones are not looked
/// at.
struct ProofBasis {
  std::optional<SessionId> session;
  std::optional<std::int64_t> credential_stamp;
  std::int64_t auth_time = 0;  // epoch seconds; 0: not known, then no not-before is compared
};
[[nodiscard]] ProofBasis basis_of(const Authentication& proven);

/// Absent: it holds. Else the reason, for the log: "session_ended", "credential_changed", "not_before".
[[nodiscard]] Stored<std::optional<std::string_view>> why_proof_is_over(Rows& rows, const Repositories& repositories,
                                                                        const Realm& realm, const User& user,
                                                                        const ProofBasis& basis, TimePoint now);

}  // namespace cardea
