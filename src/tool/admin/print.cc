#include "tool/admin/print.h"

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
  std::string_view name;
  std::string_view inner;
};

std::vector<Field> parse_fields(std::string_view text) {
  std::vector<Field> fields;
  std::size_t depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || (text[i] == ',' && depth == 0)) {
      auto part = trim(text.substr(begin, i - begin));
      const auto open = part.find('(');
      const bool has_inner = open != std::string_view::npos && part.ends_with(')');
      if (!part.empty())
        fields.push_back(has_inner ? Field{part.substr(0, open), part.substr(open + 1, part.size() - open - 2)}
                                   : Field{part, {}});
      begin = i + 1;
    } else if (text[i] == '(') {
      ++depth;
    } else if (text[i] == ')' && depth > 0) {
      --depth;
    }
  }
  return fields;
}

json::value object_with_fields(const json::object& object, std::string_view text) {
  json::object kept;
  for (const auto& field : parse_fields(text)) {
    if (field.name == "*") return object;
    if (const auto* member = object.if_contains(field.name))
      kept[field.name] = field.inner.empty() ? *member : with_fields(*member, field.inner);
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
  } else if (fields.empty()) {
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

json::value with_fields(const json::value& value, std::string_view fields) {
  if (fields.empty()) return value;
  if (value.is_object()) return object_with_fields(value.as_object(), fields);
  if (!value.is_array()) return value;
  json::array items;
  for (const auto& item : value.as_array()) items.push_back(with_fields(item, fields));
  return items;
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
