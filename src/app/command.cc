#include "app/command.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <optional>

#include "app/backup_command.h"
#include "app/gate_command.h"
#include "app/generate.h"
#include "app/realm_files.h"
#include "app/serve.h"
#include "app/settings/check_settings.h"
#include "app/settings/show.h"
#include "app/version.h"
#include "app/wire/tool_transport.h"
#include "tool/tool.h"

namespace cardea::app {

namespace {

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) return std::nullopt;
  return text;
}

int refuse_all(const Problems& problems, std::FILE* err) {
  const auto count = problems.items().size();
  fmt::print(err, "cardea: {} problem{}\n", count, count == 1 ? "" : "s");
  for (const auto& problem : problems.items()) fmt::print(err, "  {}: {}\n", problem.where, problem.text);
  return kExitRefused;
}

int check(const Configuration& configuration, std::FILE* out) {
  for (const auto& warning : configuration.warnings) fmt::print(out, "warning: {}\n", warning);
  fmt::print(out, "The configuration is good.\n");
  return kExitDone;
}

}  // namespace

int run_command(const std::vector<std::string>& arguments, const Environment& environment, std::FILE* out,
                std::FILE* err) {
  if (!arguments.empty() && tool::is_tool_command(arguments.front()))
    return run_tool_command(arguments, environment, out, err);
  const auto line = parse_command_line(arguments);
  switch (line.command) {
    case Command::kNone:
      return refuse_all(line.problems, err);
    case Command::kHelp:
      fmt::print(out, "{}", line.help_text);
      return kExitDone;
    case Command::kVersion:
      fmt::print(out, "cardea {}\n", version());
      return kExitDone;
    case Command::kGenerate:
      return generate(line.topic, out, err);
    default:
      break;
  }
  auto configuration = read_settings(line, environment, read_file);
  if (!configuration) return refuse_all(configuration.error(), err);
  if (line.command == Command::kConfigShow) {
    fmt::print(out, "{}", show_configuration(*configuration));
    return kExitDone;
  }
  Problems missing;
  check_files(configuration->settings, missing);
  if (!missing.empty()) return refuse_all(missing, err);
  if (line.gate && line.command != Command::kGate)
    return run_gate_command(line, *configuration, environment, {out, err});
  if (line.command == Command::kGate) return serve_gate(std::move(*configuration), environment, out);
  if (line.command == Command::kConfigCheck) return check(*configuration, out);
  if (line.command == Command::kExport) {
    return export_realms(std::move(*configuration), line.files, environment, out, err);
  }
  if (line.command == Command::kImport) {
    return import_realm_files(std::move(*configuration), line.files, environment, out, err);
  }
  if (line.command == Command::kBackup) return backup_database(*configuration, line.files, environment, out, err);
  if (line.command == Command::kRestore) return restore_database(*configuration, line.files, environment, out, err);
  return serve(std::move(*configuration), environment, out, err);
}

}  // namespace cardea::app
