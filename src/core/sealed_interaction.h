// An interaction before anything is proven: sealed text in the browser's URL, nothing in the database (architecture
// section 3). Only the stage AwaitingLogin is ever sealed: who proved what stays in a row, so no sealed text can say it
// (attack classes 5 and 17).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "crypto/seal.h"
#include "domain/interaction.h"

namespace cardea {

enum class SealedInteractionError {
  kTooLarge,    // the request (state, nonce, redirect URI) does not fit kInteractionBytesMax
  kUnreadable,  // not a text of ours, changed, or sealed for another realm or another use
  kExpired,     // ours, but too old
};
[[nodiscard]] std::string_view describe(SealedInteractionError error);

/// base64url text of at most kInteractionBytesMax characters: room for about 2.5 kB of state, nonce and redirect URI.
/// An interaction in another stage than AwaitingLogin is a bug.
[[nodiscard]] Result<std::string, SealedInteractionError> seal_interaction(const crypto::Sealer& sealer,
                                                                           const Interaction& interaction);

/// Opens what `seal_interaction` made for the same realm. Whose browser it belongs to is for the caller to check.
[[nodiscard]] Result<Interaction, SealedInteractionError> open_interaction(const crypto::Sealer& sealer,
                                                                           const RealmId& realm, std::string_view text,
                                                                           TimePoint now);

/// Opens one that is over for less than a day: nothing goes on with it, but its request may be begun anew. Absent: it
/// is over for longer, or not over at all, or none.
[[nodiscard]] std::optional<Interaction> open_timed_out_interaction(const crypto::Sealer& sealer, const RealmId& realm,
                                                                    std::string_view text, TimePoint now);

}  // namespace cardea
