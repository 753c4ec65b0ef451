// A preset: a ready set-up for one known application. Data alone (presets/NAME/preset.yaml): what must be told, the
// realm document to apply, and the texts to hand to the application.
//
//   about: one line
//   guide: docs/guides/netbird.md
//   parameters: [ { name, about, kind: host|url|name|text, default } ]
//   realm: a document as `cardea apply` takes it
//   output: [ { file, about, text } ]
//   steps: [ { of, step } ]      which step of the guide makes a subject ("client web"), for `cardea check`
//   tokens: [ { client, scope, token: access|id, claim, contains, step } ]   what tokens must carry
//
// $(NAME) in a text stands for a parameter, or for one of the facts: server, issuer, realm, secret:CLIENT.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace cardea::tool {

struct Parameter {
  std::string name, about, kind;
  std::optional<std::string> fallback;  // may itself name earlier parameters; absent: must be given
};

struct Output {
  std::string file, about, text;
};

struct GuideStep {
  std::string of, step;
};

struct TokenCheck {
  std::string client, scope, token, claim, contains, step;
};

struct Preset {
  std::string name, about, guide;
  std::vector<Parameter> parameters;
  json::object realm;
  std::vector<Output> outputs;
  std::vector<GuideStep> steps;
  std::vector<TokenCheck> tokens;
};

using Values = std::map<std::string, std::string, std::less<>>;

/// All that are in the program, by name.
[[nodiscard]] std::vector<std::string> preset_names();
/// Nothing when there is no such preset. One that is in the program and malformed is a bug.
[[nodiscard]] std::optional<Preset> find_preset(std::string_view name);
/// Reads presets/NAME/preset.yaml; the error is a sentence.
[[nodiscard]] Result<Preset, std::string> parse_preset(std::string name, std::string_view text);

/// Every parameter with its value, from what was given ("domain=nb.example.test"); the error lists what is missing,
/// unknown or not of its kind.
[[nodiscard]] Result<Values, std::string> values_of(const Preset& preset, const std::vector<std::string>& given);

/// `text` with each $(NAME) replaced by what `lookup` gives; the error names one that it does not know.
using Lookup = std::function<std::optional<std::string>(std::string_view name)>;
[[nodiscard]] Result<std::string, std::string> expand(std::string_view text, const Lookup& lookup);
/// The same in every text of a document, names of members included.
[[nodiscard]] Result<json::value, std::string> expand_document(const json::value& value, const Lookup& lookup);

}  // namespace cardea::tool
