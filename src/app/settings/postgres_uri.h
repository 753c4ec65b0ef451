// Keycloak's database options to the URI that libpq understands. JDBC spellings are translated, since compose files
// have them; a parameter that means nothing here is refused rather than dropped, because it may be the one that asks
// for TLS.
#pragma once

#include <string>

#include "app/settings/server_settings.h"
#include "base/result.h"

namespace cardea::app {

struct PostgresUriProblem {
  std::string option;  // "db-url" or "db-url-properties"
  std::string text;
};

/// "postgresql://host:port/database?sslmode=..." without user and password, from db-url, or from its parts.
[[nodiscard]] Result<std::string, PostgresUriProblem> make_postgres_uri(const ServerSettings& settings);

}  // namespace cardea::app
