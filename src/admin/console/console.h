// The page that starts the administration console (keycloak.md section 6.15). The console is a client like any other:
// it signs in at the realm of its path and calls the admin API with the token it gets.
#pragma once

#include <functional>
#include <optional>

#include "base/log.h"
#include "core/settings.h"
#include "web/base_url.h"
#include "web/console_files.h"
#include "web/router.h"

namespace cardea::admin {

struct ConsoleDependencies {
  Settings& settings;
  const web::BaseUrl& base_url;
  const web::ConsoleFiles& consoles;
  Log& log;
  const Clock& clock;
  bool reads_block = false;  // Store::reads_block
};

/// Registers GET /admin/{realm}/console and, for people who type, /admin. `dependencies` must outlive the router.
void add_console_routes(web::Router& router, const ConsoleDependencies& dependencies);

}  // namespace cardea::admin
