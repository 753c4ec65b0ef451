#include "gate/access/claim_path.h"

#include <utility>

namespace cardea::gate {
namespace {

std::string_view type_name(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "null";
    case json::kind::bool_:
      return "boolean";
    case json::kind::string:
      return "string";
    case json::kind::array:
      return "array";
    case json::kind::object:
      return "object";
    default:
      return "number";
  }
}

/// Takes one name off the front, quoted or with backslashes before what is not meant: "a.b" and a\.b are the same.
std::optional<std::string> take_name(std::string_view& rest) {
  std::string name;
  const bool is_quoted = rest.starts_with('"');
  if (is_quoted) rest.remove_prefix(1);
  const std::string_view special = is_quoted ? "\"\\" : ".\\";
  for (; !rest.empty() && rest.front() != special.front(); rest.remove_prefix(1)) {
    if (rest.front() == '\\') {
      rest.remove_prefix(1);
      if (rest.empty() || special.find(rest.front()) == std::string_view::npos) return std::nullopt;
    }
    name += rest.front();
  }
  if (name.empty() || (is_quoted && rest.empty())) return std::nullopt;
  if (is_quoted) rest.remove_prefix(1);
  return name;
}

}  // namespace

std::optional<ClaimPath> ClaimPath::parse(std::string_view text) {
  if (text.empty() || text.size() > kBytesMax) return std::nullopt;
  ClaimPath path;
  path.text_ = text;
  for (;;) {
    auto name = take_name(text);
    if (!name || path.names_.size() == kNamesMax) return std::nullopt;
    path.names_.push_back(std::move(*name));
    if (text.empty()) return path;
    if (text.front() != '.') return std::nullopt;
    text.remove_prefix(1);
  }
}

const json::value* ClaimPath::find(const json::object& claims) const {
  const json::object* object = &claims;
  const json::value* value = nullptr;
  for (const auto& name : names_) {
    if (object == nullptr) return nullptr;
    value = object->if_contains(name);
    if (value == nullptr) return nullptr;
    object = value->if_object();
  }
  return value;
}

void ClaimPath::put(json::object& claims, json::value value) const {
  json::object* object = &claims;
  for (std::size_t i = 0; i + 1 < names_.size(); ++i) {
    auto& member = (*object)[names_[i]];
    object = member.is_object() ? &member.get_object() : &member.emplace_object();
  }
  object->insert_or_assign(names_.back(), std::move(value));
}

std::string last_of_group_path(std::string_view text) {
  auto slash = text.rfind('/');
  while (slash != std::string_view::npos && slash > 0 && text[slash - 1] == '~') slash = text.rfind('/', slash - 1);
  if (!text.starts_with('/') || slash + 1 == text.size()) return std::string(text);
  std::string name;
  for (std::size_t i = slash + 1; i < text.size(); ++i)
    if (text[i] != '~' || i + 1 == text.size() || text[i + 1] != '/') name += text[i];
  return name;
}

namespace {

ClaimNames names_as_they_are(const ClaimPath& path, const json::object& claims) {
  const auto* value = path.find(claims);
  if (value == nullptr) return {};
  ClaimNames result{.state = ClaimNames::State::kPresent, .names = {}, .type = {}};
  if (const auto* text = value->if_string()) {
    result.names.emplace_back(*text);
    return result;
  }
  const auto wrong = [](std::string_view type) {
    return ClaimNames{.state = ClaimNames::State::kWrongType, .names = {}, .type = type};
  };
  const auto* list = value->if_array();
  if (list == nullptr) return wrong(type_name(*value));
  for (const auto& item : *list) {
    const auto* object = item.if_object();
    const auto* text = object == nullptr ? item.if_string() : find_string(*object, "name");
    if (text == nullptr) return wrong("array of other than strings");
    result.names.emplace_back(*text);
  }
  return result;
}

}  // namespace

ClaimNames read_names(const ClaimPath& path, const json::object& claims) {
  auto held = names_as_they_are(path, claims);
  if (path.strips_group_paths())
    for (auto& name : held.names) name = last_of_group_path(name);
  return held;
}

}  // namespace cardea::gate
