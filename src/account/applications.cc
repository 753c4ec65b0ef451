#include "account/applications.h"

#include <map>
#include <optional>
#include <vector>

#include "account/consents.h"
#include "base/json.h"
#include "core/client_urls.h"
#include "core/session.h"

namespace cardea::account {
namespace {

struct Use {
  bool in_session = false;
  bool offline = false;
  std::optional<Consent> consent = {};
};
using Uses = std::map<ClientId, Use>;

Stored<void> add_uses(Rows& rows, const Call& call, SessionRepo& repo, bool Use::* what, Uses& uses) {
  const auto sessions = repo.list_of_user(rows, call.realm_id(), call.user().id);
  if (!sessions) return refuse(sessions.error());
  std::vector<SessionId> alive;
  for (const auto& session : *sessions) {
    if (is_session_alive(call.realm.realm, session, call.now)) alive.push_back(session.id);
  }
  const auto shares = repo.client_sessions_of(rows, alive);
  if (!shares) return refuse(shares.error());
  for (const auto& share : *shares) uses[share.client].*what = true;
  return {};
}

/// Where the client's own pages about itself are; shown to those who have consented to it.
void write_pages(JsonWriter& json, const Client& client) {
  for (const auto* name : {"logoUri", "policyUri", "tosUri"}) {
    if (const auto url = client.attribute(name); !url.empty()) json.member(name, url);
  }
}

void write_application(JsonWriter& json, const Call& call, const Client& client, const Use& use) {
  const auto server = call.dependencies.base_url.of(call.request);
  json.begin_object().member("clientId", client.client_id);
  if (!client.name.empty()) json.member("clientName", client.name);
  if (!client.description.empty()) json.member("description", client.description);
  json.member("userConsentRequired", client.consent_required).member("inUse", use.in_session);
  json.member("offlineAccess", use.offline);
  if (!client.root_url.empty()) json.member("rootUrl", client.root_url);
  if (!client.base_url.empty()) {
    json.member("baseUrl", client.base_url).member("effectiveUrl", absolute_url(client, client.base_url, server));
  }
  if (use.consent) {
    write_pages(json, client);
    json.key("consent");
    write_consent(json, call, *use.consent);
  }
  json.end_object();
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
  auto consents = repositories.consents.list(rows, call.user().id);
  if (!consents) return refuse(consents.error());
  for (auto& consent : *consents) uses[consent.client].consent = std::move(consent);
  const auto listed = repositories.clients.list(rows, call.realm_id(), {}, 0, kShownClientsScanned);
  if (!listed) return refuse(listed.error());
  for (const auto& client : *listed) {
    if (bool_or(client.extra, "alwaysDisplayInConsole", false)) uses.try_emplace(client.id);
  }
  std::vector<ClientId> ids;
  for (const auto& [id, use] : uses) ids.push_back(id);
  const auto clients = repositories.clients.find_all(rows, call.realm_id(), ids);
  if (!clients) return refuse(clients.error());
  std::string body;
  JsonWriter json(body);
  json.begin_array();
  for (const auto& client : *clients) {
    if (client.enabled && !client.bearer_only) write_application(json, call, client, uses[client.id]);
  }
  json.end_array();
  return json_answer(std::move(body));
}

}  // namespace cardea::account
