// `start` and `start-dev`: from a checked configuration to a server that has stopped again.
#pragma once

#include <cstdio>

#include "app/settings/read_settings.h"

namespace cardea::app {

/// Runs until SIGTERM or SIGINT. Returns the exit status. Must be called before any other thread exists, because
/// signals are blocked for all of them here.
[[nodiscard]] int serve(Configuration configuration, const Environment& environment, std::FILE* out, std::FILE* err);

/// `gate`: the same for the gate alone.
[[nodiscard]] int serve_gate(Configuration configuration, const Environment& environment, std::FILE* out);

}  // namespace cardea::app
