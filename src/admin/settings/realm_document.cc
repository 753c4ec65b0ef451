#include "admin/settings/realm_document.h"

#include "crypto/hash.h"

namespace cardea::admin {

json::array& list_of(json::object& document, std::string_view name) {
  auto& value = document[name];
  if (!value.is_array()) value = json::array();
  return value.get_array();
}

json::object& object_of(json::object& document, std::string_view name) {
  auto& value = document[name];
  if (!value.is_object()) value = json::object();
  return value.get_object();
}

json::object* find_in(json::array& list, std::string_view member, std::string_view value) {
  for (auto& item : list) {
    auto* object = item.if_object();
    if (object != nullptr && string_or(*object, member, "") == value) return object;
  }
  return nullptr;
}

bool remove_from(json::array& list, std::string_view member, std::string_view value) {
  for (auto* item = list.begin(); item != list.end(); ++item) {
    const auto* object = item->if_object();
    if (object == nullptr || string_or(*object, member, "") != value) continue;
    list.erase(item);
    return true;
  }
  return false;
}

std::string derived_id(const Realm& realm, std::string_view kind, std::string_view name) {
  std::string words = realm.id.str();
  words.append("\n").append(kind).append("\n").append(name);
  const auto digest = crypto::sha256(words);
  std::string id;
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) id += '-';
    auto byte = static_cast<unsigned char>(digest[i]);
    if (i == 6) byte = static_cast<unsigned char>((byte & 0x0F) | 0x80);  // RFC 9562 section 5.8
    if (i == 8) byte = static_cast<unsigned char>((byte & 0x3F) | 0x80);
    id += kDigits[byte >> 4];
    id += kDigits[byte & 0x0F];
  }
  return id;
}

Or<void> save_realm(Call& call) {
  CARDEA_DO(call.repositories().realms.update(call.tx(), call.realm()));
  return {};
}

json::object ordered(const json::object& object, std::initializer_list<std::string_view> order) {
  json::object out;
  for (const auto name : order) {
    if (const auto* value = object.if_contains(name)) out.emplace(name, *value);
  }
  for (const auto& [name, value] : object) out.emplace(name, value);
  return out;
}

}  // namespace cardea::admin
