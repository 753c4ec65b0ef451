#include "app/settings/keycloak_names.h"

#include <algorithm>
#include <array>

namespace cardea::app {

namespace {

using enum KeycloakName::Treatment;

struct Row {
  std::string_view name;  // a whole name, or a prefix when it ends in '-'
  std::string_view advice = {};
};

/// Keycloak 17 to 26; keycloak.md section 7.1 names the sources.
constexpr std::array kRows = {
    Row{"bootstrap-admin-client-id"},
    Row{"bootstrap-admin-client-secret"},
    Row{"cache", "settings are kept in memory and compared with the database every second"},
    Row{"cache-"},
    Row{"config-keystore"},
    Row{"config-keystore-"},
    Row{"db-connect-timeout"},
    Row{"db-debug-"},
    Row{"db-dialect"},
    Row{"db-driver"},
    Row{"db-log-"},
    Row{"db-pool-initial-size"},
    Row{"db-pool-max-lifetime"},
    Row{"db-pool-min-size"},
    Row{"event-"},
    Row{"features", "what Cardea does is on or off by realm and client settings"},
    Row{"features-"},
    Row{"feature-"},
    Row{"hostname-admin"},
    Row{"hostname-admin-url"},
    Row{"hostname-backchannel-dynamic", "every address is the public one"},
    Row{"hostname-debug"},
    Row{"hostname-path", "give hostname as a full URL"},
    Row{"hostname-port", "give hostname as a full URL"},
    Row{"hostname-strict-backchannel"},
    Row{"hostname-strict-https"},
    Row{"hostname-url", "give hostname as a full URL"},
    Row{"http-access-log-"},
    Row{"http-accept-"},
    Row{"http-management-health-enabled"},
    Row{"http-management-relative-path", "health and metrics are at the root of the management port"},
    Row{"http-management-scheme", "the management port speaks HTTP"},
    Row{"http-max-queued-requests"},
    Row{"http-metrics-"},
    Row{"http-optimized-serializers"},
    Row{"http-pool-max-threads"},
    Row{"https-certificates-reload-period", "SIGHUP reads certificates again"},
    Row{"https-cipher-suites"},
    Row{"https-key-store-", "use https-certificate-file and https-certificate-key-file"},
    Row{"https-management-"},
    Row{"https-protocols"},
    Row{"https-trust-store-", "give the certificates as PEM in https-trust-store-file"},
    Row{"legacy-observability-interface", "health and metrics are on the management port"},
    Row{"log"},
    Row{"log-async"},
    Row{"log-console-async"},
    Row{"log-console-async-queue-length"},
    Row{"log-console-color"},
    Row{"log-console-enabled"},
    Row{"log-console-format"},
    Row{"log-console-include-mdc"},
    Row{"log-console-include-trace"},
    Row{"log-console-json-format"},
    Row{"log-console-level"},
    Row{"log-file"},
    Row{"log-file-"},
    Row{"log-gelf-"},
    Row{"log-level-"},
    Row{"log-mdc-"},
    Row{"log-service-environment"},
    Row{"log-service-name"},
    Row{"log-syslog-"},
    Row{"proxy", "use proxy-headers with proxy-trusted-addresses"},
    Row{"proxy-allow-forwarded-header"},
    Row{"proxy-protocol-enabled"},
    Row{"run-in-container"},
    Row{"server-async-bootstrap"},
    Row{"shutdown-"},
    Row{"spi-"},
    Row{"telemetry-"},
    Row{"tls-hostname-verifier"},
    Row{"tracing-"},
    Row{"transaction-"},
    Row{"truststore-kubernetes-enabled"},
    Row{"vault"},
    Row{"vault-"},
    Row{"verbose"},
};

bool matches(std::string_view name, std::string_view option) {
  return name.ends_with('-') ? option.starts_with(name) && option.size() > name.size() : option == name;
}

/// Options that ask for a protection: leaving one out must be the operator's decision.
std::optional<KeycloakName> find_protection(std::string_view option, std::string_view value) {
  if (option == "https-management-client-auth" && value != "none")
    return KeycloakName{kRefuse, "the management port speaks HTTP; remove it, or set it to none"};
  if (option == "fips-mode" && value != "disabled")
    return KeycloakName{kRefuse, "there is no FIPS mode; remove it, or set it to disabled"};
  if (option == "db-tls-mode" && value != "disabled")
    return KeycloakName{kRefuse, "give sslmode in db-url or db-url-properties"};
  if (option == "https-management-client-auth" || option == "fips-mode" || option == "db-tls-mode")
    return KeycloakName{kIgnore, {}};
  return std::nullopt;
}

}  // namespace

std::optional<KeycloakName> find_keycloak_name(std::string_view option, std::string_view value) {
  if (const auto protection = find_protection(option, value)) return protection;
  const auto found = std::ranges::find_if(kRows, [&](const Row& row) { return matches(row.name, option); });
  if (found == kRows.end()) return std::nullopt;
  return KeycloakName{kIgnore, found->advice};
}

}  // namespace cardea::app
