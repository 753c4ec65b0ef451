#include "tool/preset/preset.h"

#include <algorithm>

#include "base/assert.h"
#include "base/text.h"
#include "base/uri.h"
#include "tool/api/document.h"
#include "tool/apply/run.h"
#include "tool/preset/preset_files.h"

namespace cardea::tool {
namespace {

constexpr std::string_view kFile = "/preset.yaml";

bool is_host(std::string_view text) {
  const auto uri = parse_uri("https://" + std::string(text) + "/");
  return uri && uri->path == "/" && !uri->userinfo && !uri->query && !uri->fragment && !text.ends_with('/');
}

/// An origin: what applications call their base address.
bool is_origin(std::string_view text) {
  const auto uri = parse_uri(text);
  return uri && uri->is_http() && uri->path.empty() && !uri->userinfo && !uri->query && !uri->fragment;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 255 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
             std::string_view::npos;
}

/// What is wrong with a value of that kind; null when nothing is.
const char* complaint(std::string_view kind, std::string_view value) {
  if (kind == "host" && !is_host(value)) return "must be a host name, without https:// and without a path";
  if (kind == "url" && !is_origin(value)) return "must be like https://app.example.test, without a slash at its end";
  if (kind == "name" && !is_name(value)) return "may have letters, digits, dots, - and _";
  if (value.find_first_of("\r\n\"'\\$`") != std::string_view::npos) return "must not hold quotes, $ or line breaks";
  return nullptr;
}

Result<Parameter, std::string> read_parameter(const json::value& item) {
  if (!item.is_object()) return refuse(std::string("a parameter must be an object"));
  const auto& members = item.as_object();
  Parameter parameter{
      string_or(members, "name", ""), string_or(members, "about", ""), string_or(members, "kind", "text"), {}};
  if (const auto* fallback = find_string(members, "default")) parameter.fallback = std::string(*fallback);
  if (parameter.name.empty()) return refuse(std::string("a parameter has no name"));
  return parameter;
}

/// Every parameter that has no value yet and has a default gets it; later ones may name earlier ones.
void add_defaults(const Preset& preset, Values& values) {
  const Lookup lookup = [&values](std::string_view name) -> std::optional<std::string> {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
  for (const auto& parameter : preset.parameters) {
    if (values.contains(parameter.name) || !parameter.fallback) continue;
    auto value = expand(*parameter.fallback, lookup);
    if (!value) continue;  // it names one that is missing, which is told
    values.emplace(parameter.name, std::move(*value));
  }
}

}  // namespace

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const auto& file : preset_files()) {
    if (file.path.ends_with(kFile)) names.emplace_back(file.path.substr(0, file.path.size() - kFile.size()));
  }
  return names;
}

std::optional<Preset> find_preset(std::string_view name) {
  for (const auto& file : preset_files()) {
    if (file.path != std::string(name) + std::string(kFile)) continue;
    auto preset = parse_preset(std::string(name), file.bytes);
    CARDEA_ASSERT(preset.has_value());
    return std::move(*preset);
  }
  return std::nullopt;
}

Result<Preset, std::string> parse_preset(std::string name, std::string_view text) {
  const auto document = read_document(text);
  if (!document) return refuse(document.error());
  if (!document->is_object()) return refuse(std::string("a preset must be an object"));
  const auto& members = document->as_object();
  Preset preset;
  preset.name = std::move(name);
  preset.about = string_or(members, "about", "");
  preset.guide = string_or(members, "guide", "");
  const auto* realm = members.if_contains("realm");
  const auto* parameters = members.if_contains("parameters");
  const auto* outputs = members.if_contains("output");
  if (realm == nullptr || !realm->is_object() || parameters == nullptr || !parameters->is_array() ||
      outputs == nullptr || !outputs->is_array())
    return refuse(std::string("a preset has parameters, realm and output"));
  preset.realm = realm->as_object();
  for (const auto& item : parameters->as_array()) {
    auto parameter = read_parameter(item);
    if (!parameter) return refuse(std::move(parameter.error()));
    preset.parameters.push_back(std::move(*parameter));
  }
  for (const auto& item : outputs->as_array()) {
    if (!item.is_object()) return refuse(std::string("an output must be an object"));
    const auto& output = item.as_object();
    preset.outputs.push_back(
        {string_or(output, "file", ""), string_or(output, "about", ""), string_or(output, "text", "")});
  }
  for (const auto& item : array_of(members, "steps")) {
    if (!item.is_object()) return refuse(std::string("a step must be an object"));
    preset.steps.push_back({string_or(item.as_object(), "of", ""), string_or(item.as_object(), "step", "")});
  }
  for (const auto& item : array_of(members, "tokens")) {
    if (!item.is_object()) return refuse(std::string("a token must be an object"));
    const auto member = [&item](std::string_view key) { return string_or(item.as_object(), key, ""); };
    preset.tokens.push_back(
        {member("client"), member("scope"), member("token"), member("claim"), member("contains"), member("step")});
  }
  return preset;
}

Result<Values, std::string> values_of(const Preset& preset, const std::vector<std::string>& given) {
  Values values;
  std::string problems;
  const auto tell = [&problems](std::string_view text) { problems.append(problems.empty() ? "" : "; ").append(text); };
  for (const auto& text : given) {
    const auto equals = text.find('=');
    const auto name = text.substr(0, equals);
    const auto known = std::ranges::find(preset.parameters, name, &Parameter::name);
    if (equals == std::string::npos) {
      tell(text + ": write NAME=VALUE");
    } else if (known == preset.parameters.end()) {
      std::vector<std::string_view> names;
      for (const auto& parameter : preset.parameters) names.push_back(parameter.name);
      const auto meant = nearest(name, names);
      tell(name + " is no parameter of " + preset.name + (meant ? "; did you mean " + std::string(*meant) + "?" : ""));
    } else if (const auto* wrong = complaint(known->kind, text.substr(equals + 1))) {
      tell(name + " " + wrong);
    } else if (!values.emplace(name, text.substr(equals + 1)).second) {
      tell(name + " is given twice");
    }
  }
  add_defaults(preset, values);
  for (const auto& parameter : preset.parameters) {
    if (!values.contains(parameter.name)) tell(parameter.name + " is missing (" + parameter.about + ")");
  }
  if (!problems.empty()) return refuse(std::move(problems));
  return values;
}

Result<std::string, std::string> expand(std::string_view text, const Lookup& lookup) {
  std::string out;
  for (;;) {
    const auto begin = text.find("$(");
    if (begin == std::string_view::npos) return out += text;
    // The bracket that closes this one; a name may hold another: $(secret:$(client)).
    std::size_t depth = 1;
    auto end = begin + 2;
    for (; end < text.size() && depth > 0; ++end) depth += text[end] == '(' ? 1 : text[end] == ')' ? -1 : 0;
    if (depth > 0) return refuse(std::string(text.substr(begin)) + " is not closed");
    const auto name = expand(text.substr(begin + 2, end - begin - 3), lookup);
    if (!name) return name;
    const auto value = lookup(*name);
    if (!value) return refuse("$(" + *name + ") has no value");
    out.append(text.substr(0, begin)).append(*value);
    text.remove_prefix(end);
  }
}

Result<json::value, std::string> expand_document(const json::value& value, const Lookup& lookup) {
  if (value.is_string()) {
    auto text = expand(std::string_view(value.as_string()), lookup);
    if (!text) return refuse(std::move(text.error()));
    return json::value(json::string(*text));
  }
  if (value.is_array()) {
    json::array items;
    for (const auto& item : value.as_array()) {
      auto expanded = expand_document(item, lookup);
      if (!expanded) return expanded;
      items.push_back(std::move(*expanded));
    }
    return items;
  }
  if (!value.is_object()) return value;
  json::object members;
  for (const auto& member : value.as_object()) {
    auto name = expand(std::string_view(member.key()), lookup);
    if (!name) return refuse(std::move(name.error()));
    auto expanded = expand_document(member.value(), lookup);
    if (!expanded) return expanded;
    members[*name] = std::move(*expanded);
  }
  return members;
}

}  // namespace cardea::tool
