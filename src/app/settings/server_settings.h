// The configuration of one server process, typed and checked. Made by `read_settings`; what each member means stands in
// the help text of its option (option_table.cc), which is also where its default is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/secret.h"

namespace cardea::app {

enum class Database { kSqlite, kPostgres };
/// Are clients asked for certificates?
enum class ClientAuth { kNone, kRequest, kRequired };
enum class ProxyHeaders { kNone, kForwarded, kXForwarded };

struct ServerSettings {
  bool development = false;  // start-dev
  bool gate_only = false;    // gate: no realms and no database
  std::string config_file;   // read already; kept for `config show`

  bool http_enabled = false;
  std::string http_host;
  std::uint16_t http_port = 0;
  std::uint16_t https_port = 0;
  std::string http_relative_path;  // "" or "/auth": no trailing slash
  std::string https_certificate_file;
  std::string https_certificate_key_file;
  ClientAuth https_client_auth = ClientAuth::kNone;
  std::string https_trust_store_file;
  std::vector<std::string> truststore_paths;
  std::vector<std::string> outbound_addresses;

  std::string hostname;  // empty, a host name, or a full URL
  bool hostname_strict = true;
  bool legacy_logout_redirect_uri = false;
  std::string ciba_channel_uri;
  ProxyHeaders proxy_headers = ProxyHeaders::kNone;
  std::vector<std::string> proxy_trusted_addresses;
  std::string proxy_client_certificate_header;

  bool health_enabled = false;
  bool metrics_enabled = false;
  bool event_metrics_user_enabled = false;
  std::string event_metrics_user_tags;
  std::vector<std::string> event_metrics_user_events;
  std::uint16_t http_management_port = 0;
  std::string http_management_host;  // filled in from http_host when not given

  Database db = Database::kSqlite;
  std::string db_url;  // for PostgreSQL made from the parts below when not given
  std::string db_url_host;
  std::uint16_t db_url_port = 0;
  std::string db_url_database;
  std::string db_url_properties;
  std::string db_username;
  SecretBytes db_password;
  std::string db_schema;
  int db_pool_max_size = 0;

  std::string data_dir;
  std::string master_key_file;  // empty: inside data_dir
  SecretBytes master_key;

  std::string import_realm;  // a file or folder; empty: nothing to import
  std::string bootstrap_admin_username;
  SecretBytes bootstrap_admin_password;

  std::string gate_file;              // empty: no gate, unless keepconfig_dir is set
  std::string keepconfig_dir;         // HCL KEEP's folder of settings
  SecretBytes gate_management_token;  // empty: the gate's judgements are told to this machine alone

  LogLevel log_level = LogLevel::kInfo;
  LogFormat log_console_output = LogFormat::kText;
  bool optimized = false;

  [[nodiscard]] bool serves_https() const { return !https_certificate_file.empty(); }
  /// `cardea gate` with data-dir or db given: sessions and logged-out tokens are kept there.
  bool gate_keeps_rows = false;
  [[nodiscard]] bool has_gate() const { return !gate_file.empty() || !keepconfig_dir.empty(); }
  [[nodiscard]] bool has_management() const { return health_enabled || metrics_enabled; }
  /// "https://id.example.com/auth": what every link starts with, without trailing slash; empty: follow the request.
  [[nodiscard]] std::string frontend_url() const;
};

}  // namespace cardea::app
