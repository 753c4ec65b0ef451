// Why a token may do what it asks, or not, in lines for a person: `cardea gate explain`. Made of the same decisions
// that requests get; nothing is decided here.
#pragma once

#include <string>

#include "gate/front/decide_access.h"

namespace cardea::gate {

/// One line for each step: who is called, which rule saw what, which role came of it, what the request needs, and what
/// was missing. The token itself is never in it.
[[nodiscard]] std::string explain(const Application& application, const OriginalRequest& original,
                                  const Result<Caller, RefusedToken>& caller);

}  // namespace cardea::gate
