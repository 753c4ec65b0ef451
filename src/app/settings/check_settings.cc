#include "app/settings/check_settings.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/uri.h"
#include "db/postgres/url.h"
#include "http/address.h"
#include "http/outbound_address.h"
#include "web/fetch.h"

namespace cardea::app {

namespace {

/// True when all of these could be read.
bool are_read(const UnreadOptions& unread, std::initializer_list<std::string_view> names) {
  return std::ranges::none_of(names, [&](std::string_view name) { return unread.contains(name); });
}

/// Can nobody but this machine reach what listens there?
bool is_this_machine(std::string_view host) {
  const auto address = http::parse_address(host);
  return host == "localhost" || (address && http::kind_of(*address) == http::AddressKind::kLoopback);
}

void check_transport(const ServerSettings& s, Problems& problems, std::vector<std::string>& warnings) {
  if (s.https_certificate_file.empty() != s.https_certificate_key_file.empty())
    problems.add("https-certificate-file", "and https-certificate-key-file must be given together");
  if (!s.http_enabled && !s.serves_https())
    problems.add("start",
                 "needs a way to listen: https-certificate-file with https-certificate-key-file, or http-enabled=true "
                 "with a proxy in front that ends TLS");
  const bool same = s.http_port == s.https_port && s.http_port != 0;
  if (s.http_enabled && s.serves_https() && same) problems.add("https-port", "must differ from http-port");
  if (s.has_management() && s.http_management_port != 0) {
    if ((s.http_enabled && s.http_management_port == s.http_port) ||
        (s.serves_https() && s.http_management_port == s.https_port))
      problems.add("http-management-port", "must differ from http-port and https-port");
  }
  const bool is_at_home = s.development && is_this_machine(s.http_host);
  if (s.http_enabled && !is_at_home && s.proxy_headers == ProxyHeaders::kNone)
    warnings.emplace_back(
        "Plain HTTP is served and no proxy is named: passwords and tokens are readable on the way, and cookies "
        "cannot be marked Secure. Set https-certificate-file, or proxy-headers with proxy-trusted-addresses.");
}

void check_proxy(const ServerSettings& s, Problems& problems) {
  for (const auto& address : s.proxy_trusted_addresses)
    if (!http::parse_address_range(address))
      problems.add("proxy-trusted-addresses",
                   "\"" + address + "\" is neither an address nor a range such as 10.0.0.0/8");
  if (s.proxy_headers != ProxyHeaders::kNone && s.proxy_trusted_addresses.empty())
    problems.add("proxy-headers",
                 "needs proxy-trusted-addresses: anyone could claim any address otherwise. Name the proxy, for example "
                 "proxy-trusted-addresses=127.0.0.1");
  if (!s.proxy_client_certificate_header.empty() && s.proxy_trusted_addresses.empty())
    problems.add("proxy-client-certificate-header",
                 "needs proxy-trusted-addresses: anyone could claim any certificate otherwise");
}

void check_client_certificates(const ServerSettings& s, Problems& problems) {
  if (s.https_client_auth == ClientAuth::kNone) return;
  if (!s.serves_https()) problems.add("https-client-auth", "needs https-certificate-file: TLS asks for certificates");
  if (s.https_trust_store_file.empty())
    problems.add("https-client-auth", "needs https-trust-store-file: whose certificates are to be believed");
}

void check_outbound(const ServerSettings& s, Problems& problems) {
  for (const auto& address : s.outbound_addresses)
    if (!http::parse_address_range(address))
      problems.add("outbound-addresses", "\"" + address + "\" is neither an address nor a range such as 10.0.0.0/8");
  if (!s.ciba_channel_uri.empty() && !web::ConfiguredUrl::parse(s.ciba_channel_uri))
    problems.add("spi-ciba-auth-channel--ciba-http-auth-channel--http-authentication-channel-uri",
                 "must be an absolute http or https URL without user and fragment");
}

void check_database(const ServerSettings& s, Problems& problems) {
  if (s.db == Database::kPostgres) {
    db::PostgresSettings settings;
    settings.url = s.db_url;
    const auto target = db::parse_postgres_url(settings);
    if (!target) problems.add("db-url", target.error());
    return;
  }
  for (const auto& [name, value] : {std::pair{"db-url", s.db_url}, std::pair{"db-username", s.db_username}})
    if (!value.empty()) problems.add(name, "is for PostgreSQL; set db=postgres, or remove it");
}

void check_gate(const ServerSettings& s, Problems& problems) {
  if (s.gate_only && !s.has_gate()) problems.add("gate", "needs gate-file or keepconfig-dir");
  if (!s.gate_file.empty() && !s.keepconfig_dir.empty())
    problems.add("keepconfig-dir", "and gate-file cannot both be given: name the folder in the file, as keepconfig");
  if (s.has_gate() && s.proxy_headers == ProxyHeaders::kForwarded)
    problems.add("proxy-headers",
                 "must be xforwarded for the gate: what was asked of the application comes in X-Forwarded-Uri, which "
                 "a proxy that sends Forwarded would pass on from anybody");
}

/// Keycloak's parts of a database URL put together.
std::string database_url(const ServerSettings& s) {
  // An IPv6 address is the only host with a colon in it.
  const auto host = s.db_url_host.find(':') == std::string::npos ? s.db_url_host : "[" + s.db_url_host + "]";
  const std::string question = s.db_url_properties.empty() || s.db_url_properties.starts_with('?') ? "" : "?";
  return "jdbc:postgresql://" + host + ":" + std::to_string(s.db_url_port) + "/" + percent_encode(s.db_url_database) +
         question + s.db_url_properties;
}

}  // namespace

void complete_settings(ServerSettings& s, bool http_enabled_given) {
  if (!http_enabled_given)
    s.http_enabled = s.development || (s.proxy_headers != ProxyHeaders::kNone && !s.serves_https());
  if (s.http_management_host.empty()) s.http_management_host = s.http_host;
  if (s.import_realm == "true") s.import_realm = s.data_dir + "/import";
  if (s.import_realm == "false") s.import_realm.clear();
  if (s.db == Database::kPostgres && s.db_url.empty()) s.db_url = database_url(s);
}

void check_settings(const ServerSettings& s, const UnreadOptions& unread, Problems& problems,
                    std::vector<std::string>& warnings) {
  if (!s.gate_only && are_read(unread, {"hostname", "hostname-strict"}) && s.hostname_strict && s.hostname.empty())
    problems.add("hostname",
                 "is needed: the public name or URL of this server. Or set hostname-strict=false behind a "
                 "proxy that sets the Host header itself");
  if (are_read(unread, {"http-enabled", "http-port", "https-port", "http-management-port", "health-enabled",
                        "metrics-enabled", "proxy-headers"})) {
    check_transport(s, problems, warnings);
  }
  if (s.event_metrics_user_enabled && !s.metrics_enabled && are_read(unread, {"metrics-enabled"}))
    problems.add("event-metrics-user-enabled", "needs metrics-enabled=true");
  if (are_read(unread, {"proxy-headers", "proxy-trusted-addresses"})) check_proxy(s, problems);
  if (are_read(unread, {"https-client-auth", "proxy-headers"})) check_client_certificates(s, problems);
  check_outbound(s, problems);
  if (are_read(unread, {"proxy-headers"})) check_gate(s, problems);
  if ((!s.gate_only || s.gate_keeps_rows) &&
      are_read(unread, {"db", "db-url", "db-url-host", "db-url-port", "db-url-database"}))
    check_database(s, problems);
  if (s.http_host.empty()) problems.add("http-host", "must be an address");
  if (s.data_dir.empty()) problems.add("data-dir", "must be a folder");
  if (s.bootstrap_admin_username.empty()) problems.add("bootstrap-admin-username", "must be a name");
}

void check_files(const ServerSettings& s, Problems& problems) {
  const auto want_readable = [&](const char* option, const std::string& path) {
    if (!path.empty() && access(path.c_str(), R_OK) != 0) problems.add(option, "cannot read " + path);
  };
  want_readable("https-certificate-file", s.https_certificate_file);
  want_readable("https-certificate-key-file", s.https_certificate_key_file);
  want_readable("https-trust-store-file", s.https_trust_store_file);
  want_readable("master-key-file", s.master_key_file);
  want_readable("gate-file", s.gate_file);
  want_readable("keepconfig-dir", s.keepconfig_dir);
  for (const auto& path : s.truststore_paths) want_readable("truststore-paths", path);
  // The folder in data-dir is allowed to be missing: then there is nothing to import.
  if (s.import_realm != s.data_dir + "/import") want_readable("import-realm", s.import_realm);
  std::error_code error;
  if (std::filesystem::exists(s.data_dir, error) && !std::filesystem::is_directory(s.data_dir, error))
    problems.add("data-dir", s.data_dir + " is not a folder");
}

}  // namespace cardea::app
