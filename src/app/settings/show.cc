#include "app/settings/show.h"

#include <fmt/format.h>

#include <algorithm>

namespace cardea::app {

namespace {

/// Text inside a table cell.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) out.append(c == '|' ? "\\|" : std::string(1, c));
  return out;
}

std::string code(std::string_view text) { return text.empty() ? "" : "`" + cell(text) + "`"; }

}  // namespace

std::string show_configuration(const Configuration& configuration) {
  std::string out;
  for (const auto& value : configuration.effective)
    out += fmt::format("{:<29} = {:<32} ({})\n", value.option->name, value.text, value.source);
  return out;
}

std::string options_reference() {
  std::string out =
      "# Options\n\n"
      "One naming rule: the option `http-port` is the flag `--http-port` of `cardea start` and `cardea start-dev`, "
      "the\n"
      "environment name `KC_HTTP_PORT`, and the key `http-port` in the YAML file of `--config-file`. A flag beats the\n"
      "environment, which beats the file, which beats the default. `cardea config show` tells what is in force and "
      "where\n"
      "it comes from; `cardea config check` reports every problem at once.\n\n"
      "Names of Keycloak options that Cardea does not have are accepted and listed in one warning. Every other "
      "unknown\n"
      "name is refused. `KEYCLOAK_ADMIN` and `KEYCLOAK_ADMIN_PASSWORD` still work in place of the bootstrap options.\n";
  std::string_view group;
  for (const auto& option : option_table()) {
    if (option.group != group) {
      group = option.group;
      out += fmt::format(
          "\n## {}\n\n| Option | Environment | Value | Default | Meaning |\n| --- | --- | --- | --- | --- |\n", group);
    }
    auto fallback = code(option.default_start);
    if (option.default_dev != option.default_start)
      fallback += (fallback.empty() ? "" : "; ") + code(option.default_dev) + " in start-dev";
    std::string help(option.help);
    if (option.has(kEnvironmentOnly)) help += " Only in the environment.";
    out += fmt::format("| {} | {} | {} | {} | {} |\n", code(option.name), code(environment_name(option.name)),
                       code(option.value), fallback, cell(help));
  }
  return out;
}

}  // namespace cardea::app
