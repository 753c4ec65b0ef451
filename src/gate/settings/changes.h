// What a reload of the gate's settings changed, by path, for the log: "applications[Wiki].default-role", before and
// after. Secrets are compared and never said.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace cardea::gate {

struct SettingChange {
  std::string path;
  std::string before, after;  // as JSON, cut at kShownMax; empty: there was, or is, none
};

inline constexpr std::size_t kChangesMax = 200;  // of one reload
inline constexpr std::size_t kShownMax = 200;    // bytes

/// The settings file with digests in place of secrets: what may be kept for the next comparison.
[[nodiscard]] json::object without_secrets(const json::object& file);

/// Of a name in a file of another program: what stands there may be a secret.
[[nodiscard]] bool sounds_secret(std::string_view name);

/// The same of a file in another program's format, where any name that sounds like a secret is taken for one.
[[nodiscard]] json::value without_likely_secrets(const json::value& file);
/// What stands for text that is compared and never shown.
[[nodiscard]] json::value hidden(std::string_view text);

/// Of two such, in the order of paths; at most kChangesMax. Entries of lists that have a name are told apart by it.
[[nodiscard]] std::vector<SettingChange> find_changes(const json::object& before, const json::object& after);

}  // namespace cardea::gate
