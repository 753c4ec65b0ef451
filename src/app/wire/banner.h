// What a start prints for a person. It goes to the terminal and not through the log: the one-time password in it must
// be in no log file and in no JSON line (attack class 33).
#pragma once

#include <string>
#include <string_view>

#include "app/settings/server_settings.h"
#include "app/wire/server.h"

namespace cardea::app {

/// The lines after a successful start.
[[nodiscard]] std::string start_banner(const ServerSettings& settings, const Announcement& announcement);

/// The lines that show the administrator's password, this once. The caller wipes the text after printing.
[[nodiscard]] std::string password_banner(std::string_view username, std::string_view password);

}  // namespace cardea::app
