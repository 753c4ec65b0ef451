#include "account/sessions.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "account/user_agent.h"
#include "base/json.h"
#include "core/logout/end_session.h"
#include "core/session.h"
#include "web/form.h"

namespace cardea::account {
namespace {

struct ShownSession {
  UserSession session;
  std::vector<std::shared_ptr<const ClientEntry>> clients;
  Device device;
  bool current = false;
};

Device device_of(const UserSession& session) {
  const auto found = session.notes.find(std::string(kUserAgentNote));
  return read_user_agent(found == session.notes.end() ? std::string_view{} : std::string_view(found->second));
}

using Clients = std::map<ClientId, std::shared_ptr<const ClientEntry>>;

/// The clients that have these shares.
Stored<Clients> load_clients(Rows& rows, const Call& call, const std::vector<ClientSession>& shares) {
  std::set<ClientId> ids;
  for (const auto& share : shares) ids.insert(share.client);
  const auto found = call.repositories().clients.find_all(rows, call.realm_id(), {ids.begin(), ids.end()});
  if (!found) return refuse(found.error());
  Clients clients;
  for (const auto& client : *found) {
    auto entry = call.dependencies.settings.load_client(rows, call.live.client->realm, client.client_id);
    if (!entry) return refuse(entry.error());
    if (*entry) clients.emplace(client.id, std::move(*entry));
  }
  return clients;
}

Stored<std::vector<ShownSession>> load_sessions(Rows& rows, const Call& call) {
  auto sessions = call.repositories().sessions.list_of_user(rows, call.realm_id(), call.user().id);
  if (!sessions) return refuse(sessions.error());
  std::vector<SessionId> ids;
  for (const auto& session : *sessions) ids.push_back(session.id);
  const auto shares = call.repositories().sessions.client_sessions_of(rows, ids);
  if (!shares) return refuse(shares.error());
  auto clients = load_clients(rows, call, *shares);
  if (!clients) return refuse(clients.error());
  std::vector<ShownSession> shown;
  for (auto& session : *sessions) {
    if (!is_session_alive(call.realm.realm, session, call.now)) continue;
    ShownSession row;
    for (const auto& share : *shares) {
      if (share.session != session.id) continue;
      const auto client = clients->find(share.client);
      if (client != clients->end()) row.clients.push_back(client->second);
    }
    row.current = session.id.str() == call.token.sid();
    row.device = device_of(session);
    row.session = std::move(session);
    shown.push_back(std::move(row));
  }
  return shown;
}

void write_session(JsonWriter& json, const ShownSession& row, const Realm& realm) {
  json.begin_object().member("id", row.session.id.str()).member("ipAddress", row.session.ip_address);
  json.member("started", epoch_seconds(row.session.started_at));
  json.member("lastAccess", epoch_seconds(row.session.last_seen));
  json.member("expires", epoch_seconds(session_end(realm, row.session))).key("clients").begin_array();
  for (const auto& client : row.clients) {
    json.begin_object().member("clientId", client->client.client_id);
    if (!client->client.name.empty()) json.member("clientName", client->client.name);
    json.member("userConsentRequired", client->client.consent_required).member("inUse", false);
    json.member("offlineAccess", false).end_object();
  }
  json.end_array().member("browser", row.device.browser);
  if (row.current) json.member("current", true);
  json.end_object();
}

struct DeviceRows {
  std::string system;
  std::vector<const ShownSession*> rows;
};

/// The device of the call first, and in it the session of the call.
std::vector<DeviceRows> by_device(const std::vector<ShownSession>& sessions) {
  std::vector<DeviceRows> devices;
  for (const bool current : {true, false}) {
    for (const auto& row : sessions) {
      if (row.current != current) continue;
      auto device = std::ranges::find(devices, row.device.system, &DeviceRows::system);
      if (device == devices.end()) device = devices.insert(devices.end(), DeviceRows{row.device.system, {}});
      device->rows.push_back(&row);
    }
  }
  return devices;
}

void write_device(JsonWriter& json, const DeviceRows& device, const Realm& realm) {
  TimePoint last{};
  for (const auto* row : device.rows) last = std::max(last, row->session.last_seen);
  json.begin_object().member("os", device.system).member("osVersion", "Unknown").member("device", "Other");
  json.member("lastAccess", epoch_seconds(last));
  if (device.rows.front()->current) json.member("current", true);
  json.key("sessions").begin_array();
  for (const auto* row : device.rows) write_session(json, *row, realm);
  json.end_array().member("mobile", device.rows.front()->device.mobile).end_object();
}

Stored<void> end_for(Tx& tx, const Call& call, const SessionId& session) {
  const auto ended = end_session(tx, call.repositories(), call.dependencies.random,
                                 {call.realm.realm, session, false, call.issuer, call.now});
  if (!ended) return refuse(ended.error());
  return {};
}

}  // namespace

Stored<web::Response> list_sessions(Rows& rows, const Call& call) {
  const auto sessions = load_sessions(rows, call);
  if (!sessions) return refuse(sessions.error());
  std::string body;
  JsonWriter json(body);
  json.begin_array();
  for (const auto& row : *sessions) write_session(json, row, call.realm.realm);
  json.end_array();
  return json_answer(std::move(body));
}

Stored<web::Response> list_devices(Rows& rows, const Call& call) {
  const auto sessions = load_sessions(rows, call);
  if (!sessions) return refuse(sessions.error());
  std::string body;
  JsonWriter json(body);
  json.begin_array();
  for (const auto& device : by_device(*sessions)) write_device(json, device, call.realm.realm);
  json.end_array();
  return json_answer(std::move(body));
}

Stored<web::Response> end_sessions(Tx& tx, const Call& call) {
  const auto query = web::Form::parse(call.request.query);
  const bool current_too = query && query->value("current") == "true";
  const auto sessions = call.repositories().sessions.list_of_user(tx, call.realm_id(), call.user().id);
  if (!sessions) return refuse(sessions.error());
  for (const auto& session : *sessions) {
    if (session.id.str() == call.token.sid() && !current_too) continue;
    if (auto ended = end_for(tx, call, session.id); !ended) return refuse(ended.error());
  }
  return done();
}

Stored<web::Response> end_one_session(Tx& tx, const Call& call) {
  const SessionId id(call.request.path_parameter("id"));
  const auto session = call.repositories().sessions.find(tx, call.realm_id(), id);
  if (!session) return refuse(session.error());
  if (!*session || (*session)->user != call.user().id) return done();
  if (auto ended = end_for(tx, call, id); !ended) return refuse(ended.error());
  return done();
}

}  // namespace cardea::account
