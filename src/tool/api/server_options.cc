#include "tool/api/server_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

namespace cardea::tool {

void add_server_options(CLI::App& command, ServerOptions& options) {
  const auto* group = "Server";
  command.add_option("--server", options.server, "The server's URL.")->type_name("URL")->group(group);
  command.add_option("--realm", options.realm, "The realm to sign in to [master].")->type_name("NAME")->group(group);
  command.add_option("--user", options.user, "Sign in as this person.")->type_name("NAME")->group(group);
  command.add_option("--password", options.password, "The password; better in CARDEA_ADMIN_PASSWORD.")
      ->type_name("TEXT")
      ->group(group);
  command.add_option("--client", options.client, "The client to sign in with [admin-cli].")
      ->type_name("ID")
      ->group(group);
  command.add_option("--secret", options.secret, "The client's secret; better in CARDEA_ADMIN_SECRET.")
      ->type_name("TEXT")
      ->group(group);
  command.add_option("--token", options.token, "Call with this access token.")->type_name("TEXT")->group(group);
  command.add_flag("--no-config", options.no_config, "Neither read nor keep a session.")->group(group);
  command.add_option("-a,--admin-root", options.admin_root, "The admin API's URL [SERVER/admin].")
      ->type_name("URL")
      ->group(group);
  command.add_option("--truststore", options.truststore, "PEM file of authorities to trust beside the system's.")
      ->type_name("FILE")
      ->group(group);
  command.add_option("--trustpass", options.trustpass, "")->group("");  // of kcadm's key stores; PEM has none
  command.add_option("--config", options.config, "The session that `cardea admin login` made [~/.cardea/admin.json].")
      ->type_name("FILE")
      ->group(group);
}

std::optional<int> parse_arguments(CLI::App& app, std::vector<std::string> arguments, const Dependencies& deps) {
  std::ranges::reverse(arguments);  // the order that CLI11 wants
  try {
    app.parse(arguments);
    return std::nullopt;
  } catch (const CLI::CallForHelp&) {
    fmt::print(deps.out, "{}", app.help());
    return kExitDone;
  } catch (const CLI::Error& error) {
    fmt::print(deps.err, "{}: {}\n", app.get_name(), error.what());
    return kExitRefused;
  }
}

std::string default_session_file(const Dependencies& deps) {
  const auto home = deps.environment.find("HOME");
  return (home == deps.environment.end() ? std::string(".") : home->second) + "/.cardea/admin.json";
}

void complete_from_environment(ServerOptions& options, const Dependencies& deps) {
  const auto take = [&](const char* name, std::string& into) {
    if (!into.empty()) return;
    if (const auto found = deps.environment.find(name); found != deps.environment.end()) into = found->second;
  };
  take("CARDEA_ADMIN_PASSWORD", options.password);
  take("KC_CLI_PASSWORD", options.password);
  take("CARDEA_ADMIN_SECRET", options.secret);
  if (!options.client.empty()) take("KC_CLI_CLIENT_SECRET", options.secret);
  if (options.config.empty()) options.config = default_session_file(deps);
}

}  // namespace cardea::tool
