// Why a token may do what it asks, or not, in lines for a person: `cardea gate explain`. Made of the same decisions
// that requests get; nothing is decided here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gate/front/decide_access.h"

namespace cardea::gate {

/// Lines about what was asked elsewhere, and said.
using Learnt = std::vector<std::string>;

/// One line for each step: who is called, which rule saw what, which role came of it, what the request needs, and what
/// was missing. The token itself is never in it.
[[nodiscard]] std::string explain(const Application& application, const OriginalRequest& original,
                                  const Result<Caller, RefusedToken>& caller, const Learnt& learnt = {});

/// The same where no caller came of it. `because`: in words, or as the log says it.
[[nodiscard]] std::string explain_refused_token(const Application& application, const OriginalRequest& original,
                                                std::string_view because);

/// Why the application looks at no token at all; empty: it does.
[[nodiscard]] std::string_view why_no_token(const Application& application);

}  // namespace cardea::gate
