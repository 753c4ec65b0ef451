// Something the server wants back with a form: a challenge, the key of a device that is being set up, fresh recovery
// codes. It travels sealed in a hidden field, so a page that is only looked at writes nothing, and nobody can choose it
// or carry it to another place: it is bound to its realm, the interaction, and what it is for.
//
// Single use is not the note's: it goes with the row that its form takes, or with UsedIdRepo.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "crypto/seal.h"
#include "domain/interaction.h"

namespace cardea {

inline constexpr std::size_t kNoteBytesMax = 2 * 1024;  // the sealed text

/// `purpose` names what it is for, with the step or action it belongs to: "webauthn.get/<execution id>".
[[nodiscard]] std::string seal_note(const crypto::Sealer& sealer, const Interaction& interaction,
                                    std::string_view purpose, std::string_view bytes, TimePoint expires_at);
/// Absent: not ours, changed, for another interaction or purpose, or too old.
[[nodiscard]] std::optional<SecretBytes> open_note(const crypto::Sealer& sealer, const Interaction& interaction,
                                                   std::string_view purpose, std::string_view text, TimePoint now);

}  // namespace cardea
