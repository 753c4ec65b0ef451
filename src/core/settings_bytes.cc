#include "core/settings_bytes.h"

#include <map>
#include <string>
#include <vector>

namespace cardea {
namespace {

constexpr std::size_t kBlock = 16;      // what the allocator adds to a piece of memory
constexpr std::size_t kMapNode = 48;    // and a tree to a pair
constexpr std::size_t kShortText = 15;  // held in the string itself

// Keys ready to sign and verify, trees of flows, the profile of a realm; a plan with its mappers and a service account.
constexpr std::size_t kMadeOfRealm = 40 * 1024;
constexpr std::size_t kMadeOfClient = 20 * 1024;

std::size_t heap_of(const std::string& text) { return text.capacity() <= kShortText ? 0 : text.capacity() + kBlock; }

std::size_t heap_of(const std::vector<std::string>& texts) {
  std::size_t bytes = texts.capacity() * sizeof(std::string) + kBlock;
  for (const auto& text : texts) bytes += heap_of(text);
  return bytes;
}

template <class Id>
std::size_t heap_of_ids(const std::vector<Id>& ids) {
  std::size_t bytes = ids.capacity() * sizeof(Id) + kBlock;
  for (const auto& id : ids) bytes += heap_of(id.str());
  return bytes;
}

template <class Value>
std::size_t heap_of(const std::map<std::string, Value>& map) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : map) {
    bytes += kMapNode + sizeof(std::string) + sizeof(Value) + heap_of(name) + heap_of(value);
  }
  return bytes;
}

std::size_t heap_of(const json::value& value);

std::size_t heap_of(const json::object& object) {
  std::size_t bytes = object.capacity() * sizeof(json::key_value_pair) + kBlock;
  for (const auto& [name, value] : object) bytes += name.size() + kBlock + heap_of(value);
  return bytes;
}

std::size_t heap_of(const json::value& value) {
  if (value.is_object()) return heap_of(value.get_object());
  if (value.is_string())
    return value.get_string().capacity() <= kShortText ? 0 : value.get_string().capacity() + kBlock;
  if (!value.is_array()) return 0;
  std::size_t bytes = value.get_array().capacity() * sizeof(json::value) + kBlock;
  for (const auto& item : value.get_array()) bytes += heap_of(item);
  return bytes;
}

std::size_t heap_of(const std::vector<ProtocolMapper>& mappers) {
  std::size_t bytes = mappers.capacity() * sizeof(ProtocolMapper) + kBlock;
  for (const auto& mapper : mappers) {
    bytes += heap_of(mapper.id) + heap_of(mapper.name) + heap_of(mapper.protocol) + heap_of(mapper.provider) +
             heap_of(mapper.config);
  }
  return bytes;
}

std::size_t heap_of(const Realm& realm) {
  return heap_of(realm.name) + heap_of(realm.display_name) + heap_of(realm.display_name_html) +
         heap_of(realm.password_policy) + heap_of(realm.attributes) + heap_of(realm.browser_security_headers) +
         heap_of_ids(realm.default_scopes) + heap_of_ids(realm.optional_scopes) + heap_of(realm.extra);
}

}  // namespace

std::size_t bytes_of(const RealmEntry& entry) {
  std::size_t bytes = sizeof(RealmEntry) + kMadeOfRealm + heap_of(entry.realm) + heap_of(entry.jwks_json) +
                      heap_of(entry.public_key_base64);
  for (const auto& scope : entry.scopes) {
    bytes += sizeof(ClientScope) + heap_of(scope.name) + heap_of(scope.description) + heap_of(scope.attributes) +
             heap_of(scope.mappers) + heap_of_ids(scope.role_mappings) + heap_of(scope.extra);
  }
  return bytes;
}

std::size_t bytes_of(const ClientEntry& entry) {
  const auto& client = entry.client;
  return sizeof(ClientEntry) + kMadeOfClient + heap_of(client.name) + heap_of(client.description) +
         heap_of(client.root_url) + heap_of(client.redirect_uris) + heap_of(client.web_origins) +
         heap_of(client.attributes) + heap_of(client.mappers) + heap_of_ids(client.default_scopes) +
         heap_of_ids(client.optional_scopes) + heap_of_ids(client.role_mappings) + heap_of(client.extra);
}

std::size_t bytes_of(const Role& role) {
  return sizeof(Role) + kBlock + heap_of(role.id.str()) + heap_of(role.realm.str()) + heap_of(role.name) +
         heap_of(role.description) + heap_of_ids(role.composites) + heap_of(role.attributes) + heap_of(role.extra);
}

std::size_t bytes_of(const Group& group) {
  return sizeof(Group) + kBlock + heap_of(group.id.str()) + heap_of(group.realm.str()) + heap_of(group.name) +
         heap_of(group.path) + heap_of(group.description) + heap_of_ids(group.roles) + heap_of(group.attributes) +
         heap_of(group.extra);
}

std::size_t bytes_of(const EffectiveRoles& roles) {
  std::size_t bytes = sizeof(EffectiveRoles) + kBlock + roles.items.capacity() * sizeof(EffectiveRoles::Item);
  for (const auto& item : roles.items) bytes += heap_of(item.id) + heap_of(item.client_id) + heap_of(item.name);
  return bytes;
}

}  // namespace cardea
