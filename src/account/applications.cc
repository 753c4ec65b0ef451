#include "account/applications.h"

#include <map>

#include "base/json.h"
#include "core/client_urls.h"
#include "core/session.h"

namespace cardea::account {
namespace {

struct Use {
  bool in_session = false;
  bool offline = false;
};
using Uses = std::map<std::string, Use>;  // by internal id

Stored<void> add_uses(Rows& rows, const Call& call, SessionRepo& repo, bool Use::* what, Uses& uses) {
  const auto sessions = repo.list_of_user(rows, call.realm_id(), call.user().id);
  if (!sessions) return refuse(sessions.error());
  for (const auto& session : *sessions) {
    if (!is_session_alive(call.realm.realm, session, call.now)) continue;
    const auto shares = repo.client_sessions(rows, session.id);
    if (!shares) return refuse(shares.error());
    for (const auto& share : *shares) uses[share.client.str()].*what = true;
  }
  return {};
}

void write_application(JsonWriter& json, const Client& client, const Use& use, const std::string& server) {
  json.begin_object().member("clientId", client.client_id);
  if (!client.name.empty()) json.member("clientName", client.name);
  if (!client.description.empty()) json.member("description", client.description);
  json.member("userConsentRequired", client.consent_required).member("inUse", use.in_session);
  json.member("offlineAccess", use.offline);
  if (!client.root_url.empty()) json.member("rootUrl", client.root_url);
  if (!client.base_url.empty()) {
    json.member("baseUrl", client.base_url).member("effectiveUrl", absolute_url(client, client.base_url, server));
  }
  json.end_object();
}

/// The client named {clientId}; absent when there is none.
Stored<std::optional<Client>> find_named(Rows& rows, const Call& call) {
  return call.repositories().clients.find_by_client_id(rows, call.realm_id(), call.request.path_parameter("clientId"));
}

web::Response no_client(const Call& call) {
  return error_message(404, "No client with clientId: " + call.request.path_parameter("clientId") + " found.");
}

}  // namespace

Stored<web::Response> list_applications(Rows& rows, const Call& call) {
  Uses uses;
  const auto& repositories = call.repositories();
  if (auto added = add_uses(rows, call, repositories.sessions, &Use::in_session, uses); !added) {
    return refuse(added.error());
  }
  if (auto added = add_uses(rows, call, repositories.offline_sessions, &Use::offline, uses); !added) {
    return refuse(added.error());
  }
  const auto listed = repositories.clients.list(rows, call.realm_id(), {}, 0, kShownClientsScanned);
  if (!listed) return refuse(listed.error());
  for (const auto& client : *listed) {
    if (bool_or(client.extra, "alwaysDisplayInConsole", false)) uses.try_emplace(client.id.str());
  }
  std::string body;
  JsonWriter json(body);
  json.begin_array();
  const auto server = call.dependencies.base_url.of(call.request);
  for (const auto& [id, use] : uses) {
    const auto client = repositories.clients.find(rows, call.realm_id(), ClientId(id));
    if (!client) return refuse(client.error());
    if (*client && (*client)->enabled && !(*client)->bearer_only) write_application(json, **client, use, server);
  }
  json.end_array();
  return json_answer(std::move(body));
}

Stored<web::Response> show_consent(Rows& rows, const Call& call) {
  const auto client = find_named(rows, call);
  if (!client) return refuse(client.error());
  return *client ? done() : no_client(call);
}

Stored<web::Response> revoke_consent(Tx& tx, const Call& call) {
  const auto client = find_named(tx, call);
  if (!client) return refuse(client.error());
  if (!*client) return no_client(call);
  auto& offline = call.repositories().offline_sessions;
  const auto sessions = offline.list_of_user(tx, call.realm_id(), call.user().id);
  if (!sessions) return refuse(sessions.error());
  for (const auto& session : *sessions) {
    const auto removed = offline.remove_client_session(tx, session.id, (*client)->id);
    if (!removed) return refuse(removed.error());
  }
  return done();
}

}  // namespace cardea::account
