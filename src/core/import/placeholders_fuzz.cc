// Texts of a realm file: placeholders are found once and from left to right, what a lookup gave is never looked at
// again, and names of members stay as they are.
#include <cstdint>
#include <optional>
#include <string>

#include "base/assert.h"
#include "base/json.h"
#include "core/import/placeholders.h"

namespace {

using cardea::PlaceholderLookup;
namespace json = cardea::json;

void check_text(std::string_view text) {
  std::size_t asked = 0;
  const PlaceholderLookup everything = [&](std::string_view) -> std::optional<std::string> {
    ++asked;
    return "v";
  };
  const PlaceholderLookup nothing = [](std::string_view) -> std::optional<std::string> { return std::nullopt; };
  const PlaceholderLookup more = [](std::string_view name) -> std::optional<std::string> {
    return "${" + std::string(name) + "}";
  };
  const auto filled = cardea::fill_placeholders(text, everything);
  CARDEA_ASSERT(filled.size() <= text.size() && asked <= text.size() / 3);
  CARDEA_ASSERT(cardea::fill_placeholders(filled, everything) == filled);
  if (text.find(':') != std::string_view::npos) return;
  CARDEA_ASSERT(cardea::fill_placeholders(text, nothing) == text);
  CARDEA_ASSERT(cardea::fill_placeholders(text, more) == text);
}

void check_names(const json::value& before, const json::value& after) {
  CARDEA_ASSERT(before.kind() == after.kind());
  if (const auto* object = before.if_object()) {
    CARDEA_ASSERT(object->size() == after.get_object().size());
    for (const auto& [name, member] : *object) check_names(member, after.get_object().at(name));
  } else if (const auto* list = before.if_array()) {
    CARDEA_ASSERT(list->size() == after.get_array().size());
    for (std::size_t i = 0; i < list->size(); ++i) check_names((*list)[i], after.get_array()[i]);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_text(text);
  if (const auto before = cardea::parse_json(text)) {
    auto after = *before;
    cardea::fill_placeholders(after, [](std::string_view) { return std::optional<std::string>("v"); });
    check_names(*before, after);
  }
  return 0;
}
