// What people see and change about themselves: the account console and its REST API (keycloak.md section 1.18), the
// texts of both consoles, and the start page.
//
// Everything below /realms/{realm}/account is two things: the console's page for a browser, and the API for whoever
// says that it wants or sends JSON (wants_api).
#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "core/settings.h"
#include "domain/repository/repositories.h"
#include "web/base_url.h"
#include "web/console_files.h"
#include "web/page.h"
#include "web/router.h"

namespace cardea::account {

struct Dependencies {
  Repositories repositories;
  Settings& settings;
  const web::Pages& pages;
  const web::BaseUrl& base_url;
  const web::ConsoleFiles& consoles;
  const Clock& clock;
  Random& random;
  Log& log;
  bool development = false;  // start-dev: the start page leads to the playground
};

/// Registers all of it. `dependencies` must outlive the router and every Outcome it gave.
void add_routes(web::Router& router, const Dependencies& dependencies);

}  // namespace cardea::account
