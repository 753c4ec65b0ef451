#include "gate/keep_domino/overlay.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "gate/settings/changes.h"

namespace cardea::gate {
namespace {

/// Variables of the environment, and the member each replaces. Whole numbers and true/false become what they say.
constexpr std::pair<std::string_view, std::string_view> kVariables[] = {
    {"JwtDuration", "JwtDuration"},
    {"JwtMaxDuration", "maxJwtDuration"},
    {"PORT", "PORT"},
    {"disableDominoLogin", "disableDominoLogin"},
    {"disableJwtExpiryCheck", "disableJwtExpiryCheck"},
};

/// What the JSON parser stopped at, counted from 1.
std::size_t line_of_error(std::string_view text) {
  json::stream_parser parser;
  boost::system::error_code error;
  const auto consumed = std::min(parser.write_some(text.data(), text.size(), error), text.size());
  return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, consumed), '\n'));
}

std::string_view explain(JsonError error) {
  switch (error) {
    case JsonError::kTooLarge:
      return "the file is too large";
    case JsonError::kTooDeep:
      return "nested too deep";
    case JsonError::kDuplicateKey:
      return "a member stands twice in one object";
    case JsonError::kMalformed:
      return "not valid JSON";
  }
  return "not valid JSON";
}

void merge(json::object& into, const json::object& from) {
  for (const auto& [name, value] : from) {
    auto* known = into.if_contains(name);
    if (known != nullptr && known->is_object() && value.is_object()) {
      merge(known->get_object(), value.get_object());
    } else {
      into.insert_or_assign(name, value);
    }
  }
}

json::value value_of(const std::string& text) {
  if (text == "true") return true;
  if (text == "false") return false;
  if (const auto number = parse_integer<std::int64_t>(text)) return *number;
  return json::value(text);
}

json::value masked_value(const json::value& value) {
  if (const auto* object = value.if_object()) return masked(*object);
  const auto* array = value.if_array();
  if (array == nullptr) return value;
  json::array result;
  for (const auto& item : *array) result.push_back(masked_value(item));
  return result;
}

}  // namespace

Overlay merge_overlays(std::vector<ConfigFile> files, const std::map<std::string, std::string>& environment) {
  Overlay overlay;
  std::ranges::sort(files, {}, &ConfigFile::name);
  if (files.size() > kConfigFilesMax) {
    overlay.notes.push_back(
        {NoteLevel::kError, files[kConfigFilesMax].name, "too many files: this and later ones are left out"});
    files.resize(kConfigFilesMax);
  }
  for (const auto& file : files) {
    const auto value = parse_json(file.text);
    if (!value) {
      const auto line = std::to_string(line_of_error(file.text));
      overlay.notes.push_back({NoteLevel::kError, file.name + ":" + line, std::string(explain(value.error()))});
    } else if (!value->is_object()) {
      overlay.notes.push_back({NoteLevel::kError, file.name + ":1", "not a JSON object"});
    } else {
      merge(overlay.settings, value->get_object());
    }
  }
  for (const auto& [variable, member] : kVariables) {
    const auto found = environment.find(std::string(variable));
    if (found != environment.end()) overlay.settings.insert_or_assign(member, value_of(found->second));
  }
  return overlay;
}

json::object masked(const json::object& settings) {
  json::object result;
  for (const auto& [name, value] : settings) {
    const bool hide = sounds_secret(name) && !value.is_object() && !value.is_bool();
    result.emplace(name, hide ? json::value("**********") : masked_value(value));
  }
  return result;
}

}  // namespace cardea::gate
