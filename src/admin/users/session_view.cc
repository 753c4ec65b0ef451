#include "admin/users/session_view.h"

#include <algorithm>
#include <map>

#include "core/session.h"

namespace cardea::admin {

Or<json::array> session_rows(Call& call, const std::vector<UserSession>& sessions,
                             const std::optional<ClientId>& client) {
  json::array list;
  std::map<std::string, std::string> names;  // internal id -> client_id
  for (const auto& session : sessions) {
    if (!is_session_alive(call.realm(), session, call.now())) continue;
    auto& repo = session.offline ? call.repositories().offline_sessions : call.repositories().sessions;
    CARDEA_TRY(shares, repo.client_sessions(call.rows(), session.id));
    const auto is_of = [&](const ClientSession& share) { return share.client == *client; };
    if (client && std::ranges::none_of(shares, is_of)) continue;
    CARDEA_TRY(user, call.repositories().users.find(call.rows(), call.realm().id, session.user));
    if (!user) continue;
    json::object clients;
    for (const auto& share : shares) {
      auto known = names.find(share.client.str());
      if (known == names.end()) {
        CARDEA_TRY(found, call.repositories().clients.find(call.rows(), call.realm().id, share.client));
        known = names.emplace(share.client.str(), found ? found->client_id : std::string()).first;
      }
      if (!known->second.empty()) clients[share.client.str()] = known->second;
    }
    json::object row;
    row["id"] = session.id.str();
    row["username"] = user->username;
    row["userId"] = user->id.str();
    row["ipAddress"] = session.ip_address;
    row["start"] = epoch_milliseconds(session.started_at);
    row["lastAccess"] = epoch_milliseconds(session.last_seen);
    row["rememberMe"] = session.remember_me;
    row["clients"] = std::move(clients);
    row["transientUser"] = false;
    list.push_back(std::move(row));
  }
  return list;
}

}  // namespace cardea::admin
