// From the options gate-file and keepconfig-dir to the gate's settings: YAML as JSON values, and files read relative to
// the folder of the file that names them. What the settings mean is in gate/settings/read_gate.h.
#pragma once

#include "app/settings/read_settings.h"
#include "base/json.h"
#include "gate/settings/read_gate.h"

namespace cardea::app {

inline constexpr std::size_t kGateFileBytesMax = 4 * 1024 * 1024;

/// Plain scalars become booleans and whole numbers where they look like it, quoted ones stay texts. Refuses aliases'
/// loops, keys that stand twice and nesting beyond kJsonDepthMax. The error names the line.
[[nodiscard]] Result<json::value, std::string> yaml_to_json(const std::string& text);

/// Always an answer: what is wrong stands in its notes.
[[nodiscard]] gate::GateSettings read_gate_settings(const ServerSettings& settings, const Environment& environment);

}  // namespace cardea::app
