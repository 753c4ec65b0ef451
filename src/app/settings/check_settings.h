// Rules between options, and what the options imply.
#pragma once

#include <string>
#include <vector>

#include "app/settings/problem.h"
#include "app/settings/server_settings.h"

namespace cardea::app {

/// Fills in what follows from other options: http_enabled when it was not given, the management host, the import
/// folder, the PostgreSQL URL.
void complete_settings(ServerSettings& settings, bool http_enabled_given);

/// Refuses combinations that cannot work or are not safe; warns about those that are merely unwise.
void check_settings(const ServerSettings& settings, Problems& problems, std::vector<std::string>& warnings);

/// Files and folders that must be there. Apart from the rest because it looks at the machine.
void check_files(const ServerSettings& settings, Problems& problems);

}  // namespace cardea::app
