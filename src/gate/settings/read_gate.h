// The gate's own file of settings: providers whose tokens count, applications, and what each asks of its callers. YAML
// in the file, JSON values here; files it names are read through `GateFiles`, so this is a pure function of its inputs.
// Every problem is told at once, by the path of the member; docs/guides/gate.md is the manual.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gate/settings/gate_settings.h"

namespace cardea::gate {

/// Paths are as written in the settings; whoever reads resolves them against the folder of the file.
struct GateFiles {
  std::function<std::optional<std::string>(const std::string& path)> read;
  /// The *.json files of a folder; absent: there is no such folder.
  std::function<std::optional<std::vector<ConfigFile>>(const std::string& folder)> list_json;
  /// A YAML file as JSON values. The error says what is wrong with it and where.
  std::function<Result<json::value, std::string>(const std::string& path)> read_yaml;
  std::map<std::string, std::string> environment;
};

inline constexpr seconds kGateDurationMax{std::chrono::hours(24 * 365)};

[[nodiscard]] GateSettings read_gate(const json::object& file, const GateFiles& files);

/// The settings of a gate that was given a folder of keepconfig.d and nothing else: KEEP, on every host.
[[nodiscard]] GateSettings gate_of_keepconfig(const std::string& folder, const GateFiles& files);

}  // namespace cardea::gate
