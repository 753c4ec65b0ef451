#include "domain/representation/members.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace cardea {

json::array to_json(const std::vector<std::string>& texts) {
  json::array list;
  list.reserve(texts.size());
  for (const auto& text : texts) list.emplace_back(text);
  return list;
}

json::object to_json(const std::map<std::string, std::string>& map) {
  json::object object;
  object.reserve(map.size());
  for (const auto& [key, value] : map) object.emplace(key, value);
  return object;
}

json::object to_json(const std::map<std::string, std::vector<std::string>>& map) {
  json::object object;
  object.reserve(map.size());
  for (const auto& [key, values] : map) object.emplace(key, to_json(values));
  return object;
}

void set_unless_empty(json::object& object, std::string_view name, std::string_view text) {
  if (!text.empty()) object.insert_or_assign(name, text);
}

json::object in_order(json::object members, std::span<const std::string_view> order) {
  std::vector<std::pair<std::size_t, json::key_value_pair*>> places;
  places.reserve(members.size());
  for (auto& member : members) {
    const auto place = std::ranges::find(order, std::string_view(member.key()));
    places.emplace_back(static_cast<std::size_t>(place - order.begin()), &member);
  }
  std::ranges::sort(places);  // members stand in one array, so equal places keep their order
  json::object sorted;
  sorted.reserve(members.size());
  for (const auto& [place, member] : places) sorted.emplace(member->key(), std::move(member->value()));
  return sorted;
}

}  // namespace cardea
