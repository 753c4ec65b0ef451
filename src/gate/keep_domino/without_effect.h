// Settings of KEEP that are read and change nothing here: whoever wrote one is told, by its name, rather than left to
// believe in it (guides.md G1.3).
#pragma once

#include <vector>

#include "gate/keep_domino/overlay.h"

namespace cardea::gate {

/// `settings`: the merged ones. What is switched off is not told.
void warn_of_what_does_nothing(const json::object& settings, std::vector<ConfigNote>& notes);

}  // namespace cardea::gate
