// A session as one JSON text, for its row. Sealed by the store: it holds tokens.
#pragma once

#include "domain/gate.h"
#include "gate/signin/sessions.h"

namespace cardea::gate {

/// Everything but what stands in columns of its own.
[[nodiscard]] SecretBytes session_document(const Session& session);

/// Absent: not a document of this kind.
[[nodiscard]] std::optional<Session> session_of_row(const GateSessionRow& row);

}  // namespace cardea::gate
