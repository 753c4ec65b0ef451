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

}  // namespace

std::optional<ClaimPath> ClaimPath::parse(std::string_view text) {
  if (text.empty() || text.size() > kBytesMax) return std::nullopt;
  ClaimPath path;
  path.text_ = text;
  path.names_.emplace_back();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '.') {
      if (path.names_.back().empty() || path.names_.size() == kNamesMax) return std::nullopt;
      path.names_.emplace_back();
      continue;
    }
    if (text[i] == '\\') {
      if (i + 1 == text.size() || (text[i + 1] != '.' && text[i + 1] != '\\')) return std::nullopt;
      ++i;
    }
    path.names_.back() += text[i];
  }
  if (path.names_.back().empty()) return std::nullopt;
  return path;
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

ClaimNames read_names(const ClaimPath& path, const json::object& claims) {
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
    const auto* text = item.if_string();
    if (text == nullptr) return wrong("array of other than strings");
    result.names.emplace_back(*text);
  }
  return result;
}

}  // namespace cardea::gate
