// What a person signs in with: passwords, one-time codes, keys.
#pragma once

#include "account/api.h"

namespace cardea::account {

inline constexpr std::size_t kCredentialLabelBytesMax = 255;

/// By type, with what can be done about each. `?type=` asks for one type, `?user-credentials=false` leaves out the
/// person's own.
[[nodiscard]] Stored<web::Response> list_credentials(Rows& rows, const Call& call);
/// Refuses types whose loss would lock the person out (passwords).
[[nodiscard]] Stored<web::Response> remove_credential(Tx& tx, const Call& call);
/// The body is a JSON text.
[[nodiscard]] Stored<web::Response> change_label(Tx& tx, const Call& call);

}  // namespace cardea::account
