// The command line as text: which command, and what was written for each option. Nothing is judged here but the shape;
// `read_settings` does the rest, so that problems of all sources come out together.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/settings/problem.h"

namespace cardea::app {

enum class Command {
  kStart,
  kStartDev,
  kGate,
  kGateCheck,    // looks at the gate's settings and starts nothing
  kGateConfig,   // prints what a proxy needs; `topic` is the proxy
  kGateExplain,  // says why a token may do what or not
  kConfigCheck,
  kConfigShow,
  kExport,  // `files` says what and where
  kImport,
  kBackup,  // `files.file` is the copy
  kRestore,
  kVersion,
  kHelp,      // `help_text` is the answer
  kGenerate,  // hidden: writes docs/reference; `topic` says which page
  kNone,      // no command could be told; `problems` says why
};

/// What `export`, `import`, `backup` and `restore` are about: one file or, for the first two, one folder.
struct RealmFiles {
  std::string file, dir;
  std::string realm;  // export: this one alone; empty: every realm
  std::string users;  // export: different_files, skip, realm_file or same_file; empty: as `file` or `dir` asks for
  std::optional<int> users_per_file;
  bool replace = false;  // import: realms that exist are replaced; restore: so is the database
};

struct CommandLine {
  Command command = Command::kNone;
  bool development = false;                                  // start-dev, or `config check start-dev`
  std::map<std::string, std::string, std::less<>> values;    // option name to text, as written; known or not
  std::vector<std::pair<std::string, std::string>> unknown;  // names the table lacks, with what was written for them
  bool gate = false;                                         // gate and what belongs to it
  std::string topic;
  struct Explain {
    std::string token_file;  // "-": standard input
    std::string token;       // in place of it
    std::string request;     // "POST /api/v1/flows"
    std::string host;
  };
  Explain explain;
  RealmFiles files;
  std::string help_text;
  Problems problems;
};

/// Stands for the value of an option that was given without one.
inline constexpr std::string_view kNoValue = "\x01";

/// Reads the arguments after the program's name. Never fails: what is wrong stands in `problems`.
[[nodiscard]] CommandLine parse_command_line(const std::vector<std::string>& arguments);

}  // namespace cardea::app
