// What can be asked of the gate's settings without running it: `gate check`, `gate config PROXY`, `gate explain`.
#pragma once

#include <cstdio>

#include "app/settings/read_settings.h"

namespace cardea::app {

struct Output {
  std::FILE* out;
  std::FILE* err;
};

/// Returns the exit status, see command.h.
[[nodiscard]] int run_gate_command(const CommandLine& line, const Configuration& configuration,
                                   const Environment& environment, const Output& output);

}  // namespace cardea::app
