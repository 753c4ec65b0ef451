// Which server, and who asks: the options that every command of this module has, with kcadm's names.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tool/tool.h"

namespace CLI {
class App;
}

namespace cardea::tool {

struct ServerOptions {
  std::string server;          // "https://sso.example.test", with the path below which it answers, if any
  std::string realm;           // where the caller signs in
  std::string user, password;  // a person ...
  std::string client, secret;  // ... or a client's service account
  std::string token;           // ... or an access token from elsewhere
  std::string config;          // the file that `admin login` wrote
  bool no_config = false;      // it is neither read nor written
  std::string admin_root;      // where the admin API is, when that is not below `server`
  std::string truststore;      // PEM of authorities, beside the system's
  std::string trustpass;       // taken as kcadm does; PEM has no password
};

inline constexpr std::string_view kLoginRealm = "master";
inline constexpr std::string_view kLoginClient = "admin-cli";

/// Adds --server, --realm, --user, --password, --client, --secret, --token, --config, --no-config, --admin-root and
/// --truststore.
void add_server_options(CLI::App& command, ServerOptions& options);

/// Reads the arguments of one command into what `app` was set up with. An exit code when there is nothing more to do:
/// the help was asked for and is shown, or the words are wrong and that is told.
[[nodiscard]] std::optional<int> parse_arguments(CLI::App& app, std::vector<std::string> arguments,
                                                 const Dependencies& deps);

/// Where `admin login` keeps its session when --config does not say: $HOME/.cardea/admin.json.
[[nodiscard]] std::string default_session_file(const Dependencies& deps);

/// --password and --secret that were left out: from CARDEA_ADMIN_PASSWORD and CARDEA_ADMIN_SECRET, or kcadm's
/// KC_CLI_PASSWORD and (beside --client) KC_CLI_CLIENT_SECRET, so that they need not stand in the list of processes.
void complete_from_environment(ServerOptions& options, const Dependencies& deps);

}  // namespace cardea::tool
