// A realm made to be as a file says, with Keycloak's nouns (keycloak.md section 8) and in an order in which everything
// that is named is there already. What the file does not name stays as it is.
#pragma once

#include <optional>
#include <string>

#include "tool/apply/run.h"

namespace cardea::tool {

/// Why a document cannot be applied at all; nothing when it can. Names members that only an import handles.
[[nodiscard]] std::optional<std::string> refusal(const json::value& document);

/// Applies one realm; `document` was not refused. Look at `run.failed()` afterwards.
void apply_realm(Run& run, const json::object& document);

}  // namespace cardea::tool
