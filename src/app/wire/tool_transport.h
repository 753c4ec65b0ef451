// The operators' commands (module tool) joined to the network, the disk and the terminal.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "app/settings/read_settings.h"

namespace cardea::app {

/// Runs one; the exit code. Certificates are checked against the system's authorities, and those of KC_TRUSTSTORE_PATHS
/// or CARDEA_TRUSTSTORE_PATHS (files and folders, separated by commas). Without TLS only this machine and private
/// addresses are called, since a password goes with the call.
[[nodiscard]] int run_tool_command(const std::vector<std::string>& arguments, const Environment& environment,
                                   std::FILE* out, std::FILE* err);

}  // namespace cardea::app
