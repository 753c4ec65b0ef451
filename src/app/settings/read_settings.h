// All sources of the configuration put together and checked: the one way to a ServerSettings. Pure: the environment and
// the reader of files are handed in. Every problem of every source is reported at once.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/settings/command_line.h"
#include "app/settings/option.h"
#include "base/result.h"

namespace cardea::app {

using Environment = std::map<std::string, std::string, std::less<>>;
/// Whole text of a file; absent when it cannot be read.
using FileReader = std::function<std::optional<std::string>(const std::string& path)>;

struct EffectiveValue {
  const Option* option;
  std::string text;    // empty: not set; "********" for a secret that is
  std::string source;  // "--http-port", "KC_HTTP_PORT", "FILE", "default"
};

struct Configuration {
  ServerSettings settings;
  std::vector<EffectiveValue> effective;  // one for each option, in table order
  std::vector<std::string> warnings;      // sentences for the log
};

/// Names: an unknown flag, KC_ name or YAML key is refused with the nearest known one, unless Keycloak has it (then one
/// warning lists all of those). An empty environment value counts as not set. KEYCLOAK_ADMIN and
/// KEYCLOAK_ADMIN_PASSWORD stand for the bootstrap options when those are not set. Checks that need more than one
/// option are in check_settings.h and run here.
[[nodiscard]] Result<Configuration, Problems> read_settings(const CommandLine& line, const Environment& environment,
                                                            const FileReader& read_file);

}  // namespace cardea::app
