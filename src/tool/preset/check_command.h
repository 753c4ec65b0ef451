// `cardea check NAME --set ...`: what stands between an application and its first sign-in, found before anybody tries.
// It compares the server with the preset, reads the discovery document and the keys as the application's installer and
// token check do, and looks into example tokens. Each finding names the step of the guide that was left out or undone.
// It changes nothing.
#pragma once

#include <string>
#include <vector>

#include "tool/tool.h"

namespace cardea::tool {

/// `arguments` after the word `check`. kExitFailed when something was found.
[[nodiscard]] int run_check(std::vector<std::string> arguments, const Dependencies& deps);

}  // namespace cardea::tool
