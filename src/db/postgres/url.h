// From a database URL to libpq's keywords. Forms: postgres://user:pw@host:port/db?x=y, postgresql:// (libpq's own,
// several hosts allowed), and JDBC's jdbc:postgresql://host:port/db?..., as Keycloak's --db-url takes it.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"

namespace cardea::db {

struct PostgresSettings {
  std::string url;
  std::string username;  // wins over the URL's; empty: the URL's
  SecretBytes password;  // the same
  std::string schema;    // search_path; empty: the URL's currentSchema, else the server's default
  int pool_size_max = 16;
  milliseconds pool_wait{1000};
  seconds connect_timeout{3};            // for each host; libpq rounds 1 up to 2
  milliseconds statement_timeout{5000};  // kept by the server; zero: none
};

struct PostgresTarget {
  std::map<std::string, std::string> keywords;  // libpq's, without the password
  SecretBytes password;                         // empty: none given
};

/// Everything a connection is opened with: the URL's keywords and ours (timeouts, keepalives, read-write server only).
/// The URL's own win, but for user, password and schema of the settings. The error says what is wrong in a sentence,
/// without the password.
[[nodiscard]] Result<PostgresTarget, std::string> parse_postgres_url(const PostgresSettings& settings);

}  // namespace cardea::db
