#include "core/realm_defaults.h"

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "base/text.h"
#include "core/realm_defaults_data.h"

namespace cardea {
namespace {

/// What stands in braces in the data.
struct Placeholders {
  std::string_view realm;
  std::string realm_lower = ascii_lower(realm);
  std::string admin_client{};
  bool is_master = realm == kMasterRealm;
};

std::string fill_in(std::string_view text, const Placeholders& placeholders) {
  const std::array<std::pair<std::string_view, std::string_view>, 3> table = {
      {{"{realm}", placeholders.realm},
       {"{realm_lower}", placeholders.realm_lower},
       {"{admin_client}", placeholders.admin_client}}};
  std::string out;
  while (!text.empty()) {
    const auto hit = std::ranges::find_if(table, [&](const auto& entry) { return text.starts_with(entry.first); });
    if (hit == table.end()) {
      out += text.front();
      text.remove_prefix(1);
    } else {
      out += hit->second;
      text.remove_prefix(hit->first.size());
    }
  }
  return out;
}

/// False when the object says "$only" and means the other kind of realm.
bool is_meant(const json::value& value, const Placeholders& placeholders) {
  const auto* object = value.if_object();
  const auto* only = object == nullptr ? nullptr : find_string(*object, "$only");
  return only == nullptr || (*only == "master") == placeholders.is_master;
}

json::value render(const json::value& value, const Placeholders& placeholders) {
  if (const auto* text = value.if_string()) return json::value(fill_in(*text, placeholders));
  if (const auto* list = value.if_array()) {
    json::array out;
    for (const auto& item : *list) {
      if (is_meant(item, placeholders)) out.push_back(render(item, placeholders));
    }
    return out;
  }
  if (const auto* object = value.if_object()) {
    json::object out;
    for (const auto& [name, member] : *object) {
      if (name == "$only" || !is_meant(member, placeholders)) continue;
      out.insert_or_assign(fill_in(name, placeholders), render(member, placeholders));
    }
    return out;
  }
  return value;
}

json::object render(std::string_view file, const Placeholders& placeholders) {
  const auto parsed = parse_json(file);
  CARDEA_ASSERT(parsed.has_value() && parsed->is_object());
  return std::move(render(*parsed, placeholders).get_object());
}

void merge(json::object& into, json::object from) {
  for (auto& [name, value] : from) into.insert_or_assign(name, std::move(value));
}

/// Keycloak stores the profile of master as a component; other realms get one when theirs is changed.
void add_profile_component(json::object& realm) {
  auto profile = json::serialize(default_user_profile(kMasterRealm));
  auto& components = realm["components"].get_object();
  components["org.keycloak.userprofile.UserProfileProvider"] =
      json::array{{{"providerId", "declarative-user-profile"},
                   {"subComponents", json::object()},
                   {"config", {{"kc.user.profile.config", json::array{json::value(profile)}}}}}};
}

RealmFile read(const json::object& object) {
  RepresentationProblems problems;
  auto file = parse_realm_file(object, {}, problems);
  CARDEA_ASSERT(problems.empty());
  return file;
}

}  // namespace

json::object default_realm_json(std::string_view realm) {
  const Placeholders placeholders{.realm = realm, .admin_client = std::string(admin_client_id(realm))};
  namespace data = realm_defaults_data;
  json::object out;
  for (const auto file : {data::realm(), data::roles(), data::clients(), data::client_scopes(), data::authentication(),
                          data::components()}) {
    merge(out, render(file, placeholders));
  }
  if (placeholders.is_master) {
    merge(out, render(data::master(), placeholders));
    add_profile_component(out);
  }
  return in_realm_order(std::move(out));
}

RealmFile default_realm(std::string_view realm) { return read(default_realm_json(realm)); }

AdminAccess admin_access(std::string_view realm) {
  const Placeholders placeholders{.realm = realm, .admin_client = std::string(realm) + "-realm", .is_master = true};
  auto object = render(realm_defaults_data::clients(), placeholders);
  merge(object, render(realm_defaults_data::roles(), placeholders));
  object["realm"] = realm;
  auto file = read(object);
  AdminAccess access;
  for (auto& client : file.clients) {
    if (client.client.client_id == placeholders.admin_client) access.client = std::move(client);
  }
  for (auto& [client, roles] : file.client_roles) {
    if (client == placeholders.admin_client) access.roles = std::move(roles);
  }
  CARDEA_ASSERT(!access.client.client.client_id.empty() && !access.roles.empty());
  return access;
}

std::string_view admin_client_id(std::string_view realm) {
  return realm == kMasterRealm ? "master-realm" : "realm-management";
}

bool is_reserved_client_id(std::string_view realm, std::string_view client_id) {
  return client_id == admin_client_id(realm) || (realm == kMasterRealm && client_id.ends_with("-realm"));
}

json::object default_user_profile(std::string_view realm) {
  return render(realm_defaults_data::user_profile(), Placeholders{.realm = realm});
}

}  // namespace cardea
