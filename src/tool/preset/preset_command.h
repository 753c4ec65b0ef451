// `cardea preset`: an application set up in one step, without its guide.
//
//   cardea preset                                    what there is
//   cardea preset netbird                            what it needs
//   cardea preset netbird --set domain=nb.example.test [--output FOLDER] [--dry-run]
//
// It applies the preset's realm document (so a second run changes nothing), checks what stands between the set-up and a
// first sign-in, and prints, or writes with 0600, the settings for the application.
#pragma once

#include <string>
#include <vector>

#include "tool/tool.h"

namespace cardea::tool {

/// `arguments` after the word `preset`.
[[nodiscard]] int run_preset(std::vector<std::string> arguments, const Dependencies& deps);

}  // namespace cardea::tool
