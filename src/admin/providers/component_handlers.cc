#include "admin/providers/component_handlers.h"

#include <algorithm>

#include "admin/providers/key_removal.h"
#include "admin/realms/realm_view.h"
#include "admin/roles/role_rights.h"
#include "admin/server/component_types.h"
#include "admin/settings/realm_document.h"
#include "base/text.h"
#include "core/changes/check_values.h"
#include "core/realm_keys.h"
#include "domain/representation/key_json.h"
#include "domain/representation/realm_json.h"

namespace cardea::admin {
namespace {

constexpr std::string_view kPolicyType = "org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy";

struct PreparedKey {
  RealmKey key;
  bool is_known = false;  // to whoever sent it
};

json::object with_place(json::object row, std::string_view type, const Realm& realm) {
  row["providerType"] = type;
  if (!row.contains("parentId")) row["parentId"] = realm.id.str();
  row.erase("subComponents");
  if (!row.contains("config")) row["config"] = json::object();
  return ordered(row, {"id", "name", "providerId", "providerType", "parentId", "subType", "config"});
}

json::object key_row(const RealmKey& key, const Realm& realm) {
  auto row = with_place(to_json(key, Secrets::kOmit), kKeyProviderType, realm);
  // A key of its own provider is shown by its settings alone.
  if (auto* config = row["config"].if_object()) {
    for (const auto secret : {"privateKey", "secret", "certificate", "kid", "keyUse"}) config->erase(secret);
  }
  return row;
}

/// The stored component of {componentId}, with its type; ids that were never given are derived.
struct Found {
  std::string type;
  json::object* component = nullptr;
};
std::string id_of(const Realm& realm, std::string_view type, const json::object& component) {
  const auto id = string_or(component, "id", "");
  if (!id.empty()) return id;
  return derived_id(realm, type,
                    string_or(component, "subType", "") + "\n" + string_or(component, "providerId", "") + "\n" +
                        string_or(component, "name", ""));
}

Found find_component(Realm& realm, std::string_view id) {
  for (auto& [type, list] : object_of(realm.extra, "components")) {
    if (!list.is_array()) continue;
    for (auto& item : list.get_array()) {
      auto* component = item.if_object();
      if (component != nullptr && id_of(realm, type, *component) == id) return {std::string(type), component};
    }
  }
  return {};
}

/// What an event says of a key: never the key.
json::object key_note(const RealmKey& key) {
  return {{"id", key.id.str()}, {"name", key.name}, {"kid", key.kid}, {"algorithm", key.algorithm}};
}

/// A copy for eyes: secrets are masked as in an export.
json::object shown(const Realm& realm, std::string_view type, const json::object& component) {
  json::object extra;
  extra["components"] = json::object{{type, json::array{component}}};
  mask_secrets(extra);
  auto row = extra["components"].get_object()[type].get_array().front().get_object();
  row["id"] = id_of(realm, type, component);
  return with_place(std::move(row), type, realm);
}

bool fits(const Call& call, std::string_view type, const json::object& row) {
  const auto is = [&](std::string_view wanted, std::string_view value) { return wanted.empty() || wanted == value; };
  return is(call.query("type"), type) && is(call.query("name"), string_or(row, "name", "")) &&
         is(call.query("parent"), string_or(row, "parentId", ""));
}

Or<std::optional<RealmKey>> find_key(Call& call, std::string_view id) {
  CARDEA_TRY(keys, call.repositories().keys.list(call.rows(), call.realm().id));
  for (auto& key : keys) {
    if (key.id.str() == id) return std::optional(std::move(key));
  }
  return std::optional<RealmKey>();
}

/// Config values are lists of texts.
Or<json::object> read_config(const json::object& body) {
  json::object config;
  const auto* given = body.if_contains("config");
  if (given == nullptr || given->is_null()) return config;
  if (!given->is_object()) return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
  for (const auto& [name, value] : given->get_object()) {
    if (value.is_array()) {
      config[name] = value;
    } else if (value.is_string()) {
      config[name] = json::array{value};
    } else if (!value.is_null()) {
      return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
    }
  }
  return config;
}

std::string first_text(const json::object& config, std::string_view name, std::string_view fallback) {
  const auto* values = config.if_contains(name);
  if (values == nullptr || !values->is_array() || values->get_array().empty()) return std::string(fallback);
  const auto* text = values->get_array().front().if_string();
  return text == nullptr ? std::string(fallback) : std::string(*text);
}

/// A limit that cannot be read would be none.
Or<void> check_config(std::string_view provider, const json::object& config) {
  if (provider != "max-clients") return {};
  const auto limit = first_text(config, "max-clients", "");
  if (limit.empty()) return refuse(error_message(400, "'Max Clients Per Realm' is required"));
  if (parse_integer<std::int32_t>(limit)) return {};
  return refuse(error_message(400, "'Max Clients Per Realm' should be a number"));
}

/// What a new key would be refused for; a key that is there keeps its size.
Or<void> check_key_size(const json::object& config) {
  if (!config.contains("keySize")) return {};
  const auto size = first_text(config, "keySize", "");
  for (const auto* known : {"2048", "3072", "4096"}) {
    if (size == known) return {};
  }
  return refuse(error_message(400, "'Key size' should be 2048, 3072 or 4096"));
}

/// A realm without a key to sign with locks everybody out: the last one stays.
Or<void> require_another_key(Call& call, const RealmKey& going) {
  if (going.status != KeyStatus::kActive) return {};
  if (!is_needed_by_realm(call.realm(), going.algorithm)) return {};
  CARDEA_TRY(keys, call.repositories().keys.list(call.rows(), call.realm().id));
  const bool has_other = std::ranges::any_of(keys, [&](const RealmKey& key) {
    return key.id != going.id && key.status == KeyStatus::kActive && key.algorithm == going.algorithm;
  });
  if (has_other) return {};
  return refuse(error_message(400, "The realm signs with this key; make another one first"));
}

Answer update_key(Call& call, RealmKey key, const json::object& body) {
  CARDEA_TRY(config, read_config(body));
  const auto before = key.status;
  key.name = string_or(body, "name", key.name);
  if (check_name(key.name)) return refuse(error(400, "invalid_request", "A component has a name"));
  const auto priority = parse_integer<int>(first_text(config, "priority", std::to_string(key.priority)));
  if (!priority) return refuse(error_message(400, "'Priority' should be a number"));
  key.priority = *priority;
  CARDEA_DO(check_key_size(config));
  if (config.contains("enabled") || config.contains("active")) {
    const bool enabled = first_text(config, "enabled", "true") == "true";
    const bool active = first_text(config, "active", "true") == "true";
    key.status = !enabled ? KeyStatus::kDisabled : active ? KeyStatus::kActive : KeyStatus::kPassive;
  }
  if (key.status != KeyStatus::kActive) {
    auto going = RealmKey{};
    going.id = key.id;
    going.algorithm = key.algorithm;
    going.status = before;
    CARDEA_DO(require_another_key(call, going));
  }
  CARDEA_DO(call.repositories().keys.update(call.tx(), call.realm().id, key));
  if (before == KeyStatus::kActive && key.status != KeyStatus::kActive) CARDEA_DO(replace_key(call, key));
  return no_content();
}

}  // namespace

Answer list_components(Call& call) {
  auto& realm = call.realm();
  json::array list;
  CARDEA_TRY(keys, call.repositories().keys.list(call.rows(), realm.id));
  for (const auto& key : keys) {
    auto row = key_row(key, realm);
    if (fits(call, kKeyProviderType, row)) list.push_back(std::move(row));
  }
  for (auto& [type, components] : object_of(realm.extra, "components")) {
    if (!components.is_array()) continue;
    for (const auto& item : components.get_array()) {
      if (!item.is_object()) continue;
      auto row = shown(realm, type, item.get_object());
      if (fits(call, type, row)) list.push_back(std::move(row));
    }
  }
  return ok(list);
}

Prepared prepare_component(Call& call) {
  CARDEA_TRY(body, call.body_object());
  const auto type = string_or(*body, "providerType", "");
  const auto provider = string_or(*body, "providerId", "");
  if (!is_component_provider(type, provider)) {
    return refuse(error(400, "Invalid provider type or no such provider"));
  }
  if (type != kKeyProviderType) return {};
  RepresentationProblems problems;
  auto wanted = parse_key_component(*body, JsonPath(), problems);
  if (!problems.empty()) return refuse(error_message(400, problems.describe()));
  const bool is_known = !wanted.key.secret.empty();
  auto key = complete_key(std::move(wanted), call.realm().name, call.now(), call.random());
  if (!key) return refuse(error_message(400, "The key cannot be made"));
  key->id = KeyId(call.new_id());
  key->created_at = call.now();
  call.prepared = std::make_shared<PreparedKey>(PreparedKey{std::move(*key), is_known});
  return {};
}

Answer create_component(Call& call) {
  CARDEA_TRY(body, call.body_object());
  const auto name = string_or(*body, "name", string_or(*body, "providerId", ""));
  if (check_name(name)) return refuse(error(400, "invalid_request", "A component has a name"));
  if (auto* prepared = static_cast<PreparedKey*>(call.prepared.get())) {
    auto& key = prepared->key;
    // Whoever knows a realm's key signs in as anybody, administrators included (attack class 21).
    if (prepared->is_known) CARDEA_DO(require_full_admin(call));
    if (key.name.empty()) key.name = name;
    CARDEA_DO(call.repositories().keys.insert(call.tx(), call.realm().id, key));
    call.note_after(key_note(key));
    return call.created(key.id.str());
  }
  CARDEA_TRY(config, read_config(*body));
  CARDEA_DO(check_config(string_or(*body, "providerId", ""), config));
  json::object component;
  component["id"] = call.new_id();
  component["name"] = name;
  component["providerId"] = string_or(*body, "providerId", "");
  if (const auto* sub_type = find_string(*body, "subType")) component["subType"] = *sub_type;
  component["subComponents"] = json::object();
  component["config"] = std::move(config);
  const auto id = string_or(component, "id", "");
  auto& list = list_of(object_of(call.realm().extra, "components"), string_or(*body, "providerType", ""));
  call.note_after(shown(call.realm(), string_or(*body, "providerType", ""), component));
  list.push_back(std::move(component));
  CARDEA_DO(save_realm(call));
  return call.created(id);
}

Answer get_component(Call& call) {
  const auto& id = call.path("componentId");
  CARDEA_TRY(key, find_key(call, id));
  if (key) return ok(key_row(*key, call.realm()));
  const auto found = find_component(call.realm(), id);
  if (found.component == nullptr) return refuse(not_found("Could not find component"));
  return ok(shown(call.realm(), found.type, *found.component));
}

Answer update_component(Call& call) {
  CARDEA_TRY(body, call.body_object());
  const auto& id = call.path("componentId");
  CARDEA_TRY(key, find_key(call, id));
  if (key) return update_key(call, std::move(*key), *body);
  const auto found = find_component(call.realm(), id);
  if (found.component == nullptr) return refuse(not_found("Could not find component"));
  call.note_before(shown(call.realm(), found.type, *found.component));
  const auto name = string_or(*body, "name", string_or(*found.component, "name", ""));
  if (check_name(name)) return refuse(error(400, "invalid_request", "A component has a name"));
  auto& component = *found.component;
  component["id"] = id;
  component["name"] = name;
  if (body->contains("config")) {
    CARDEA_TRY(config, read_config(*body));
    CARDEA_DO(check_config(string_or(component, "providerId", ""), config));
    json::value after(std::move(config));
    const auto* before = component.if_contains("config");
    keep_masked(after, before == nullptr ? json::value() : *before);
    component["config"] = std::move(after);
  }
  call.note_after(shown(call.realm(), found.type, component));
  CARDEA_DO(save_realm(call));
  return no_content();
}

Answer delete_component(Call& call) {
  const auto& id = call.path("componentId");
  CARDEA_TRY(key, find_key(call, id));
  if (key) {
    CARDEA_DO(require_another_key(call, *key));
    call.note_before(key_note(*key));
    CARDEA_DO(call.repositories().keys.remove(call.tx(), call.realm().id, key->id));
    if (key->status == KeyStatus::kActive) CARDEA_DO(replace_key(call, *key));
    return no_content();
  }
  const auto found = find_component(call.realm(), id);
  if (found.component == nullptr) return refuse(not_found("Could not find component"));
  (*found.component)["id"] = id;
  call.note_before(shown(call.realm(), found.type, *found.component));
  remove_from(list_of(object_of(call.realm().extra, "components"), found.type), "id", id);
  CARDEA_DO(save_realm(call));
  return no_content();
}

Answer list_sub_component_types(Call& call) {
  const auto types = component_types();
  const auto* found = types.if_contains(call.query("type"));
  if (found == nullptr) return refuse(error(400, "must be able to specify a subtype"));
  return ok(*found);
}

Answer list_registration_policies(Call&) {
  const auto types = component_types();
  return ok(types.at(kPolicyType));
}

}  // namespace cardea::admin
