// The files of HCL KEEP's `keepconfig.d`, laid one over the other (guides.md G1.3, G1-14, G1-15): alphabetical order of
// file names, objects merged member by member, scalars and arrays replaced, the later file wins, and the environment
// wins over files. A file that cannot be read costs that file and is told with its line.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"

namespace cardea::gate {

struct ConfigFile {
  std::string name;  // without the folder
  std::string text;
};
inline constexpr std::size_t kConfigFilesMax = 1000;

/// kError costs the entry it is about, kFatal the whole file of settings.
enum class NoteLevel { kWarning, kError, kFatal };
/// What an operator should know about the settings. `where`: a file with its line, or the path of a member.
struct ConfigNote {
  NoteLevel level;
  std::string where;
  std::string text;
};

struct Overlay {
  json::object settings;
  std::vector<ConfigNote> notes;
};

/// `environment`: variables by name; those that KEEP knows by another or the same name replace members of the top.
[[nodiscard]] Overlay merge_overlays(std::vector<ConfigFile> files,
                                     const std::map<std::string, std::string>& environment);

/// The settings as `/config` may show them: values of members whose names say that they are secret are masked.
[[nodiscard]] json::object masked(const json::object& settings);

}  // namespace cardea::gate
