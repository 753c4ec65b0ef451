#include "tool/preset/preset_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "tool/apply/apply_command.h"
#include "tool/preset/preset.h"
#include "tool/preset/preset_target.h"

namespace cardea::tool {
namespace {

struct Flags {
  ServerOptions server;
  std::string name, folder;
  std::vector<std::string> sets;
  bool dry_run = false;
};

int fail(const Dependencies& deps, std::string_view text, int code) {
  fmt::print(deps.err, "cardea preset: {}\n", text);
  return code;
}

int list(const Dependencies& deps) {
  fmt::print(deps.out, "Presets (cardea preset NAME tells what one needs):\n\n");
  for (const auto& name : preset_names()) fmt::print(deps.out, "  {:<16}{}\n", name, find_preset(name)->about);
  return kExitDone;
}

int describe(const Preset& preset, const Dependencies& deps) {
  fmt::print(deps.out, "{}: {}\n\n", preset.name, preset.about);
  for (const auto& parameter : preset.parameters) {
    fmt::print(deps.out, "  --set {}=...  {}{}\n", parameter.name, parameter.about,
               parameter.fallback ? " [" + *parameter.fallback + "]" : "");
  }
  fmt::print(deps.out, "\nIt prints:\n");
  for (const auto& output : preset.outputs) fmt::print(deps.out, "  {:<16}{}\n", output.file, output.about);
  fmt::print(deps.out, "\nThe guide: {}\n", preset.guide);
  return kExitDone;
}

int write_outputs(const Preset& preset, const Lookup& lookup, const Flags& flags, const Dependencies& deps) {
  for (const auto& output : preset.outputs) {
    const auto text = expand(output.text, lookup);
    if (!text) {
      return fail(
          deps,
          output.file + ": " + text.error() + " that a settings file may hold; make a new secret and run this again",
          kExitFailed);
    }
    if (flags.folder.empty()) {
      fmt::print(deps.out, "\n# ---- {}: {}\n{}", output.file, output.about, *text);
      continue;
    }
    const auto path = flags.folder + "/" + output.file;
    if (!deps.write_private_file(path, *text)) return fail(deps, "cannot write " + path, kExitFailed);
    fmt::print(deps.out, "Wrote {}: {}\n", path, output.about);
  }
  return kExitDone;
}

int set_up(const Preset& preset, const Flags& flags, const Dependencies& deps) {
  auto target = PresetTarget::make(preset, flags.sets, flags.server, deps);
  if (!target) return fail(deps, target.error().text, target.error().code);
  const int code = apply_document(target->api(), target->document(), {.dry_run = flags.dry_run}, deps);
  if (code != kExitDone || flags.dry_run) return code;
  if (const auto problem = target->discover()) return fail(deps, *problem, kExitFailed);
  return write_outputs(preset, target->lookup(), flags, deps);
}

}  // namespace

int run_preset(std::vector<std::string> arguments, const Dependencies& deps) {
  Flags flags;
  CLI::App app{"Set up a known application in one step.", "cardea preset"};
  add_server_options(app, flags.server);
  app.add_option("name", flags.name, "The preset; without it the list of all.");
  app.add_option("--set", flags.sets, "A parameter.")->type_name("NAME=VALUE")->allow_extra_args(false);
  app.add_option("--output", flags.folder, "Write the application's settings here, not to the terminal.")
      ->type_name("FOLDER");
  app.add_flag("--dry-run", flags.dry_run, "Tell every change and make none.");
  if (const auto code = parse_arguments(app, std::move(arguments), deps)) return *code;
  if (flags.name.empty()) return list(deps);
  const auto preset = find_preset(flags.name);
  if (!preset) return fail(deps, "there is no preset " + flags.name + "; `cardea preset` lists all", kExitRefused);
  if (flags.sets.empty()) return describe(*preset, deps);
  return set_up(*preset, flags, deps);
}

}  // namespace cardea::tool
