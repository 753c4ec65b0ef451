// From the program's settings to those of its listeners.
#pragma once

#include <string>
#include <string_view>

#include "app/settings/server_settings.h"
#include "http/server.h"
#include "http/settings.h"

namespace cardea::app {

[[nodiscard]] http::ServerSettings public_settings(const ServerSettings& settings);
[[nodiscard]] http::ServerSettings management_settings(const ServerSettings& settings);

/// A sentence for the operator. `option`: "http" or "http-management", whose -host and -port are at fault.
[[nodiscard]] std::string describe_failure(const http::ServerError& error, std::string_view option);

}  // namespace cardea::app
