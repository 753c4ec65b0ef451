// An option of the command: declared once, in the table of option_table.cc. Flag, environment name, YAML key, help
// text, `config show` and the generated reference all come from that row.
//
// One naming rule: the option `http-port` is the flag `--http-port`, the environment name `KC_HTTP_PORT` and the key
// `http-port` in the file of `--config-file`. A flag beats the environment, which beats the file, which beats the
// default.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "app/settings/server_settings.h"

namespace cardea::app {

/// Why a text is no value for an option, as the end of a sentence ("must be ..."); absent when it is.
using Refusal = std::optional<std::string>;

enum OptionTrait : unsigned {
  kSecret = 1,             // never shown
  kEnvironmentOnly = 2,    // not as a flag (every user of the machine sees those), not in the file
  kValueMayBeLeftOut = 4,  // the flag alone means something
  kProductionOnly = 8,     // `start` takes it, `start-dev` does not
  kMayHoldPassword = 16,   // a URL: shown only when there is none in it
};

struct Option {
  std::string_view name;
  std::string_view group;
  std::string_view value;          // what stands after the flag in the help, such as "PORT"
  std::string_view default_start;  // as text; empty: none
  std::string_view default_dev;    // the same for start-dev
  std::string_view help;
  Refusal (*assign)(ServerSettings& settings, std::string_view text);
  unsigned traits = 0;

  [[nodiscard]] bool has(OptionTrait trait) const { return (traits & trait) != 0; }
  [[nodiscard]] std::string_view fallback(bool development) const { return development ? default_dev : default_start; }
};

/// All options, grouped, in the order of the help and the reference.
[[nodiscard]] std::span<const Option> option_table();
[[nodiscard]] const Option* find_option(std::string_view name);

/// "http-port" gives "KC_HTTP_PORT".
[[nodiscard]] std::string environment_name(std::string_view option);
/// "KC_HTTP_PORT" gives "http-port"; the prefix must be there.
[[nodiscard]] std::string option_name(std::string_view environment);
inline constexpr std::string_view kEnvironmentPrefix = "KC_";

}  // namespace cardea::app
