// The admin REST API. `add_routes` registers every operation of the table.
#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "core/login_guard.h"
#include "core/settings.h"
#include "domain/repository/repositories.h"
#include "web/base_url.h"
#include "web/router.h"

namespace cardea::admin {

struct Dependencies {
  Repositories repositories;
  Settings& settings;
  const web::BaseUrl& base_url;
  const Clock& clock;
  Random& random;
  Log& log;
};

/// Registers all operations, and the answers to preflight requests. `dependencies` must outlive the router.
void add_routes(web::Router& router, const Dependencies& dependencies);

}  // namespace cardea::admin
