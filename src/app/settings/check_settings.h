// Rules between options, and what the options imply.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "app/settings/problem.h"
#include "app/settings/server_settings.h"

namespace cardea::app {

/// Fills in what follows from other options: http_enabled when it was not given, the management host, the import
/// folder, the PostgreSQL URL.
void complete_settings(ServerSettings& settings, bool http_enabled_given);

/// Names of options whose value could not be read: nothing can be said about them.
using UnreadOptions = std::set<std::string_view>;

/// Refuses combinations that cannot work or are not safe; warns about those that are merely unwise. Rules that need an
/// option of `unread` are left out, all others are checked, so that every problem is told at once.
void check_settings(const ServerSettings& settings, const UnreadOptions& unread, Problems& problems,
                    std::vector<std::string>& warnings);

/// Files and folders that must be there. Apart from the rest because it looks at the machine.
void check_files(const ServerSettings& settings, Problems& problems);

}  // namespace cardea::app
