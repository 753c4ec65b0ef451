// Keys, default groups, sessions and the smaller resources of a realm.
#include <map>

#include "admin/realms/realm_handlers.h"
#include "admin/roles/role_rights.h"
#include "admin/users/user_view.h"
#include "base/encoding.h"
#include "core/logout/end_session.h"
#include "crypto/key.h"
#include "crypto/read_certificate.h"
#include "jose/jwk.h"

namespace cardea::admin {
namespace {

std::string_view status_name(KeyStatus status) {
  switch (status) {
    case KeyStatus::kActive:
      return "ACTIVE";
    case KeyStatus::kPassive:
      return "PASSIVE";
    case KeyStatus::kDisabled:
      return "DISABLED";
  }
  return "DISABLED";
}

std::string_view type_of(const RealmKey& key) {
  if (key.provider.starts_with("rsa")) return "RSA";
  if (key.provider.starts_with("ecdsa")) return "EC";
  if (key.provider.starts_with("eddsa")) return "OKP";
  return "OCT";
}

void add_public_parts(json::object& out, const RealmKey& key) {
  if (type_of(key) == "OCT") return;
  const auto pair = crypto::PrivateKey::from_pem(key.secret.reveal());
  if (!pair) return;
  out["publicKey"] = base64_encode(pair->spki_der());
  if (!key.certificate_der.empty()) out["certificate"] = base64_encode(key.certificate_der);
}

json::array& default_groups(Realm& realm) {
  auto& value = realm.extra["defaultGroups"];
  if (!value.is_array()) value = json::array();
  return value.get_array();
}

Or<Group> path_group(Call& call) {
  CARDEA_TRY(group, call.repositories().groups.find(call.rows(), call.realm().id, GroupId(call.path("groupId"))));
  if (!group) return refuse(not_found("Group not found"));
  return std::move(*group);
}

}  // namespace

Answer get_realm_keys(Call& call) {
  CARDEA_TRY(keys, call.repositories().keys.list(call.rows(), call.realm().id));
  json::object active;
  json::array list;
  for (const auto& key : keys) {
    if (key.status == KeyStatus::kActive && !active.contains(key.algorithm)) active[key.algorithm] = key.kid;
    json::object row;
    row["providerId"] = key.id.str();
    row["providerPriority"] = key.priority;
    row["kid"] = key.kid;
    row["status"] = status_name(key.status);
    row["type"] = type_of(key);
    row["algorithm"] = key.algorithm;
    add_public_parts(row, key);
    row["use"] = key.use == "enc" || key.algorithm == "AES" ? "ENC" : "SIG";
    if (const auto end = crypto::end_of_certificate(key.certificate_der)) row["validTo"] = epoch_milliseconds(*end);
    list.push_back(std::move(row));
  }
  json::object out;
  out["active"] = std::move(active);
  out["keys"] = std::move(list);
  return ok(out);
}

Answer get_default_groups(Call& call) {
  CARDEA_TRY(groups, call.repositories().groups.list(call.rows(), call.realm().id));
  json::array list;
  for (const auto& path : default_groups(call.realm())) {
    for (const auto& group : groups) {
      if (!path.is_string() || group.path != std::string_view(path.get_string())) continue;
      json::object row;
      row["id"] = group.id.str();
      row["name"] = group.name;
      row["path"] = group.path;
      row["subGroups"] = json::array();
      list.push_back(std::move(row));
    }
  }
  return ok(list);
}

Answer add_default_group(Call& call) {
  CARDEA_TRY(group, path_group(call));
  CARDEA_DO(require_group_covered(call, group));
  call.note_after(json::object{{"id", group.id.str()}, {"path", group.path}});
  auto& list = default_groups(call.realm());
  for (const auto& path : list) {
    if (path == json::value(group.path)) return no_content();
  }
  list.push_back(json::value(group.path));
  CARDEA_DO(call.repositories().realms.update(call.tx(), call.realm()));
  return no_content();
}

Answer remove_default_group(Call& call) {
  CARDEA_TRY(group, path_group(call));
  call.note_before(json::object{{"id", group.id.str()}, {"path", group.path}});
  auto& list = default_groups(call.realm());
  for (auto* path = list.begin(); path != list.end();) {
    path = *path == json::value(group.path) ? list.erase(path) : path + 1;
  }
  CARDEA_DO(call.repositories().realms.update(call.tx(), call.realm()));
  return no_content();
}

Answer get_client_session_stats(Call& call) {
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> counts;
  CARDEA_TRY(online, call.repositories().sessions.count_by_client(call.rows(), call.realm().id));
  CARDEA_TRY(offline, call.repositories().offline_sessions.count_by_client(call.rows(), call.realm().id));
  for (const auto& [client, count] : online) counts[client.str()].first = count;
  for (const auto& [client, count] : offline) counts[client.str()].second = count;
  json::array list;
  std::vector<ClientId> ids;
  for (const auto& [id, count] : counts) ids.emplace_back(id);
  CARDEA_TRY(clients, call.repositories().clients.find_all(call.rows(), call.realm().id, ids));
  for (const auto& client : clients) {
    const auto& count = counts[client.id.str()];
    json::object row;
    row["id"] = client.id.str();
    row["clientId"] = client.client_id;
    row["active"] = std::to_string(count.first);
    row["offline"] = std::to_string(count.second);
    list.push_back(std::move(row));
  }
  return ok(list);
}

/// Ends sessions of administrators as well, and changes the realm: managing users is not enough.
Answer logout_all(Call& call) {
  CARDEA_DO(call.require({AdminRole::kManageRealm}));
  auto& realm = call.realm();
  realm.not_before = epoch_seconds(call.now());
  CARDEA_DO(call.repositories().realms.update(call.tx(), realm));
  call.note_after(json::object{{"notBefore", realm.not_before}});
  CARDEA_TRY(sessions, call.repositories().sessions.list_of_realm(call.rows(), realm.id, 0, -1));
  const auto issuer = call.dependencies().base_url.issuer(call.request(), realm.name);
  for (const auto& session : sessions) {
    CARDEA_DO(
        end_session(call.tx(), call.repositories(), call.random(),
                    {.realm = realm, .session = session.id, .offline = false, .issuer = issuer, .now = call.now()}));
  }
  CARDEA_DO(tell_adapters(call.tx(), call.repositories(), call.random(), realm, issuer, call.now()));
  return ok(json::object());
}

Answer delete_session(Call& call) {
  const bool offline = call.flag("isOffline");
  auto& sessions = offline ? call.repositories().offline_sessions : call.repositories().sessions;
  const SessionId id(call.path("session"));
  CARDEA_TRY(session, sessions.find(call.rows(), call.realm().id, id));
  if (!session) return refuse(not_found("Sesssion not found"));
  CARDEA_TRY(assigned, assigned_roles(call, session->user));
  CARDEA_DO(require_roles_covered(call, assigned));
  call.note_before(json::object{{"id", id.str()}, {"userId", session->user.str()}});
  const auto issuer = call.dependencies().base_url.issuer(call.request(), call.realm().name);
  CARDEA_DO(
      end_session(call.tx(), call.repositories(), call.random(),
                  {.realm = call.realm(), .session = id, .offline = offline, .issuer = issuer, .now = call.now()}));
  return no_content();
}

/// Required actions that give a person a credential.
Answer get_credential_registrators(Call& call) {
  static constexpr std::string_view kRegistrators[] = {
      "CONFIGURE_TOTP", "webauthn-register", "webauthn-register-passwordless", "CONFIGURE_RECOVERY_AUTHN_CODES"};
  json::array list;
  const auto* actions = call.realm().extra.if_contains("requiredActions");
  if (actions == nullptr || !actions->is_array()) return ok(list);
  for (const auto name : kRegistrators) {
    for (const auto& action : actions->get_array()) {
      const auto* object = action.if_object();
      if (object == nullptr || string_or(*object, "alias", "") != name || !bool_or(*object, "enabled", false)) continue;
      list.push_back(json::value(name));
    }
  }
  return ok(list);
}

}  // namespace cardea::admin
