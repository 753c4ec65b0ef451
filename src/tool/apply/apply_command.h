// `cardea apply FILE...`: makes realms to be as files say. It converges: what is right stays untouched, so a second
// run changes nothing. `--dry-run` tells every change and makes none; nothing is deleted without `--prune`.
#pragma once

#include <string>
#include <vector>

#include "tool/api/admin_api.h"
#include "tool/apply/run.h"

namespace cardea::tool {

/// `arguments` after the word `apply`.
[[nodiscard]] int run_apply(std::vector<std::string> arguments, const Dependencies& deps);

/// Applies one document and tells the result; for commands that make their documents themselves.
[[nodiscard]] int apply_document(AdminApi& api, const json::object& document, ApplyOptions options,
                                 const Dependencies& deps);

}  // namespace cardea::tool
