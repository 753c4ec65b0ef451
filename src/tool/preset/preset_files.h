// The presets in the program: files of presets/, one folder for each application. Generated table.
#pragma once

#include <span>

#include "web/asset.h"

namespace cardea::tool {

/// All files, sorted by path: "netbird/preset.yaml".
[[nodiscard]] std::span<const web::Asset> preset_files();

}  // namespace cardea::tool
