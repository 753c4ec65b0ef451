#include "admin/server/console.h"

#include <algorithm>
#include <map>

#include "admin/realms/realm_handlers.h"
#include "admin/roles/role_mappings.h"
#include "admin/roles/role_rights.h"
#include "admin/users/session_view.h"
#include "admin/users/user_handlers.h"
#include "admin/users/user_view.h"
#include "base/text.h"
#include "core/realm_defaults.h"
#include "domain/representation/members.h"

namespace cardea::admin {
namespace {

constexpr std::string_view kConsoleClient = "security-admin-console";

json::array role_names(AdminRoles roles) {
  json::array names;
  for (std::size_t i = 0; i < kAdminRoleNames.size(); ++i) {
    if (roles.has(static_cast<AdminRole>(i))) names.push_back(json::value(kAdminRoleNames[i]));
  }
  return names;
}

std::string shown_name(const User& user) {
  auto name = user.first_name;
  if (!name.empty() && !user.last_name.empty()) name += ' ';
  name += user.last_name;
  return name.empty() ? user.username : name;
}

/// The role {id} as a holder: what it is composed of.
Or<RoleHolder> role_holder(Call& call, bool to_change) {
  CARDEA_TRY(role, call.repositories().roles.find(call.rows(), call.realm().id, RoleId(call.path("id"))));
  if (!role) return refuse(not_found("Could not find role with id"));
  if (to_change) {
    CARDEA_DO(call.require({role->client ? AdminRole::kManageClients : AdminRole::kManageRealm}));
    CARDEA_DO(require_roles_covered(call, {role->id}));
  } else if (role->client) {
    CARDEA_DO(call.require({AdminRole::kViewClients, AdminRole::kManageClients}));
  } else {
    CARDEA_DO(call.require({AdminRole::kViewRealm, AdminRole::kManageRealm}));
  }
  RoleHolder holder{.direct = role->composites, .effective = {role->id}, .set = {}};
  holder.set = [&call, id = role->id, before = role->composites](const std::vector<RoleId>& after) -> Or<void> {
    for (const auto& child : before) {
      if (std::ranges::find(after, child) == after.end())
        CARDEA_DO(call.repositories().roles.remove_composite(call.tx(), call.realm().id, id, child));
    }
    return {};
  };
  return holder;
}

/// Whose roles the console takes away.
Or<RoleHolder> holder_to_change(Call& call) {
  const auto& type = call.path("type");
  if (type == "roles") return role_holder(call, true);
  const bool of_people = type == "users" || type == "groups";
  CARDEA_DO(call.require({of_people ? AdminRole::kManageUsers : AdminRole::kManageClients}));
  if (type == "users") return user_holder(call, true);
  if (type == "groups") return group_holder(call, true);
  if (type == "clients") return client_scope_holder(call, true);
  if (type == "client-scopes") return scope_scope_holder(call, true);
  return refuse(not_found("HTTP 404 Not Found"));
}

/// Whose roles the console shows.
Or<RoleHolder> holder_of(Call& call) {
  const auto& type = call.path("type");
  if (type == "roles") return role_holder(call, false);
  if (type == "users" || type == "groups") {
    CARDEA_DO(call.require({AdminRole::kViewUsers, AdminRole::kManageUsers}));
  } else if (type == "clients" || type == "client-scopes") {
    CARDEA_DO(call.require({AdminRole::kViewClients, AdminRole::kManageClients}));
  } else {
    CARDEA_DO(call.require({AdminRole::kViewRealm, AdminRole::kManageRealm}));
  }
  if (type == "users") return user_holder(call, false);
  if (type == "groups") return group_holder(call, false);
  if (type == "clients") return client_scope_holder(call, false);
  if (type == "client-scopes") return scope_scope_holder(call, false);
  return refuse(not_found("HTTP 404 Not Found"));
}

json::object role_line(const Role& role) {
  json::object row;
  row["id"] = role.id.str();
  row["role"] = role.name;
  if (role.client) {
    row["client"] = role.client_name;
    row["clientId"] = role.client->str();
  }
  set_unless_empty(row, "description", role.description);
  return row;
}

/// Client roles by client and name, after the search and the page of the request.
Answer role_lines(Call& call, std::vector<Role> roles) {
  CARDEA_TRY(page, call.page());
  const auto search = ascii_lower(call.query("search"));
  json::array list;
  std::int64_t skipped = 0;
  for (const auto& role : roles) {
    if (!ascii_lower(role.name).contains(search) && !ascii_lower(role.client_name).contains(search)) continue;
    if (skipped++ < page.first) continue;
    if (page.max >= 0 && std::ssize(list) >= page.max) break;
    list.push_back(role_line(role));
  }
  return ok(list);
}

}  // namespace

Answer get_whoami(Call& call) {
  const auto& caller = call.caller();
  if (caller.client->client.client_id != kConsoleClient) {
    return refuse(error(
        403, "Token issued for an application that is not the admin console: " + caller.client->client.client_id));
  }
  json::object access;
  auto current = std::string(call.query("currentRealm"));
  if (current.empty()) current = caller.realm->realm.name;
  CARDEA_TRY(roles, admin_roles(call.rows(), call.dependencies(), caller, current));
  access[current] = role_names(roles);
  json::object out;
  out["userId"] = caller.user.id.str();
  out["realm"] = caller.realm->realm.name;
  out["displayName"] = shown_name(caller.user);
  const auto locale = caller.user.attributes.find("locale");
  const bool has_locale = locale != caller.user.attributes.end() && !locale->second.empty();
  out["locale"] = has_locale ? locale->second.front() : std::string("en");
  CARDEA_TRY(creates, may_create_realms(call.rows(), call.dependencies(), caller));
  out["createRealm"] = creates;
  out["realm_access"] = std::move(access);
  const auto temporary = caller.user.attributes.find("is_temporary_admin");
  out["temporary"] =
      temporary != caller.user.attributes.end() && !temporary->second.empty() && temporary->second.front() == "true";
  return ok(out);
}

Answer get_ui_info(Call&) { return ok(json::object{{"userProfileProvidersEnabled", false}}); }

/// A realm and its user profile in one transaction.
Answer save_realm_with_profile(Call& call) {
  CARDEA_TRY(body, call.body_object());
  const auto* profile = body->if_contains("upConfig");
  if (profile != nullptr && profile->is_object()) {
    const auto whole = *body;
    call.replace_body(profile->get_object());
    CARDEA_DO(update_profile(call));
    auto rest = whole;
    rest.erase("upConfig");
    call.replace_body(std::move(rest));
  }
  return update_realm(call);
}

/// Reads no more realms than it shows.
Answer list_realm_names(Call& call) {
  CARDEA_TRY(page, call.page());
  CARDEA_TRY(realms, find_admin_realms(call.rows(), call.dependencies(), call.caller(),
                                       {.search = call.query("search"), .first = page.first, .max = page.max}));
  json::array list;
  for (const auto& realm : realms) {
    json::object row;
    row["name"] = realm.name;
    set_unless_empty(row, "displayName", realm.display_name);
    list.push_back(std::move(row));
  }
  return ok(list);
}

Answer list_users_with_brute_force(Call& call) {
  if (!call.may_any({AdminRole::kViewUsers, AdminRole::kManageUsers})) return ok(json::array());
  CARDEA_TRY(query, read_user_query(call));
  CARDEA_TRY(users, call.repositories().users.search(call.rows(), call.realm().id, query));
  CARDEA_TRY(list, user_rows(call, users, call.flag("briefRepresentation") ? UserView::kBrief : UserView::kRow));
  CARDEA_TRY(statuses, brute_force_statuses(call, users));
  for (std::size_t i = 0; i < users.size(); ++i) {
    const auto& status = statuses[users[i].id];  // none: no failures
    list[i].get_object()["bruteForceStatus"] = json::object{{"numFailures", status.failures},
                                                            {"disabled", status.is_locked},
                                                            {"lastIPFailure", status.last_ip},
                                                            {"lastFailure", status.last_failure}};
  }
  return ok(list);
}

Answer list_available_roles(Call& call) {
  CARDEA_TRY(holder, holder_of(call));
  CARDEA_TRY(all, call.repositories().roles.list(call.rows(), call.realm().id));
  std::erase_if(all, [&](const Role& role) {
    return !role.client || std::ranges::find(holder.direct, role.id) != holder.direct.end();
  });
  CARDEA_TRY(roles, covered_roles(call, std::move(all)));
  std::ranges::sort(roles, {}, [](const Role& role) { return std::pair(role.client_name, role.name); });
  return role_lines(call, std::move(roles));
}

Answer list_effective_roles(Call& call) {
  CARDEA_TRY(holder, holder_of(call));
  CARDEA_TRY(roles, call.repositories().roles.reached(call.rows(), call.realm().id, holder.effective));
  std::erase_if(roles, [](const Role& role) { return !role.client; });
  std::ranges::sort(roles, {}, [](const Role& role) { return std::pair(role.client_name, role.name); });
  return role_lines(call, std::move(roles));
}

/// Every role, those of composites and of the realm too; not in pages.
Answer list_all_effective_roles(Call& call) {
  CARDEA_TRY(holder, holder_of(call));
  CARDEA_TRY(roles, call.repositories().roles.reached(call.rows(), call.realm().id, holder.effective));
  std::ranges::sort(roles, {}, [](const Role& role) { return std::pair(role.client_name, role.name); });
  json::array list;
  for (const auto& role : roles) {
    auto row = role_line(role);
    row["name"] = role.name;
    row["clientRole"] = role.client.has_value();
    list.push_back(std::move(row));
  }
  return ok(list);
}

Answer get_composites_as_mappings(Call& call) { return get_mappings(call, &role_holder); }

Answer remove_role_mappings(Call& call) {
  CARDEA_TRY(holder, holder_to_change(call));
  CARDEA_TRY(body, call.body_array());
  std::vector<RoleId> taken;
  json::array names;
  for (const auto& item : *body) {
    const auto* line = item.if_object();
    const RoleId id(line == nullptr ? std::string() : string_or(*line, "roleId", ""));
    CARDEA_TRY(role, call.repositories().roles.find(call.rows(), call.realm().id, id));
    if (!role) return refuse(not_found("Could not find role"));
    names.push_back(role_line(*role));
    taken.push_back(id);
  }
  CARDEA_DO(require_roles_covered(call, taken));
  auto after = holder.direct;
  std::erase_if(after, [&](const RoleId& id) { return std::ranges::find(taken, id) != taken.end(); });
  call.note_before(std::move(names));
  CARDEA_DO(holder.set(after));
  return no_content();
}

namespace {

constexpr std::int64_t kSessionsAtOnce = 500;
/// A search reads what it passes over. Beyond this somebody's administrators would keep those of all realms waiting.
constexpr std::int64_t kSessionsLookedAt = 10'000;

/// The page of those that live and fit, of both kinds behind each other.
class SessionPage {
 public:
  SessionPage(Call& call, Page page, std::optional<ClientId> client)
      : call_(call), page_(page), client_(std::move(client)), search_(call.query("search")) {}

  /// Without a search the database passes over what comes before the page, save where that begins behind the last of a
  /// kind.
  Or<void> add(SessionRepo& repo, std::string_view type) {
    if (search_.empty() && !is_full()) {
      const auto before = page_.first - skipped_;
      CARDEA_TRY(found, list(repo, before, page_.max - std::ssize(rows)));
      if (before == 0 || !found.empty()) {
        skipped_ = page_.first;
        return take_all(found, type);
      }
    }
    return look_through(repo, type);
  }

  json::array rows;

 private:
  [[nodiscard]] bool is_full() const { return page_.max >= 0 && std::ssize(rows) >= page_.max; }

  Or<std::vector<UserSession>> list(SessionRepo& repo, std::int64_t first, std::int64_t max) {
    const auto& realm = call_.realm().id;
    CARDEA_TRY(found, client_ ? repo.list_of_client(call_.rows(), realm, *client_, first, max)
                              : repo.list_of_realm(call_.rows(), realm, first, max));
    return std::move(found);
  }

  Or<void> look_through(SessionRepo& repo, std::string_view type) {
    for (std::int64_t first = 0; !is_full(); first += kSessionsAtOnce) {
      if (looked_at_ >= kSessionsLookedAt) {
        return refuse(
            error_message(400, "There are too many sessions to look through: ask for one type, or by the user"));
      }
      CARDEA_TRY(found, list(repo, first, kSessionsAtOnce));
      looked_at_ += std::ssize(found);
      CARDEA_DO(take_all(found, type));
      if (std::ssize(found) < kSessionsAtOnce) break;
    }
    return {};
  }

  Or<void> take_all(const std::vector<UserSession>& found, std::string_view type) {
    CARDEA_TRY(alive, session_rows(call_, found, client_));
    for (auto& row : alive) take(std::move(row.get_object()), type);
    return {};
  }

  void take(json::object row, std::string_view type) {
    const bool fits = search_.empty() || string_or(row, "username", "").contains(search_) ||
                      string_or(row, "ipAddress", "").contains(search_);
    if (!fits || is_full()) return;
    if (skipped_ < page_.first) {
      ++skipped_;
      return;
    }
    row["type"] = type;
    rows.push_back(std::move(row));
  }

  Call& call_;
  Page page_;
  std::optional<ClientId> client_;
  std::string_view search_;
  std::int64_t skipped_ = 0;  // of `page_.first`
  std::int64_t looked_at_ = 0;
};

Answer list_sessions(Call& call, std::optional<ClientId> client) {
  CARDEA_TRY(page, call.page());
  const auto type = call.query("type");
  SessionPage shown(call, page, std::move(client));
  if (type != "OFFLINE") CARDEA_DO(shown.add(call.repositories().sessions, "REGULAR"));
  if (type != "REGULAR") CARDEA_DO(shown.add(call.repositories().offline_sessions, "OFFLINE"));
  return ok(std::move(shown.rows));
}

}  // namespace

Answer list_realm_sessions(Call& call) { return list_sessions(call, std::nullopt); }

Answer list_client_sessions(Call& call) { return list_sessions(call, ClientId(call.query("clientId"))); }

Answer list_event_listeners(Call&) {
  return ok(json::array{json::object{{"id", "jboss-logging"}}, json::object{{"id", "email"}}});
}

}  // namespace cardea::admin
