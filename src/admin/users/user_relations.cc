// What hangs on a user: groups, sessions, consents, links to providers (keycloak.md section 6.4).
#include <algorithm>

#include "admin/groups/group_view.h"
#include "admin/roles/role_rights.h"
#include "admin/users/session_view.h"
#include "admin/users/user_handlers.h"
#include "admin/users/user_view.h"
#include "base/text.h"
#include "core/logout/end_session.h"

namespace cardea::admin {
namespace {

Or<std::vector<Group>> groups_of_user(Call& call) {
  CARDEA_TRY(user, load_user(call));
  CARDEA_TRY(subject, call.repositories().subjects.load(call.rows(), call.realm().id, user.id));
  std::vector<Group> groups;
  if (!subject) return groups;
  const auto search = ascii_lower(call.query("search"));
  for (const auto& id : subject->groups) {
    CARDEA_TRY(group, call.repositories().groups.find(call.rows(), call.realm().id, id));
    if (group && ascii_lower(group->name).contains(search)) groups.push_back(std::move(*group));
  }
  std::ranges::sort(groups, {}, &Group::name);
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
  json::array list;
  for (std::size_t i = static_cast<std::size_t>(page.first); i < groups.size(); ++i) {
    if (page.max >= 0 && std::ssize(list) >= page.max) break;
    CARDEA_TRY(row, group_json(call, groups[i],
                               call.flag("briefRepresentation", true) ? GroupView::kBrief : GroupView::kFull));
    list.push_back(std::move(row));
  }
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
  // A membership gives the roles of the group and of those above it.
  for (std::optional<Group> each = group; each;) {
    CARDEA_DO(require_roles_covered(call, each->roles));
    if (!each->parent) break;
    CARDEA_TRY(parent, call.repositories().groups.find(call.rows(), call.realm().id, *each->parent));
    each = std::move(parent);
  }
  CARDEA_DO(call.repositories().users.add_group(call.tx(), user.id, group.id));
  return no_content();
}

Answer leave_group(Call& call) {
  CARDEA_TRY(user, load_user_to_change(call));
  CARDEA_TRY(group, path_group(call));
  CARDEA_DO(call.repositories().users.remove_group(call.tx(), user.id, group.id));
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
  CARDEA_TRY(user, load_user(call));
  CARDEA_TRY(sessions, call.repositories().sessions.list_of_user(call.rows(), call.realm().id, user.id));
  const auto issuer = call.dependencies().base_url.issuer(call.request(), call.realm().name);
  for (const auto& session : sessions) {
    CARDEA_DO(end_session(
        call.tx(), call.repositories(), call.random(),
        {.realm = call.realm(), .session = session.id, .offline = false, .issuer = issuer, .now = call.now()}));
  }
  user.not_before = epoch_seconds(call.now());
  CARDEA_DO(call.repositories().users.update(call.tx(), user, call.realm().duplicate_emails_allowed));
  return no_content();
}

/// What a person allowed a client beyond its sessions: offline access. Consents of a page are kept with it.
Answer list_user_consents(Call& call) {
  CARDEA_TRY(user, load_user(call));
  CARDEA_TRY(sessions, call.repositories().offline_sessions.list_of_user(call.rows(), call.realm().id, user.id));
  json::array list;
  std::vector<std::string> seen;
  for (const auto& session : sessions) {
    CARDEA_TRY(shares, call.repositories().offline_sessions.client_sessions(call.rows(), session.id));
    for (const auto& share : shares) {
      CARDEA_TRY(client, call.repositories().clients.find(call.rows(), call.realm().id, share.client));
      if (!client || std::ranges::find(seen, client->client_id) != seen.end()) continue;
      seen.push_back(client->client_id);
      json::object row;
      row["clientId"] = client->client_id;
      row["grantedClientScopes"] = json::array();
      json::object grant;
      grant["client"] = client->id.str();
      grant["key"] = "Offline Token";
      row["additionalGrants"] = json::array{std::move(grant)};
      list.push_back(std::move(row));
    }
  }
  return ok(list);
}

Answer revoke_user_consent(Call& call) {
  CARDEA_TRY(user, load_user(call));
  CARDEA_TRY(client, call.repositories().clients.find_by_client_id(call.rows(), call.realm().id, call.path("client")));
  if (!client) return refuse(not_found("Client not found"));
  CARDEA_TRY(sessions, call.repositories().offline_sessions.list_of_user(call.rows(), call.realm().id, user.id));
  bool any = false;
  for (const auto& session : sessions) {
    CARDEA_TRY(shares, call.repositories().offline_sessions.client_sessions(call.rows(), session.id));
    const bool has =
        std::ranges::any_of(shares, [&](const ClientSession& share) { return share.client == client->id; });
    if (!has) continue;
    any = true;
    CARDEA_DO(call.repositories().offline_sessions.remove_client_session(call.tx(), session.id, client->id));
  }
  if (!any) return refuse(not_found("Consent nor offline token not found"));
  return no_content();
}

Answer list_federated_identities(Call& call) {
  CARDEA_TRY(user, load_user(call));
  const auto* known = user.extra.if_contains("federatedIdentities");
  return ok(known != nullptr && known->is_array() ? *known : json::value(json::array()));
}

}  // namespace cardea::admin
