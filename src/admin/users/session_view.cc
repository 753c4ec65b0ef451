#include "admin/users/session_view.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/session.h"

namespace cardea::admin {
namespace {

using Shares = std::map<SessionId, std::vector<ClientSession>>;

Or<void> add_shares(Call& call, SessionRepo& repo, const std::vector<SessionId>& ids, Shares& shares) {
  if (ids.empty()) return {};
  CARDEA_TRY(found, repo.client_sessions_of(call.rows(), ids));
  for (auto& share : found) shares[share.session].push_back(std::move(share));
  return {};
}

/// Sessions of one kind at a time: an offline session has the id of the one that it came from.
Or<Shares> load_shares(Call& call, const std::vector<const UserSession*>& sessions, bool offline) {
  std::vector<SessionId> ids;
  for (const auto* session : sessions) {
    if (session->offline == offline) ids.push_back(session->id);
  }
  Shares shares;
  CARDEA_DO(
      add_shares(call, offline ? call.repositories().offline_sessions : call.repositories().sessions, ids, shares));
  return shares;
}

json::object row_of(const UserSession& session, const User& user, json::object clients) {
  json::object row;
  row["id"] = session.id.str();
  row["username"] = user.username;
  row["userId"] = user.id.str();
  row["ipAddress"] = session.ip_address;
  row["start"] = epoch_milliseconds(session.started_at);
  row["lastAccess"] = epoch_milliseconds(session.last_seen);
  row["rememberMe"] = session.remember_me;
  row["clients"] = std::move(clients);
  row["transientUser"] = false;
  return row;
}

}  // namespace

Or<json::array> session_rows(Call& call, const std::vector<UserSession>& sessions,
                             const std::optional<ClientId>& client) {
  json::array list;
  std::vector<const UserSession*> alive;
  std::vector<UserId> user_ids;
  for (const auto& session : sessions) {
    if (!is_session_alive(call.realm(), session, call.now())) continue;
    alive.push_back(&session);
    user_ids.push_back(session.user);
  }
  if (alive.empty()) return list;
  CARDEA_TRY(online, load_shares(call, alive, false));
  CARDEA_TRY(offline, load_shares(call, alive, true));
  CARDEA_TRY(users, call.repositories().users.find_all(call.rows(), call.realm().id, user_ids));
  std::map<UserId, const User*> users_by_id;
  for (const auto& user : users) users_by_id.emplace(user.id, &user);
  std::set<ClientId> client_ids;
  for (const auto* shares : {&online, &offline}) {
    for (const auto& [id, of_session] : *shares) {
      for (const auto& share : of_session) client_ids.insert(share.client);
    }
  }
  CARDEA_TRY(clients, call.repositories().clients.find_all(call.rows(), call.realm().id,
                                                           {client_ids.begin(), client_ids.end()}));
  std::map<ClientId, std::string> names;
  for (const auto& known : clients) names.emplace(known.id, known.client_id);
  for (const auto* session : alive) {
    const auto& shares = (session->offline ? offline : online)[session->id];
    const auto is_of = [&](const ClientSession& share) { return share.client == *client; };
    if (client && std::ranges::none_of(shares, is_of)) continue;
    const auto user = users_by_id.find(session->user);
    if (user == users_by_id.end()) continue;
    json::object shown;
    for (const auto& share : shares) {
      if (const auto name = names.find(share.client); name != names.end()) shown[share.client.str()] = name->second;
    }
    list.push_back(row_of(*session, *user->second, std::move(shown)));
  }
  return list;
}

}  // namespace cardea::admin
