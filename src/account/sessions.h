// Where a person is signed in, and signing out there.
#pragma once

#include "account/api.h"

namespace cardea::account {

/// The live browser sessions, the latest first, with the clients in each.
[[nodiscard]] Stored<web::Response> list_sessions(Rows& rows, const Call& call);
/// The same, by the device as far as its browser told us.
[[nodiscard]] Stored<web::Response> list_devices(Rows& rows, const Call& call);
/// Ends every session but the one of the call; with `?current=true` that one too.
[[nodiscard]] Stored<web::Response> end_sessions(Tx& tx, const Call& call);
/// Ends one session of this person. One that is gone, or another's, is answered the same.
[[nodiscard]] Stored<web::Response> end_one_session(Tx& tx, const Call& call);

}  // namespace cardea::account
