#include "core/import/placeholders.h"

namespace cardea {

std::string fill_placeholders(std::string_view text, const PlaceholderLookup& lookup) {
  std::string out;
  while (true) {
    const auto begin = text.find("${");
    const auto end = begin == std::string_view::npos ? begin : text.find('}', begin);
    if (end == std::string_view::npos) return out.append(text);
    out.append(text.substr(0, begin));
    const auto inside = text.substr(begin + 2, end - begin - 2);
    const auto colon = inside.find(':');
    if (auto value = lookup(inside.substr(0, colon))) {
      out.append(*value);
    } else if (colon != std::string_view::npos) {
      out.append(inside.substr(colon + 1));
    } else {
      out.append(text.substr(begin, end + 1 - begin));
    }
    text.remove_prefix(end + 1);
  }
}

void fill_placeholders(json::value& value, const PlaceholderLookup& lookup) {
  if (auto* text = value.if_string()) {
    if (text->find("${") != json::string::npos) *text = fill_placeholders(std::string_view(*text), lookup);
  } else if (auto* list = value.if_array()) {
    for (auto& item : *list) fill_placeholders(item, lookup);
  } else if (auto* object = value.if_object()) {
    for (auto& [name, member] : *object) fill_placeholders(member, lookup);
  }
}

}  // namespace cardea
