#include "app/settings/postgres_uri.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "base/text.h"
#include "base/uri.h"

namespace cardea::app {

namespace {

/// Parameters of libpq that may be set; the deadlines and keepalives are ours.
constexpr std::array<std::string_view, 9> kPassedOn = {
    "sslmode",         "sslrootcert",      "sslcert",   "sslkey", "sslcrl", "ssl_min_protocol_version",
    "channel_binding", "application_name", "gssencmode"};
/// Parameters of JDBC drivers that change nothing here: tuning of the driver, or what Cardea always does.
constexpr std::array<std::string_view, 9> kWithoutMeaning = {
    "connectTimeout",        "loginTimeout",     "socketTimeout",
    "tcpKeepAlive",          "targetServerType", "prepareThreshold",
    "reWriteBatchedInserts", "loadBalanceHosts", "preparedStatementCacheQueries"};

/// One "name=value" of the URL as libpq's, empty when it has no meaning; absent when it is refused.
std::optional<std::string> translate(std::string_view name, std::string_view value) {
  if (std::ranges::find(kPassedOn, name) != kPassedOn.end()) return std::string(name) + "=" + std::string(value);
  if (std::ranges::find(kWithoutMeaning, name) != kWithoutMeaning.end()) return std::string();
  if (name == "ApplicationName") return "application_name=" + std::string(value);
  // The JDBC driver's `ssl=true` checks the certificate and the host name.
  if (name == "ssl" && (value == "true" || value.empty())) return std::string("sslmode=verify-full");
  if (name == "ssl" && value == "false") return std::string();
  return std::nullopt;
}

std::string advice(std::string_view name) {
  if (name == "user" || name == "password")
    return "must not hold the " + std::string(name) + ": use db-username and db-password";
  if (name == "currentSchema") return "must not hold currentSchema: use db-schema";
  return "holds the parameter " + std::string(name) + ", which is not known here";
}

Result<std::string, PostgresUriProblem> translate_all(std::string_view query, const std::string& option) {
  std::string out;
  for (const auto pair : split(query, '&')) {
    const auto equals = pair.find('=');
    const auto name = pair.substr(0, equals);
    const auto value = equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
    const auto text = translate(name, value);
    if (!text) return refuse(PostgresUriProblem{option, advice(name)});
    if (!text->empty()) out.append(out.empty() ? "?" : "&").append(*text);
  }
  return out;
}

/// Host names, ports, brackets and commas between several hosts; no user before '@'.
bool is_authority(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(".-_:[],%").find(c) != std::string_view::npos;
  };
  return !text.empty() && std::ranges::all_of(text, allowed);
}

Result<std::string, PostgresUriProblem> from_url(std::string_view url) {
  constexpr auto kWanted = "must look like postgresql://host:port/database or jdbc:postgresql://host:port/database";
  if (url.starts_with("jdbc:")) url.remove_prefix(5);
  const auto scheme_end = url.find("://");
  const auto scheme = url.substr(0, scheme_end);
  if (scheme_end == std::string_view::npos || (scheme != "postgresql" && scheme != "postgres"))
    return refuse(PostgresUriProblem{"db-url", kWanted});
  url.remove_prefix(scheme_end + 3);
  const auto question = url.find('?');
  const auto query = question == std::string_view::npos ? std::string_view{} : url.substr(question + 1);
  const auto slash = url.find('/');
  const auto authority = url.substr(0, slash);
  if (authority.find('@') != std::string_view::npos)
    return refuse(PostgresUriProblem{"db-url", "must not hold a user or password: use db-username and db-password"});
  if (slash == std::string_view::npos || slash > question || !is_authority(authority))
    return refuse(PostgresUriProblem{"db-url", kWanted});
  const auto database = url.substr(slash + 1, question == std::string_view::npos ? question : question - slash - 1);
  if (database.empty() || database.find('/') != std::string_view::npos)
    return refuse(PostgresUriProblem{"db-url", kWanted});
  auto parameters = translate_all(query, "db-url");
  if (!parameters) return refuse(std::move(parameters.error()));
  return "postgresql://" + std::string(authority) + "/" + std::string(database) + *parameters;
}

}  // namespace

Result<std::string, PostgresUriProblem> make_postgres_uri(const ServerSettings& settings) {
  if (!settings.db_url.empty()) return from_url(settings.db_url);
  if (!is_authority(settings.db_url_host)) return refuse(PostgresUriProblem{"db-url-host", "must be a host name"});
  std::string_view properties = settings.db_url_properties;
  if (properties.starts_with('?')) properties.remove_prefix(1);
  auto parameters = translate_all(properties, "db-url-properties");
  if (!parameters) return refuse(std::move(parameters.error()));
  return "postgresql://" + settings.db_url_host + ":" + std::to_string(settings.db_url_port) + "/" +
         percent_encode(settings.db_url_database) + *parameters;
}

}  // namespace cardea::app
