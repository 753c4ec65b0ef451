// What hangs on a user: groups, sessions, consents, links to providers (keycloak.md section 6.4).
#include <algorithm>

#include "admin/groups/group_view.h"
#include "admin/roles/role_rights.h"
#include "admin/users/session_view.h"
#include "admin/users/user_handlers.h"
#include "admin/users/user_view.h"
#include "base/text.h"
#include "core/changes/federated_links.h"
#include "core/consent.h"
#include "core/logout/end_session.h"
#include "domain/identity_provider.h"

namespace cardea::admin {
namespace {

Or<std::vector<Group>> groups_of_user(Call& call) {
  CARDEA_TRY(user, load_user(call));
  CARDEA_TRY(direct, call.repositories().subjects.memberships(call.rows(), call.realm().id, user.id));
  std::vector<Group> groups;
  const auto search = ascii_lower(call.query("search"));
  CARDEA_TRY(found, call.repositories().groups.find_with_parents(call.rows(), call.realm().id, direct));
  for (auto& group : found) {  // by name
    const bool is_direct = std::ranges::binary_search(direct, group.id);
    if (is_direct && ascii_lower(group.name).contains(search)) groups.push_back(std::move(group));
  }
  return groups;
}

Or<Group> path_group(Call& call) {
  CARDEA_TRY(group, call.repositories().groups.find(call.rows(), call.realm().id, GroupId(call.path("groupId"))));
  if (!group) return refuse(not_found("Group not found"));
  return std::move(*group);
}

}  // namespace

Answer list_user_groups(Call& call) {
  CARDEA_TRY(groups, groups_of_user(call));
  CARDEA_TRY(page, call.page());
  CARDEA_TRY(list, group_rows(call, page_of(groups, page),
                              call.flag("briefRepresentation", true) ? GroupView::kBrief : GroupView::kFull));
  return ok(list);
}

Answer count_user_groups(Call& call) {
  CARDEA_TRY(groups, groups_of_user(call));
  json::object out;
  out["count"] = groups.size();
  return ok(out);
}

Answer join_group(Call& call) {
  CARDEA_TRY(user, load_user_to_change(call));
  CARDEA_TRY(group, path_group(call));
  CARDEA_DO(require_group_covered(call, group));
  CARDEA_DO(call.repositories().users.add_group(call.tx(), user.id, group.id));
  call.note_after(json::object{{"id", group.id.str()}, {"name", group.name}});
  return no_content();
}

Answer leave_group(Call& call) {
  CARDEA_TRY(user, load_user_to_change(call));
  CARDEA_TRY(group, path_group(call));
  CARDEA_DO(call.repositories().users.remove_group(call.tx(), user.id, group.id));
  call.note_before(json::object{{"id", group.id.str()}, {"name", group.name}});
  return no_content();
}

Answer list_user_sessions(Call& call) {
  CARDEA_TRY(user, load_user(call));
  CARDEA_TRY(sessions, call.repositories().sessions.list_of_user(call.rows(), call.realm().id, user.id));
  CARDEA_TRY(list, session_rows(call, sessions));
  return ok(list);
}

Answer list_user_offline_sessions(Call& call) {
  CARDEA_TRY(user, load_user(call));
  const ClientId client_id(call.path("clientUuid"));
  CARDEA_TRY(client, call.repositories().clients.find(call.rows(), call.realm().id, client_id));
  if (!client) return refuse(not_found("Client not found"));
  CARDEA_TRY(sessions, call.repositories().offline_sessions.list_of_user(call.rows(), call.realm().id, user.id));
  CARDEA_TRY(list, session_rows(call, sessions, client_id));
  return ok(list);
}

/// Ends every browser session and refuses tokens of before.
Answer logout_user(Call& call) {
  CARDEA_TRY(user, load_user_to_change(call));
  CARDEA_TRY(sessions, call.repositories().sessions.list_of_user(call.rows(), call.realm().id, user.id));
  const auto issuer = call.dependencies().base_url.issuer(call.request(), call.realm().name);
  for (const auto& session : sessions) {
    CARDEA_DO(end_session(
        call.tx(), call.repositories(), call.random(),
        {.realm = call.realm(), .session = session.id, .offline = false, .issuer = issuer, .now = call.now()}));
  }
  user.not_before = epoch_seconds(call.now());
  CARDEA_DO(call.repositories().users.set_not_before(call.tx(), user.id, user.not_before));
  call.note_after(json::object{{"notBefore", user.not_before}});
  return no_content();
}

namespace {

json::object consent_row(const Client& client, const std::vector<ClientScope>& scopes, const Consent* consent,
                         bool has_offline) {
  json::object row;
  row["clientId"] = client.client_id;
  json::array granted;
  if (consent != nullptr) {
    for (const auto& kept : consent->scopes) {
      const auto allowed = allowed_scope(scopes, kept);
      if (allowed.scope == nullptr) continue;
      auto name = allowed.scope->name;
      if (!allowed.parameter.empty()) name.append(":").append(allowed.parameter);
      granted.push_back(json::value(name));
    }
  }
  row["grantedClientScopes"] = std::move(granted);
  if (consent != nullptr) {
    row["createdDate"] = epoch_milliseconds(consent->created_at);
    row["lastUpdatedDate"] = epoch_milliseconds(consent->updated_at);
  }
  json::array more;
  if (has_offline) more.push_back(json::object{{"client", client.id.str()}, {"key", "Offline Token"}});
  row["additionalGrants"] = std::move(more);
  return row;
}

/// Clients with an offline session of this user.
Or<std::vector<ClientId>> offline_clients(Call& call, const UserId& user) {
  CARDEA_TRY(sessions, call.repositories().offline_sessions.list_of_user(call.rows(), call.realm().id, user));
  std::vector<SessionId> ids;
  for (const auto& session : sessions) ids.push_back(session.id);
  CARDEA_TRY(shares, call.repositories().offline_sessions.client_sessions_of(call.rows(), ids));
  std::vector<ClientId> clients;
  for (const auto& share : shares) {
    if (std::ranges::find(clients, share.client) == clients.end()) clients.push_back(share.client);
  }
  return clients;
}

}  // namespace

/// What a person allowed clients: the scopes of consents, and offline access.
Answer list_user_consents(Call& call) {
  CARDEA_TRY(user, load_user(call));
  CARDEA_TRY(consents, call.repositories().consents.list(call.rows(), user.id));
  CARDEA_TRY(offline, offline_clients(call, user.id));
  std::vector<ClientId> ids = offline;
  for (const auto& consent : consents) {
    if (std::ranges::find(ids, consent.client) == ids.end()) ids.push_back(consent.client);
  }
  json::array list;
  CARDEA_TRY(scopes, call.repositories().scopes.list(call.rows(), call.realm().id));
  CARDEA_TRY(clients, call.repositories().clients.find_all(call.rows(), call.realm().id, ids));
  for (const auto& client : clients) {
    const auto consent = std::ranges::find(consents, client.id, &Consent::client);
    const bool has_offline = std::ranges::find(offline, client.id) != offline.end();
    list.push_back(consent_row(client, scopes, consent == consents.end() ? nullptr : &*consent, has_offline));
  }
  return ok(list);
}

/// Takes back consent and offline access of one client.
Answer revoke_user_consent(Call& call) {
  CARDEA_TRY(user, load_user_to_change(call));
  CARDEA_TRY(client, call.repositories().clients.find_by_client_id(call.rows(), call.realm().id, call.path("client")));
  if (!client) return refuse(not_found("Client not found"));
  CARDEA_TRY(had_consent, call.repositories().consents.remove(call.tx(), user.id, client->id));
  CARDEA_TRY(sessions, call.repositories().offline_sessions.list_of_user(call.rows(), call.realm().id, user.id));
  bool any = had_consent;
  for (const auto& session : sessions) {
    CARDEA_TRY(shares, call.repositories().offline_sessions.client_sessions(call.rows(), session.id));
    const bool has =
        std::ranges::any_of(shares, [&](const ClientSession& share) { return share.client == client->id; });
    if (!has) continue;
    any = true;
    CARDEA_DO(call.repositories().offline_sessions.remove_client_session(call.tx(), session.id, client->id));
  }
  if (!any) return refuse(not_found("Consent nor offline token not found"));
  call.note_before(json::object{{"clientId", client->client_id}});
  return no_content();
}

Or<json::array> identities_of(Call& call, const UserId& user) {
  CARDEA_TRY(identities, call.repositories().federated_identities.list(call.rows(), user));
  json::array list;
  for (const auto& identity : identities) {
    list.push_back(json::object{{"identityProvider", identity.provider},
                                {"userId", identity.upstream_id},
                                {"userName", identity.upstream_name}});
  }
  return list;
}

Answer list_federated_identities(Call& call) {
  CARDEA_TRY(user, load_user(call));
  CARDEA_TRY(list, identities_of(call, user.id));
  return ok(list);
}

// A link is a way to sign in: whoever makes one for an administrator is one (attack class 21).
Answer add_federated_identity(Call& call) {
  CARDEA_TRY(user, load_user_to_change(call));
  if (user.service_account_client) return refuse(error_message(400, "A service account has no identity provider"));
  CARDEA_TRY(body, call.body_object());
  const auto& alias = call.path("alias");
  if (!find_identity_provider(call.realm(), alias)) return refuse(not_found("Identity provider not found"));
  if (string_or(*body, "userId", "").empty()) return refuse(error_message(400, "userId is missing"));
  auto named = *body;
  named["identityProvider"] = alias;
  const auto identity = link_of(named, user, call.realm(), call.now());
  if (!identity) {
    return refuse(error_message(
        400, "userId is no id of this provider; at Entra ID without a tenant's id it is TENANT-ID/OBJECT-ID"));
  }
  const auto inserted = call.repositories().federated_identities.insert(call.tx(), *identity);
  if (!inserted && inserted.error() == StoreError::kConflict) {
    return refuse(error_message(409, "User is already linked with provider"));
  }
  CARDEA_DO(inserted);
  call.note_after(json::object{{"identityProvider", alias}, {"userId", identity->upstream_id}});
  return no_content();
}

Answer remove_federated_identity(Call& call) {
  CARDEA_TRY(user, load_user_to_change(call));
  CARDEA_TRY(removed, call.repositories().federated_identities.remove(call.tx(), user.id, call.path("alias")));
  if (!removed) return refuse(not_found("Link not found"));
  call.note_before(json::object{{"identityProvider", call.path("alias")}});
  return no_content();
}

}  // namespace cardea::admin
