#include <algorithm>
#include <array>

#include "app/settings/assign.h"
#include "app/settings/option.h"
#include "base/limits.h"
#include "base/uri.h"
#include "core/events/event_metrics.h"

namespace cardea::app {

namespace {

using S = ServerSettings;

constexpr std::array<Choice<Database>, 3> kDatabases = {
    {{"sqlite", Database::kSqlite}, {"dev-file", Database::kSqlite}, {"postgres", Database::kPostgres}}};
constexpr std::array<Choice<ClientAuth>, 3> kClientAuth = {
    {{"none", ClientAuth::kNone}, {"request", ClientAuth::kRequest}, {"required", ClientAuth::kRequired}}};
constexpr std::array<Choice<ProxyHeaders>, 2> kProxyHeaders = {
    {{"forwarded", ProxyHeaders::kForwarded}, {"xforwarded", ProxyHeaders::kXForwarded}}};
constexpr std::array<Choice<LogFormat>, 2> kLogFormats = {{{"default", LogFormat::kText}, {"json", LogFormat::kJson}}};
constexpr std::array<Choice<LogLevel>, 8> kLogLevels = {{{"debug", LogLevel::kDebug},
                                                         {"info", LogLevel::kInfo},
                                                         {"warn", LogLevel::kWarning},
                                                         {"error", LogLevel::kError},
                                                         {"all", LogLevel::kDebug},
                                                         {"trace", LogLevel::kDebug},
                                                         {"fatal", LogLevel::kError},
                                                         {"off", LogLevel::kError}}};

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

Refusal assign_event_tags(S& settings, std::string_view text) {
  EventMetricsSettings read;
  if (!read_event_tags(text, read)) return "must be some of realm, idp and clientId, with commas between them";
  settings.event_metrics_user_tags = text;
  return {};
}

/// A host name alone, or a full URL without query, fragment and user.
Refusal assign_hostname(S& settings, std::string_view text) {
  constexpr auto kWanted = "must be a host name (id.example.com) or a full URL (https://id.example.com/auth)";
  if (text.find("://") == std::string_view::npos) {
    if (text.empty() || !std::ranges::all_of(text, is_host_character)) return kWanted;
  } else {
    const auto uri = parse_uri(text);
    if (!uri || !uri->is_http() || uri->host.empty() || uri->userinfo || uri->query || uri->fragment) return kWanted;
  }
  settings.hostname = text;
  while (settings.hostname.ends_with('/')) settings.hostname.pop_back();
  return {};
}

Refusal assign_relative_path(S& settings, std::string_view text) {
  std::string path(text);
  while (path.ends_with('/')) path.pop_back();
  const auto allowed = [](char c) { return is_host_character(c) || c == '_' || c == '~' || c == '/'; };
  const bool climbs = path.find("//") != std::string::npos || path.find("/.") != std::string::npos;
  if (!text.starts_with('/') || climbs || !std::ranges::all_of(path, allowed))
    return "must be a path such as / or /auth";
  settings.http_relative_path = path;
  return {};
}

/// Keycloak's list: the level, then `category:level` pairs, which name Java packages and mean nothing here.
Refusal assign_log_level(S& settings, std::string_view text) {
  for (const auto part : split(text, ',')) {
    if (part.find(':') != std::string_view::npos) continue;
    if (auto refusal = assign_choice<&S::log_level, kLogLevels>(settings, trim(part))) return refusal;
  }
  return {};
}

Refusal assign_password(S& settings, std::string_view text) {
  if (text.size() > kPasswordBytesMax) return "must be at most " + std::to_string(kPasswordBytesMax) + " bytes";
  return assign<&S::bootstrap_admin_password>(settings, text);
}

Refusal assign_management_token(S& settings, std::string_view text) {
  constexpr std::size_t kBytesMin = 16;
  if (text.size() < kBytesMin) return "must be at least " + std::to_string(kBytesMin) + " bytes";
  return assign<&S::gate_management_token>(settings, text);
}

constexpr auto kBool = "true|false";

const std::array kTable = {
    // General
    Option{"config-file", "General", "FILE", "", "", "A YAML file with options, one `key: value` a line.",
           assign<&S::config_file>},
    Option{"optimized", "General", kBool, "false", "false",
           "Accepted for Keycloak's scripts; there is no build step to skip.", assign<&S::optimized>,
           kValueMayBeLeftOut | kProductionOnly},

    // HTTP
    Option{
        "http-enabled", "HTTP", kBool, "", "true",
        "Serve plain HTTP. By default on in start-dev, and in start when proxy-headers is set and no certificate is.",
        assign<&S::http_enabled>, kValueMayBeLeftOut},
    Option{"http-host", "HTTP", "ADDRESS", "0.0.0.0", "localhost", "The address to listen on.", assign<&S::http_host>},
    Option{"http-port", "HTTP", "PORT", "8080", "8080", "The port for HTTP; 0 takes any free one.",
           assign<&S::http_port>},
    Option{"https-port", "HTTP", "PORT", "8443", "8443", "The port for HTTPS; 0 takes any free one.",
           assign<&S::https_port>},
    Option{"http-relative-path", "HTTP", "PATH", "/", "/",
           "The path everything is served under; /auth for guides written before Keycloak 17.", assign_relative_path},
    Option{"https-certificate-file", "HTTP", "FILE", "", "",
           "The server certificate with its chain, PEM. SIGHUP reads it again.", assign<&S::https_certificate_file>},
    Option{"https-certificate-key-file", "HTTP", "FILE", "", "", "The private key of the certificate, PEM.",
           assign<&S::https_certificate_key_file>},
    Option{"https-client-auth", "HTTP", "none|request|required", "none", "none",
           "Ask clients for a certificate, for tls_client_auth and bound tokens. Needs https-trust-store-file.",
           assign_choice<&S::https_client_auth, kClientAuth>},
    Option{"https-trust-store-file", "HTTP", "FILE", "", "",
           "The authorities that clients' certificates lead to, or those certificates themselves, PEM.",
           assign<&S::https_trust_store_file>},
    Option{"truststore-paths", "HTTP", "PATH,...", "", "",
           "PEM files or folders of them: authorities to trust beside the system's.", assign<&S::truststore_paths>},

    Option{
        "outbound-addresses", "HTTP", "ADDRESS,...", "", "",
        "Inner addresses or ranges (10.0.0.0/8) that URLs and mail servers set by administrators may lead to. Public "
        "addresses need no listing, and start-dev reaches its own machine.",
        assign<&S::outbound_addresses>},

    // Hostname and proxy
    Option{"hostname", "Hostname", "NAME|URL", "", "",
           "The public name, or the full public URL, that every issuer and link starts with.", assign_hostname},
    Option{"hostname-strict", "Hostname", kBool, "true", "false",
           "Refuse to take the public name from requests; then hostname is needed.", assign<&S::hostname_strict>,
           kValueMayBeLeftOut},
    Option{
        "spi-login-protocol--openid-connect--legacy-logout-redirect-uri", "Hostname", kBool, "false", "false",
        "Log out at once by the parameter redirect_uri of applications from before the standard, without asking; else "
        "the person is asked first.",
        assign<&S::legacy_logout_redirect_uri>, kValueMayBeLeftOut},
    Option{"spi-ciba-auth-channel--ciba-http-auth-channel--http-authentication-channel-uri", "Hostname", "URL", "", "",
           "Where people are asked on their own devices for backchannel requests (CIBA): who reaches them takes a POST "
           "there. Without it there is no such grant.",
           assign<&S::ciba_channel_uri>},
    Option{"proxy-headers", "Hostname", "forwarded|xforwarded", "", "",
           "Which headers a proxy in front sends with the browser's address. Needs proxy-trusted-addresses.",
           assign_choice<&S::proxy_headers, kProxyHeaders>},
    Option{"proxy-trusted-addresses", "Hostname", "ADDRESS,...", "", "",
           "Addresses or ranges (10.0.0.0/8) of the proxies whose headers are believed.",
           assign<&S::proxy_trusted_addresses>},
    Option{"proxy-client-certificate-header", "Hostname", "NAME", "", "",
           "The header in which the proxy passes on the client's certificate after checking it, percent-encoded PEM "
           "(nginx: $ssl_client_escaped_cert). Needs proxy-trusted-addresses.",
           assign<&S::proxy_client_certificate_header>},

    // Health and metrics
    Option{"health-enabled", "Management", kBool, "false", "false",
           "Serve /health, /health/live, /health/ready and /health/started on the management port.",
           assign<&S::health_enabled>, kValueMayBeLeftOut},
    Option{"metrics-enabled", "Management", kBool, "false", "false",
           "Serve /metrics in Prometheus' format on the management port.", assign<&S::metrics_enabled>,
           kValueMayBeLeftOut},
    Option{"event-metrics-user-enabled", "Management", kBool, "false", "false",
           "Count user events in /metrics, as keycloak_user_events_total.", assign<&S::event_metrics_user_enabled>,
           kValueMayBeLeftOut},
    Option{"event-metrics-user-tags", "Management", "realm,idp,clientId", "realm", "realm",
           "What user events are counted by, beside event and error.", assign_event_tags},
    Option{"event-metrics-user-events", "Management", "NAMES", "", "",
           "The user events that are counted, such as login,refresh_token. By default all.",
           assign<&S::event_metrics_user_events>},
    Option{"http-management-port", "Management", "PORT", "9000", "9000", "The management port; 0 takes any free one.",
           assign<&S::http_management_port>},
    Option{"http-management-host", "Management", "ADDRESS", "", "",
           "The address of the management port. By default that of http-host.", assign<&S::http_management_host>},

    // Database
    Option{"db", "Database", "sqlite|dev-file|postgres", "sqlite", "sqlite",
           "The database: a SQLite file in data-dir (dev-file means the same), or PostgreSQL 15 and later.",
           assign_choice<&S::db, kDatabases>},
    Option{"db-url", "Database", "URL", "", "",
           "Where PostgreSQL is: postgresql://host:port/database, or jdbc:postgresql://...", assign<&S::db_url>,
           kMayHoldPassword},
    Option{"db-url-host", "Database", "HOST", "localhost", "localhost", "The host, when db-url is not given.",
           assign<&S::db_url_host>},
    Option{"db-url-port", "Database", "PORT", "5432", "5432", "The port, when db-url is not given.",
           assign<&S::db_url_port>},
    Option{"db-url-database", "Database", "NAME", "keycloak", "keycloak", "The database, when db-url is not given.",
           assign<&S::db_url_database>},
    Option{"db-url-properties", "Database", "?NAME=VALUE&...", "", "",
           "Connection parameters such as ?sslmode=verify-full, when db-url is not given.",
           assign<&S::db_url_properties>, kMayHoldPassword},
    Option{"db-username", "Database", "NAME", "", "", "The database user.", assign<&S::db_username>},
    Option{"db-password", "Database", "PASSWORD", "", "", "The database user's password.", assign<&S::db_password>,
           kSecret},
    Option{"db-schema", "Database", "NAME", "", "",
           "The schema of the tables. By default the one that the database user finds first.", assign<&S::db_schema>},
    Option{"db-pool-max-size", "Database", "N", "16", "16", "The most connections to PostgreSQL.",
           assign_number<&S::db_pool_max_size, 1, 1000>},

    // Files
    Option{"data-dir", "Files", "DIR", "data", "data",
           "The folder of the SQLite file, the master key and import files. Made when it is not there. `cardea gate` "
           "keeps sessions in memory alone unless this or db is given.",
           assign<&S::data_dir>},
    Option{"master-key-file", "Files", "FILE", "", "",
           "The key that protects secrets at rest: 32 bytes in base64, readable by the owner only. By default "
           "the systemd credential cardea-master-key, else master.key in data-dir.",
           assign<&S::master_key_file>},
    Option{"master-key", "Files", "BASE64", "", "", "The master key itself.", assign<&S::master_key>,
           kSecret | kEnvironmentOnly},

    // Realms
    Option{
        "import-realm", "Realms", "FILE|DIR", "", "",
        "Import realm files at start; realms that exist are skipped. Without a value: the folder import in data-dir.",
        assign<&S::import_realm>, kValueMayBeLeftOut},
    Option{"bootstrap-admin-username", "Realms", "NAME", "admin", "admin", "The administrator made at the first start.",
           assign<&S::bootstrap_admin_username>},
    Option{"bootstrap-admin-password", "Realms", "PASSWORD", "", "",
           "The administrator's first password. By default a random one, printed once.", assign_password, kSecret},

    // Gate
    Option{"gate-file", "Gate", "FILE", "", "",
           "The gate's YAML file: providers whose tokens count, and applications. SIGHUP reads it again.",
           assign<&S::gate_file>},
    Option{"keepconfig-dir", "Gate", "DIR", "", "",
           "A folder keepconfig.d of HCL KEEP, read as it is, when there is no gate-file.", assign<&S::keepconfig_dir>},
    Option{"gate-management-token", "Gate", "TEXT", "", "",
           "The bearer token that opens /gate/explain and /gate/decisions on the management port, from every address. "
           "By default they answer the machine that the gate runs on, and nobody else.",
           assign_management_token, kSecret | kEnvironmentOnly},

    // Logging
    Option{"log-level", "Logging", "debug|info|warn|error", "info", "info",
           "The least important level to log. Keycloak's category levels are accepted and left out.", assign_log_level},
    Option{"log-console-output", "Logging", "default|json", "default", "default", "Log as text or as JSON.",
           assign_choice<&S::log_console_output, kLogFormats>},
};

}  // namespace

std::span<const Option> option_table() { return kTable; }

const Option* find_option(std::string_view name) {
  const auto found = std::ranges::find(kTable, name, &Option::name);
  return found == kTable.end() ? nullptr : &*found;
}

std::string environment_name(std::string_view option) {
  std::string name(kEnvironmentPrefix);
  for (const char c : option) name.push_back(c == '-' ? '_' : (c >= 'a' && c <= 'z') ? static_cast<char>(c - 32) : c);
  return name;
}

std::string option_name(std::string_view environment) {
  auto name = ascii_lower(environment.substr(kEnvironmentPrefix.size()));
  std::ranges::replace(name, '_', '-');
  return name;
}

std::string ServerSettings::frontend_url() const {
  if (hostname.empty() || hostname.find("://") != std::string::npos) return hostname;
  // A bare name says neither scheme nor port: behind a proxy or with a certificate it is https on the usual port.
  const bool https = serves_https() || proxy_headers != ProxyHeaders::kNone;
  auto url = (https ? "https://" : "http://") + hostname;
  if (proxy_headers == ProxyHeaders::kNone) {
    const auto port = https ? https_port : http_port;
    if (port != (https ? 443 : 80)) url += ":" + std::to_string(port);
  }
  return url + http_relative_path;
}

}  // namespace cardea::app
