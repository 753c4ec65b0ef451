// The commands for operators: `cardea admin`, `apply`, `preset` and `check`. They speak the admin API and nothing
// else, so they can do what the person who calls them may do, on any machine that reaches the server.
#pragma once

#include <cstdio>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "web/fetch.h"

namespace cardea::tool {

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;   // the server refused, or was not reached
inline constexpr int kExitRefused = 2;  // the command line or a file is wrong

/// What a command touches outside itself. All of it is given, so that a test can stand in for a server and a disk.
struct Dependencies {
  /// One call, awaited.
  std::function<web::Fetched(web::FetchRequest)> call;
  /// The text of a file, "-" for standard input; nothing when it cannot be read.
  std::function<std::optional<std::string>(const std::string& path)> read_file;
  /// Writes a file that only its owner may read (0600), with the folders above it; false when that failed.
  std::function<bool(const std::string& path, std::string_view text)> write_private_file;
  /// Asks on the terminal without showing what is typed, or takes a line of standard input; nothing at its end.
  std::function<std::optional<std::string>(const std::string& prompt)> ask_secret;
  /// From now on `call` trusts the authorities of this PEM file too; a sentence when it cannot be used.
  std::function<std::optional<std::string>(const std::string& path)> trust;
  std::map<std::string, std::string> environment;
  const Clock& clock;
  std::FILE* out;
  std::FILE* err;
};

/// The words that begin a command of this module.
[[nodiscard]] bool is_tool_command(std::string_view word);

/// Runs a command; `arguments` begins with its word. The result is the exit code.
[[nodiscard]] int run_tool(const std::vector<std::string>& arguments, const Dependencies& deps);

}  // namespace cardea::tool
