// The YAML file of --config-file: one mapping from option names to values, as text. A list is joined with commas.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "app/settings/problem.h"
#include "base/result.h"

namespace cardea::app {

inline constexpr std::size_t kConfigFileBytesMax = 64 * 1024;

/// Refuses what is not a flat mapping, keys that stand twice, and nested values. Names are not judged here.
/// `path` is for the problems only. Scalars keep their spelling: `no` is the text "no".
[[nodiscard]] Result<std::map<std::string, std::string>, Problems> parse_config_file(std::string_view text,
                                                                                     const std::string& path);

}  // namespace cardea::app
