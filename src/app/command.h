// The commands of the program. `main` hands in what it got from the system, so that a test can do the same.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "app/settings/read_settings.h"

namespace cardea::app {

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;   // a good configuration, but it did not work
inline constexpr int kExitRefused = 2;  // the command line or configuration is wrong

/// Runs one command; `start` returns when the server has stopped. `arguments` without the program's name. What was
/// asked for goes to `out`, what is wrong to `err`.
[[nodiscard]] int run_command(const std::vector<std::string>& arguments, const Environment& environment, std::FILE* out,
                              std::FILE* err);

}  // namespace cardea::app
