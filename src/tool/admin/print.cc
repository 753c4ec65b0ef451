#include "tool/admin/print.h"

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace cardea::tool {
namespace {

void append_pretty(std::string& out, const json::value& value, std::size_t indent) {
  const auto line = [&](std::size_t depth) { out.append("\n").append(depth * 2, ' '); };
  if (value.is_object() && !value.as_object().empty()) {
    out += '{';
    bool first = true;
    for (const auto& member : value.as_object()) {
      if (!first) out += ',';
      first = false;
      line(indent + 1);
      append_json_string(out, member.key());
      out += " : ";
      append_pretty(out, member.value(), indent + 1);
    }
    line(indent);
    out += '}';
  } else if (value.is_array() && !value.as_array().empty()) {
    out += '[';
    bool first = true;
    for (const auto& item : value.as_array()) {
      out += first ? " " : ", ";
      first = false;
      append_pretty(out, item, indent);
    }
    out += " ]";
  } else {
    out += json::serialize(value);
  }
}

/// A field with the fields inside its parentheses.
struct Field {
  std::string_view name;  // "*": any
  std::string_view inner;
  bool is_excluded = false;
};

std::vector<Field> parse_fields(std::string_view text) {
  std::vector<Field> fields;
  std::size_t depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || (text[i] == ',' && depth == 0)) {
      auto part = trim(text.substr(begin, i - begin));
      begin = i + 1;
      if (part.empty()) continue;
      Field field;
      field.is_excluded = part.front() == '-';
      if (field.is_excluded) part.remove_prefix(1);
      const auto open = part.find('(');
      field.name = trim(part.substr(0, open));
      if (open != std::string_view::npos) field.inner = part.substr(open + 1, part.size() - open - 2);
      fields.push_back(field);
    } else if (text[i] == '(') {
      ++depth;
    } else if (text[i] == ')' && depth > 0) {
      --depth;
    }
  }
  return fields;
}

/// The field that a member is kept by; null: it is left out. What is excluded is so wherever that stands.
const Field* field_of(const std::vector<Field>& fields, std::string_view member) {
  const Field* by_name = nullptr;
  const Field* by_star = nullptr;
  for (const auto& field : fields) {
    if (field.name == member && field.is_excluded) return nullptr;
    if (field.name == member) by_name = &field;
    if (field.name == "*" && !field.is_excluded) by_star = &field;
  }
  return by_name != nullptr ? by_name : by_star;
}

// NOLINTNEXTLINE(misc-no-recursion): the parser bounds the depth
json::value kept_by(const json::value& value, std::string_view text) {
  if (value.is_array()) {
    json::array items;
    for (const auto& item : value.as_array()) items.push_back(kept_by(item, text));
    return items;
  }
  if (!value.is_object()) return value;
  json::object kept;
  const auto fields = parse_fields(text);
  for (const auto& [name, member] : value.as_object()) {
    if (const auto* field = field_of(fields, name)) kept[name] = kept_by(member, field->inner);
  }
  return kept;
}

void append_cell(std::string& line, const json::value* value, bool bare) {
  if (value == nullptr || value->is_null()) return;
  if (!value->is_string() && !value->is_structured()) {
    line += json::serialize(*value);
    return;
  }
  std::string text = value->is_string() ? std::string(value->as_string()) : json::serialize(*value);
  if (bare) {
    line += text;
    return;
  }
  const bool would_run = !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
  line += would_run ? "\"'" : "\"";
  for (const char c : text) line.append(c == '"' ? 2 : 1, c);
  line += '"';
}

void append_line(std::string& out, const json::value& value, const std::vector<Field>& fields, bool bare) {
  std::string line;
  bool first = true;
  const auto cell = [&](const json::value* item) {
    if (!first) line += ',';
    first = false;
    append_cell(line, item, bare);
  };
  if (!value.is_object()) {
    cell(&value);
  } else if (std::ranges::any_of(fields, [](const Field& f) { return f.name == "*" || f.is_excluded; }) ||
             fields.empty()) {
    for (const auto& member : value.as_object()) cell(&member.value());
  } else {
    for (const auto& field : fields) cell(value.as_object().if_contains(field.name));
  }
  out += line + "\n";
}

}  // namespace

std::string pretty(const json::value& value) {
  std::string out;
  append_pretty(out, value, 0);
  return out;
}

std::optional<std::string> refusal_of_fields(std::string_view fields) {
  std::size_t depth = 0;
  char before = ',';
  for (const char c : fields) {
    if (c == ' ') continue;
    const bool is_misplaced = before == ')' && c != ',' && c != ')';
    const bool closes_nothing = c == ')' && (depth == 0 || before == '(' || before == ',');
    const bool is_nameless = (c == ',' || c == '(') && (before == ',' || before == '(');
    if (is_misplaced || closes_nothing || is_nameless) return std::string(fields) + " is no pattern of fields";
    if (c == '(') ++depth;
    if (c == ')') --depth;
    before = c;
  }
  if (depth != 0) return std::string(fields) + " is no pattern of fields: a parenthesis is left open";
  return std::nullopt;
}

json::value with_fields(const json::value& value, std::string_view fields) {
  return fields.empty() ? value : kept_by(value, fields);
}

std::string csv(const json::value& value, std::string_view fields, bool bare) {
  const auto names = parse_fields(fields);
  std::string out;
  if (value.is_array()) {
    for (const auto& item : value.as_array()) append_line(out, item, names, bare);
  } else {
    append_line(out, value, names, bare);
  }
  return out;
}

}  // namespace cardea::tool
