#include "app/settings/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/settings/option.h"
#include "base/text.h"

namespace cardea::app {

namespace {

constexpr std::string_view kAbout = "Cardea: single sign-on in one program.";

/// Writes "--name value" and a bare "--name" as "--name=value", so that an option without its value is told apart from
/// one with an empty value and never swallows the option after it. Words of options we do not know stay as they are.
std::vector<std::string> normalise(const std::vector<std::string>& arguments) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto& word = arguments[i];
    const auto* option = word.starts_with("--") ? find_option(std::string_view(word).substr(2)) : nullptr;
    const bool has_truth = i + 1 < arguments.size() && (arguments[i + 1] == "true" || arguments[i + 1] == "false");
    if (word == "--override" && has_truth) {  // a switch that Keycloak gives a value
      result.push_back(word + "=" + arguments[++i]);
      continue;
    }
    if (option == nullptr) {
      result.push_back(word.ends_with('=') ? word + std::string(kNoValue) : word);
      continue;
    }
    const bool last = i + 1 == arguments.size() || arguments[i + 1].starts_with("--");
    const bool is_switch = option->has(kValueMayBeLeftOut) && option->value == "true|false";
    const bool has_value = !last && (!is_switch || arguments[i + 1] == "true" || arguments[i + 1] == "false");
    result.push_back(word + "=" + (has_value ? arguments[++i] : std::string(kNoValue)));
    if (result.back().ends_with('=')) result.back() += kNoValue;
  }
  return result;
}

/// Every option may stand more than once here, so that the parser never stops at the first problem.
void add_options(CLI::App& command, bool development) {
  for (const auto& option : option_table()) {
    if (option.has(kEnvironmentOnly) || (development && option.has(kProductionOnly))) continue;
    std::string help(option.help);
    if (const auto fallback = option.fallback(development); !fallback.empty())
      help.append(" [").append(fallback).append("]");
    command
        .add_option("--" + std::string(option.name), std::as_const(help))  // A mutable one would be the target.
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->type_name(std::string(option.value))
        ->group(std::string(option.group));
  }
  command.allow_extras();
}

void read_options(const CLI::App& command, CommandLine& line) {
  for (const auto& option : option_table()) {
    const auto* given = command.get_option_no_throw("--" + std::string(option.name));
    if (given == nullptr || given->count() == 0) continue;
    const auto& results = given->results();
    if (results.size() > 1) line.problems.add("--" + std::string(option.name), "is given more than once");
    line.values.emplace(option.name, results.front());
  }
}

/// What the parser did not know: options of Keycloak that we lack, misspelt ones, and stray words.
void read_extras(const std::vector<std::string>& extras, CommandLine& line) {
  bool value_may_follow = false;
  for (const auto& extra : extras) {
    if (extra.starts_with("--")) {
      const auto equals = extra.find('=');
      value_may_follow = equals == std::string::npos;
      line.unknown.emplace_back(extra.substr(2, value_may_follow ? equals : equals - 2),
                                value_may_follow ? std::string(kNoValue) : extra.substr(equals + 1));
    } else if (value_may_follow) {
      line.unknown.back().second = extra;
      value_may_follow = false;
    } else {
      line.problems.add(extra, "is not an option; options begin with --");
    }
  }
}

void refuse_command(const std::string& word, const std::string& spoken, const std::vector<std::string_view>& known,
                    CommandLine& line) {
  auto text = "is no command; see `cardea help`";
  const auto meant = nearest(word, known);
  line.problems.add(spoken, meant ? "is no command; did you mean `" + std::string(*meant) + "`?" : text);
}

/// The commands, and what they write into while CLI11 reads.
struct Commands {
  /// `word`: the first of the line. CLI11 looks through all options for each new one: only those of its command are
  /// made.
  Commands(CommandLine& line, std::string_view word);

  CLI::App app{std::string(kAbout), "cardea"};
  CLI::App* start = app.add_subcommand("start", "Run the server.");
  CLI::App* start_dev = app.add_subcommand("start-dev", "Run the server for development: HTTP on this machine only.");
  CLI::App* gate = app.add_subcommand("gate", "Run the gate alone: sign-in and token checks in front of applications.");
  CLI::App* gate_check = gate->add_subcommand("check", "Check the gate's settings, and start nothing.");
  CLI::App* gate_config = gate->add_subcommand("config", "Print what a proxy needs: nginx, caddy, traefik or envoy.");
  CLI::App* gate_explain = gate->add_subcommand("explain", "Say why a token may do what it asks, or not.");
  CLI::App* config = app.add_subcommand("config", "Look at the configuration.");
  CLI::App* check = config->add_subcommand("check", "Check options, environment and files, and start nothing.");
  CLI::App* show = config->add_subcommand("show", "Show every option, its value and where that comes from.");
  // Those of module tool read their own words; they stand here for the help.
  CLI::App* apply = app.add_subcommand("apply", "Make realms to be as files say.");
  CLI::App* preset = app.add_subcommand("preset", "Set up a known application in one step.");
  CLI::App* presets_check =
      app.add_subcommand("check", "Find what stands between an application and its first sign-in.");
  CLI::App* admin = app.add_subcommand("admin", "Administer a server: kcadm's verbs and flags.");
  CLI::App* export_realms = app.add_subcommand("export", "Write realms of the database to files.");
  CLI::App* import_realms = app.add_subcommand("import", "Read realms from files into the database.");
  CLI::App* backup = app.add_subcommand("backup", "Copy the SQLite database into a file while the server runs.");
  CLI::App* restore = app.add_subcommand("restore", "Make the SQLite database from such a file.");
  CLI::App* version = app.add_subcommand("version", "Print the version.");
  CLI::App* help = app.add_subcommand("help", "Show this help, or that of one command: cardea help start.");
  CLI::App* generate = app.add_subcommand("gen", "")->group("");  // Hidden: for ./dev gen.
  std::string profile;
  bool is_gate_check = false;
  std::vector<std::string> help_about;
};

Commands::Commands(CommandLine& line, std::string_view word) {
  const auto all = app.get_subcommands([](const CLI::App*) { return true; });
  const bool is_command = std::ranges::find(all, word, &CLI::App::get_name) != all.end();
  const auto is_read = [&](const CLI::App* command) { return !is_command || command->get_name() == word; };
  app.set_help_flag("-h,--help", "Show this help.");
  app.get_formatter()->column_width(46);
  // One command at most, so that `help start` is not taken for two.
  for (auto* level : {&app, config}) level->allow_extras()->require_subcommand(0, 1);
  if (is_read(start)) add_options(*start, false);
  if (is_read(start_dev)) add_options(*start_dev, true);
  for (auto* command : {gate, gate_check, gate_config, gate_explain}) {
    if (is_read(gate)) add_options(*command, false);
  }
  gate->require_subcommand(0, 1);
  gate->add_flag("--check", is_gate_check, "Check the gate's settings, and start nothing.");
  gate_config->add_option("proxy", line.topic, "nginx, caddy, traefik or envoy")->type_name("");
  gate_explain->add_option("--token-file", line.explain.token_file, "The file with the token; - is standard input.");
  gate_explain->add_option("--token", line.explain.token,
                           "The token itself. The shell's history and the list of processes keep it.");
  gate_explain->add_option("--request", line.explain.request, "Method and path, such as \"POST /api/v1/flows\".");
  gate_explain->add_option("--host", line.explain.host, "The application's host, when there are several.");
  for (auto* look : {check, show}) {
    look->add_option("command", profile, "start, start-dev or gate")->type_name("")->default_str("start");
    if (is_read(config)) add_options(*look, false);
  }
  for (auto* transfer : {export_realms, import_realms}) {
    transfer->add_option("--file", line.files.file, "One file, with realms and their users.")->type_name("PATH");
    transfer->add_option("--dir", line.files.dir, "A folder, with a file for each realm and files for users.")
        ->type_name("PATH");
    if (is_read(transfer)) add_options(*transfer, true);
  }
  export_realms->add_option("--realm", line.files.realm, "This realm alone.")->type_name("NAME");
  export_realms
      ->add_option("--users", line.files.users,
                   "Where users go: different_files (with --dir), skip, realm_file or same_file.")
      ->type_name("WHERE");
  export_realms->add_option("--users-per-file", line.files.users_per_file, "Users in one of the different files [50].")
      ->type_name("NUMBER");
  import_realms->add_flag("--override", line.files.replace, "Remove realms that exist, and make them anew.");
  for (auto* copy : {backup, restore}) {
    copy->add_option("--file", line.files.file, "The backup.")->type_name("PATH");
    if (is_read(copy)) add_options(*copy, true);
  }
  restore->add_flag("--override", line.files.replace, "Keep a database that is there beside, and take its place.");
  help->add_option("command", help_about, "")->type_name("");
  generate->add_option("topic", line.topic, "");
}

void read_server_command(Command command, const CLI::App& given, bool development, CommandLine& line) {
  line.command = command;
  line.development = development;
  read_options(given, line);
  read_extras(given.remaining(), line);
}

void read_gate_command(const Commands& commands, CommandLine& line) {
  line.gate = true;
  if (commands.gate_config->parsed()) {
    constexpr std::string_view kProxies[] = {"nginx", "caddy", "traefik", "envoy"};
    if (std::ranges::find(kProxies, line.topic) == std::end(kProxies))
      line.problems.add("gate config", "needs the name of a proxy: nginx, caddy, traefik or envoy");
    return read_server_command(Command::kGateConfig, *commands.gate_config, false, line);
  }
  if (commands.gate_explain->parsed()) {
    if (line.explain.token_file.empty() == line.explain.token.empty())
      line.problems.add("--token-file", "is needed, or --token and not both; - reads standard input");
    if (line.explain.request.find(" /") == std::string::npos)
      line.problems.add("--request", "is needed: method and path, such as \"GET /api/v1/flows\"");
    return read_server_command(Command::kGateExplain, *commands.gate_explain, false, line);
  }
  if (commands.gate_check->parsed()) return read_server_command(Command::kGateCheck, *commands.gate_check, false, line);
  read_server_command(commands.is_gate_check ? Command::kGateCheck : Command::kGate, *commands.gate, false, line);
}

/// What a server is told about listening has no meaning here: `development` leaves it out.
void read_transfer_command(Command command, const CLI::App& given, CommandLine& line) {
  read_server_command(command, given, true, line);
  const auto& files = line.files;
  if (files.file.empty() == files.dir.empty()) line.problems.add("--file", "say --file or --dir, one of them");
  constexpr std::string_view kUsers[] = {"", "different_files", "skip", "realm_file", "same_file"};
  if (std::ranges::find(kUsers, files.users) == std::end(kUsers))
    line.problems.add("--users", "must be different_files, skip, realm_file or same_file");
  if (!files.file.empty() && files.users == "different_files")
    line.problems.add("--users", "different_files are those of --dir; one file takes realm_file or skip");
  if (!files.users_per_file) return;
  const bool is_split = !files.dir.empty() && (files.users.empty() || files.users == "different_files");
  if (!is_split || *files.users_per_file < 1)
    line.problems.add("--users-per-file", "is a number from 1 on, for --dir with --users different_files");
}

void read_copy_command(Command command, const CLI::App& given, CommandLine& line) {
  read_server_command(command, given, true, line);
  if (line.files.file.empty()) line.problems.add("--file", "is needed: the backup's file");
}

/// What was parsed, as a CommandLine; all but `help`.
void read_command(const Commands& commands, CommandLine& line) {
  if (commands.start->parsed()) {
    read_server_command(Command::kStart, *commands.start, false, line);
  } else if (commands.start_dev->parsed()) {
    read_server_command(Command::kStartDev, *commands.start_dev, true, line);
  } else if (commands.gate->parsed()) {
    read_gate_command(commands, line);
  } else if (commands.check->parsed() || commands.show->parsed()) {
    const auto& profile = commands.profile;
    if (!profile.empty() && profile != "start" && profile != "start-dev" && profile != "gate")
      refuse_command(profile, profile, {"start", "start-dev", "gate"}, line);
    line.gate = profile == "gate";
    const bool check = commands.check->parsed();
    read_server_command(check ? Command::kConfigCheck : Command::kConfigShow, check ? *commands.check : *commands.show,
                        profile == "start-dev", line);
  } else if (commands.export_realms->parsed()) {
    read_transfer_command(Command::kExport, *commands.export_realms, line);
  } else if (commands.import_realms->parsed()) {
    read_transfer_command(Command::kImport, *commands.import_realms, line);
  } else if (commands.backup->parsed()) {
    read_copy_command(Command::kBackup, *commands.backup, line);
  } else if (commands.restore->parsed()) {
    read_copy_command(Command::kRestore, *commands.restore, line);
  } else if (commands.version->parsed()) {
    line.command = Command::kVersion;
  } else if (commands.generate->parsed()) {
    line.command = Command::kGenerate;
  } else if (commands.config->parsed()) {
    const auto rest = commands.config->remaining();
    if (rest.empty())
      line.problems.add("config", "needs `check` or `show`");
    else
      refuse_command(rest.front(), "config " + rest.front(), {"check", "show"}, line);
  } else {
    const auto rest = commands.app.remaining();
    const auto word = rest.empty() ? std::string() : rest.front();
    refuse_command(word, "\"" + word + "\"",
                   {"start", "start-dev", "gate", "config", "export", "import", "backup", "restore", "apply", "preset",
                    "check", "admin", "version", "help"},
                   line);
  }
}

}  // namespace

CommandLine parse_command_line(const std::vector<std::string>& arguments) {
  if (arguments.empty()) return parse_command_line({"--help"});
  if (arguments.front() == "--version" || arguments.front() == "-V") return parse_command_line({"version"});
  CommandLine line;
  Commands commands(line, arguments.front());
  auto words = normalise(arguments);
  std::ranges::reverse(words);  // The order that CLI11 wants.
  try {
    commands.app.parse(words);
  } catch (const CLI::CallForHelp&) {
    line.command = Command::kHelp;
    line.help_text = commands.app.help();  // Of the command that was being read.
    return line;
  } catch (const CLI::Error& error) {
    line.problems.add("command line", error.what());
    return line;
  }
  if (commands.help->parsed()) {
    auto about = commands.help_about;
    about.emplace_back("--help");
    return parse_command_line(about);
  }
  read_command(commands, line);
  return line;
}

}  // namespace cardea::app
