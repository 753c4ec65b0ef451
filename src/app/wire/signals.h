// Signals as values. They are blocked before the first thread starts, so that only the main thread takes them, one at a
// time, outside of any handler.
#pragma once

#include <chrono>

namespace cardea::app {

enum class Signal { kStop, kReload, kNone };

/// Blocks SIGTERM, SIGINT and SIGHUP for this thread and those it starts, and ignores SIGPIPE for the process.
void block_signals();

/// Waits for the next signal, at most `timeout`; kNone when none came.
[[nodiscard]] Signal wait_for_signal(std::chrono::milliseconds timeout);

}  // namespace cardea::app
