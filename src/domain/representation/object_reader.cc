#include "domain/representation/object_reader.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "base/text.h"

namespace cardea {
namespace {

std::optional<std::int64_t> whole_number(const json::value& value) {
  if (const auto* number = value.if_int64()) return *number;
  if (const auto* number = value.if_double()) {
    constexpr double kLimit = 9.0e15;  // beyond, a double skips whole numbers
    if (std::trunc(*number) == *number && std::abs(*number) < kLimit) return static_cast<std::int64_t>(*number);
  }
  if (const auto* text = value.if_string()) return parse_integer<std::int64_t>(*text);
  return std::nullopt;
}

/// What Keycloak stores when a file has a bare number or boolean where it keeps text.
std::optional<std::string> scalar_text(const json::value& value) {
  if (const auto* text = value.if_string()) return std::string(*text);
  if (value.is_bool() || value.is_number()) return json::serialize(value);
  return std::nullopt;
}

}  // namespace

bool read_texts(const json::value& value, std::vector<std::string>& out) {
  const auto* list = value.if_array();
  if (list == nullptr) return false;
  std::vector<std::string> texts;
  texts.reserve(list->size());
  for (const auto& item : *list) {
    if (item.is_null()) continue;
    auto text = scalar_text(item);
    if (!text) return false;
    texts.push_back(std::move(*text));
  }
  out = std::move(texts);
  return true;
}

const json::value* ObjectReader::find(std::string_view name) {
  read_.push_back(name);
  const auto* value = object_.if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

bool ObjectReader::has(std::string_view name) const {
  const auto* value = object_.if_contains(name);
  return value != nullptr && !value->is_null();
}

bool ObjectReader::text(std::string_view name, std::string& out) {
  const auto* value = find(name);
  if (value == nullptr) return false;
  if (const auto* text = value->if_string()) {
    out.assign(text->data(), text->size());
    return true;
  }
  add_problem(name, "expected a string");
  return false;
}

bool ObjectReader::secret(std::string_view name, SecretBytes& out) {
  std::string bytes;
  if (!text(name, bytes)) return false;
  out = SecretBytes(std::move(bytes));
  return true;
}

bool ObjectReader::boolean(std::string_view name, bool& out) {
  const auto* value = find(name);
  if (value == nullptr) return false;
  if (const auto* flag = value->if_bool()) {
    out = *flag;
    return true;
  }
  if (const auto* text = value->if_string()) {
    const bool is_true = equal_ignoring_ascii_case(*text, "true");
    if (is_true || equal_ignoring_ascii_case(*text, "false")) {
      out = is_true;
      return true;
    }
  }
  add_problem(name, "expected true or false");
  return false;
}

bool ObjectReader::number(std::string_view name, std::int64_t& out) {
  const auto* value = find(name);
  if (value == nullptr) return false;
  if (const auto number = whole_number(*value)) {
    out = *number;
    return true;
  }
  add_problem(name, "expected a whole number");
  return false;
}

bool ObjectReader::number(std::string_view name, int& out) {
  std::int64_t wide = 0;
  if (!number(name, wide)) return false;
  if (wide < std::numeric_limits<int>::min() || wide > std::numeric_limits<int>::max()) {
    add_problem(name, "expected a whole number of 32 bits");
    return false;
  }
  out = static_cast<int>(wide);
  return true;
}

bool ObjectReader::duration(std::string_view name, seconds& out) {
  int count = 0;
  if (!number(name, count)) return false;
  out = seconds{count};
  return true;
}

bool ObjectReader::texts(std::string_view name, std::vector<std::string>& out) {
  const auto* value = find(name);
  if (value == nullptr) return false;
  if (read_texts(*value, out)) return true;
  add_problem(name, "expected a list of strings");
  return false;
}

bool ObjectReader::text_map(std::string_view name, std::map<std::string, std::string>& out) {
  const auto* members = object(name);
  if (members == nullptr) return false;
  out.clear();
  const JsonPath here(at_, name);
  for (const auto& [key, value] : *members) {
    if (value.is_null()) continue;
    if (auto text = scalar_text(value)) {
      out.insert_or_assign(std::string(key), std::move(*text));
    } else {
      problems_.add(JsonPath(here, key), "expected a string");
    }
  }
  return true;
}

bool ObjectReader::texts_map(std::string_view name, std::map<std::string, std::vector<std::string>>& out) {
  const auto* members = object(name);
  if (members == nullptr) return false;
  out.clear();
  const JsonPath here(at_, name);
  for (const auto& [key, value] : *members) {
    if (value.is_null()) continue;
    std::vector<std::string> texts;
    if (auto text = scalar_text(value)) {
      texts.push_back(std::move(*text));
    } else if (!read_texts(value, texts)) {
      problems_.add(JsonPath(here, key), "expected a list of strings");
      continue;
    }
    out.insert_or_assign(std::string(key), std::move(texts));
  }
  return true;
}

const json::object* ObjectReader::object(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return nullptr;
  if (const auto* members = value->if_object()) return members;
  add_problem(name, "expected an object");
  return nullptr;
}

const json::array* ObjectReader::array(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return nullptr;
  if (const auto* list = value->if_array()) return list;
  add_problem(name, "expected a list");
  return nullptr;
}

void ObjectReader::take_extra(json::object& into) const {
  for (const auto& [key, value] : object_) {
    const std::string_view name(key);
    if (std::ranges::find(read_, name) == read_.end()) into.insert_or_assign(name, value);
  }
}

}  // namespace cardea
