#include <algorithm>

#include "admin/partial/partial_handlers.h"
#include "admin/seam/sub_call.h"
#include "admin/settings/realm_document.h"
#include "base/text.h"
#include "domain/representation/members.h"

namespace cardea::admin {
namespace {

constexpr std::size_t kImportedMax = 5'000;  // things in one import: they are written in one transaction

enum class IfExists { kFail, kSkip, kOverwrite };

Or<IfExists> policy_of(const json::object& body) {
  const auto text = string_or(body, "ifResourceExists", string_or(body, "policy", "FAIL"));
  if (text == "FAIL") return IfExists::kFail;
  if (text == "SKIP") return IfExists::kSkip;
  if (text == "OVERWRITE") return IfExists::kOverwrite;
  return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
}

/// The objects of a list; absent: none.
Or<std::vector<const json::object*>> objects_of(const json::object& body, std::string_view name) {
  std::vector<const json::object*> list;
  const auto* value = body.if_contains(name);
  if (value == nullptr || value->is_null()) return list;
  if (!value->is_array()) return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
  for (const auto& item : value->get_array()) {
    if (!item.is_object()) return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
    list.push_back(&item.get_object());
  }
  return list;
}

using Path = std::vector<std::pair<std::string_view, std::string>>;

/// One kind of thing: how one that is there goes, and how one is made.
struct Kind {
  std::string_view type;  // "USER"
  std::string_view create, remove;
};
constexpr Kind kClient{"CLIENT", "createClient", "deleteClient"};
constexpr Kind kRealmRole{"REALM_ROLE", "createRealmRole", "deleteRealmRole"};
constexpr Kind kClientRole{"CLIENT_ROLE", "createClientRole", "deleteClientRole"};
constexpr Kind kProvider{"IDP", "createIdentityProvider", "deleteIdentityProvider"};
constexpr Kind kGroup{"GROUP", "createGroup", "deleteGroup"};
constexpr Kind kUser{"USER", "createUser", "deleteUser"};

struct Item {
  const Kind& kind;
  std::string name;
  bool exists = false;
  Path container = {};  // of the path of `create`
  Path self = {};       // of the path of `remove`
  json::object body = {};
  std::shared_ptr<void> prepared = {};
  std::string role = {};                // of a role: its name, by which it is found for its id
  std::optional<ClientId> client = {};  // and whose it is
};

Or<std::optional<Role>> find_role(Call& call, const std::optional<ClientId>& client, std::string_view name) {
  CARDEA_TRY(role, call.repositories().roles.find_by_name(call.rows(), call.realm().id, client, name));
  return std::move(role);
}
Or<Client> find_client(Call& call, std::string_view client_id) {
  CARDEA_TRY(client, call.repositories().clients.find_by_client_id(call.rows(), call.realm().id, client_id));
  if (!client) return refuse(error_message(400, "There is no client " + std::string(client_id)));
  return std::move(*client);
}

class Import {
 public:
  Import(Call& call, IfExists policy) : call_(call), policy_(policy) {}

  /// Makes one, or passes it over. Gives its id, or nothing when it was passed over.
  Or<std::optional<std::string>> add(Item item) {
    if (++count_ > kImportedMax) return refuse(error_message(400, "Too much for one import"));
    std::string_view action = "ADDED";
    if (item.exists) {
      if (policy_ == IfExists::kFail) return refuse(taken(item));
      if (policy_ == IfExists::kSkip) {
        ++skipped_;
        tell("SKIPPED", item, "");
        return std::optional<std::string>();
      }
      CARDEA_TRY(removed, run_sub_call(call_, {.operation = item.kind.remove, .path = item.self}));
      action = "OVERWRITTEN";
      ++overwritten_;
    } else {
      ++added_;
    }
    CARDEA_TRY(
        id, run_sub_call(
                call_,
                {.operation = item.kind.create, .path = item.container, .body = item.body, .prepared = item.prepared}));
    if (!item.role.empty()) {
      CARDEA_TRY(role, find_role(call_, item.client, item.role));
      if (role) id = role->id.str();
    }
    tell(action, item, id);
    return std::optional(id);
  }

  /// What comes with something else, such as the account of a client: nothing is made. True when it is to be filled.
  Or<bool> take(const Item& item, std::string_view id) {
    if (++count_ > kImportedMax) return refuse(error_message(400, "Too much for one import"));
    if (item.exists && policy_ == IfExists::kFail) return refuse(taken(item));
    const bool is_passed_over = item.exists && policy_ == IfExists::kSkip;
    ++(is_passed_over ? skipped_ : item.exists ? overwritten_ : added_);
    tell(is_passed_over ? "SKIPPED" : item.exists ? "OVERWRITTEN" : "ADDED", item, is_passed_over ? "" : id);
    return !is_passed_over;
  }

  [[nodiscard]] json::object report() && {
    return {{"overwritten", overwritten_}, {"added", added_}, {"skipped", skipped_}, {"results", std::move(results_)}};
  }

 private:
  static std::string words_for(const Kind& kind) {
    if (kind.type == "CLIENT") return "Client id";
    if (kind.type == "USER") return "User with user name";
    if (kind.type == "GROUP") return "Group";
    if (kind.type == "IDP") return "Identity Provider";
    return "Role";
  }
  static Refusal taken(const Item& item) {
    return error_message(409, words_for(item.kind) + " '" + item.name + "' already exists");
  }
  void tell(std::string_view action, const Item& item, std::string_view id) {
    results_.push_back(
        json::object{{"action", action}, {"resourceType", item.kind.type}, {"resourceName", item.name}, {"id", id}});
  }

  Call& call_;
  IfExists policy_;
  std::size_t count_ = 0;
  int added_ = 0, skipped_ = 0, overwritten_ = 0;
  json::array results_;
};

/// [{"id", "name"}] of roles by name, as mappings take them.
Or<json::array> role_list(Call& call, const std::optional<ClientId>& client, const json::value& names) {
  json::array list;
  if (!names.is_array()) return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
  for (const auto& name : names.get_array()) {
    if (!name.is_string()) return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
    CARDEA_TRY(role, find_role(call, client, std::string_view(name.get_string())));
    if (!role) return refuse(error_message(400, "There is no role " + std::string(name.get_string())));
    list.push_back(json::object{{"id", role->id.str()}, {"name", role->name}});
  }
  return list;
}

/// Realm roles and client roles of a user or group, by the operations that map them.
struct Mapping {
  std::string_view realm, client;  // operations
  Path path;
};
Or<void> map_roles(Call& call, const json::object& from, const Mapping& mapping) {
  if (const auto* names = from.if_contains("realmRoles"); names != nullptr && !names->is_null()) {
    CARDEA_TRY(list, role_list(call, std::nullopt, *names));
    if (!list.empty()) {
      CARDEA_TRY(done, run_sub_call(call, {.operation = mapping.realm, .path = mapping.path, .body = list}));
    }
  }
  const auto* by_client = from.if_contains("clientRoles");
  if (by_client == nullptr || !by_client->is_object()) return {};
  for (const auto& [client_id, names] : by_client->get_object()) {
    CARDEA_TRY(client, find_client(call, client_id));
    CARDEA_TRY(list, role_list(call, client.id, names));
    if (list.empty()) continue;
    auto path = mapping.path;
    path.emplace_back("clientUuid", client.id.str());
    CARDEA_TRY(done, run_sub_call(call, {.operation = mapping.client, .path = std::move(path), .body = list}));
  }
  return {};
}

/// Gives the client ids of those that it made.
Or<std::vector<std::string>> import_clients(Call& call, Import& import, const json::object& body) {
  CARDEA_TRY(clients, objects_of(body, "clients"));
  std::vector<std::string> fresh;
  for (const auto* client : clients) {
    const auto client_id = string_or(*client, "clientId", "");
    CARDEA_TRY(known, call.repositories().clients.find_by_client_id(call.rows(), call.realm().id, client_id));
    Item item{.kind = kClient, .name = client_id, .exists = known.has_value(), .body = *client};
    if (known) item.self = {{"clientUuid", known->id.str()}};
    for (const auto name : {"access", "authorizationSettings"}) item.body.erase(name);
    if (known) item.body.erase("id");
    CARDEA_TRY(made, import.add(std::move(item)));
    if (made) fresh.push_back(client_id);
  }
  return fresh;
}

struct MadeRole {
  std::string id;
  const json::object* from;
};

Or<void> import_roles_of(Call& call, Import& import, const std::optional<Client>& client,
                         const std::vector<const json::object*>& roles, std::vector<MadeRole>& made) {
  const auto client_id = client ? std::optional(client->id) : std::nullopt;
  for (const auto* role : roles) {
    const auto name = string_or(*role, "name", "");
    CARDEA_TRY(known, find_role(call, client_id, name));
    Path container;
    if (client) container.emplace_back("clientUuid", client->id.str());
    auto self = container;
    self.emplace_back("role", name);
    Item item{.kind = client ? kClientRole : kRealmRole,
              .name = client ? client->client_id + "-->" + name : name,
              .exists = known.has_value(),
              .container = std::move(container),
              .self = std::move(self),
              .body = *role,
              .role = name,
              .client = client_id};
    item.body.erase("composites");  // some of them may come later
    CARDEA_TRY(added, import.add(std::move(item)));
    if (!added) continue;
    CARDEA_TRY(stored, find_role(call, client_id, name));
    if (stored) made.push_back({stored->id.str(), role});
  }
  return {};
}

/// Composites come once all roles are there.
Or<void> import_composites(Call& call, const MadeRole& made) {
  const auto* composites = made.from->if_contains("composites");
  if (composites == nullptr || !composites->is_object()) return {};
  json::array list;
  if (const auto* names = composites->get_object().if_contains("realm"); names != nullptr) {
    CARDEA_TRY(roles, role_list(call, std::nullopt, *names));
    for (auto& role : roles) list.push_back(std::move(role));
  }
  if (const auto* by_client = composites->get_object().if_contains("client");
      by_client != nullptr && by_client->is_object()) {
    for (const auto& [client_id, names] : by_client->get_object()) {
      CARDEA_TRY(client, find_client(call, client_id));
      CARDEA_TRY(roles, role_list(call, client.id, names));
      for (auto& role : roles) list.push_back(std::move(role));
    }
  }
  if (list.empty()) return {};
  CARDEA_TRY(done,
             run_sub_call(
                 call, {.operation = "addRoleByIdComposites", .path = {{"roleId", made.id}}, .body = std::move(list)}));
  return {};
}

Or<void> import_roles(Call& call, Import& import, const json::object& body) {
  const auto* roles = body.if_contains("roles");
  if (roles == nullptr || roles->is_null()) return {};
  if (!roles->is_object()) return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
  std::vector<MadeRole> made;
  CARDEA_TRY(realm, objects_of(roles->get_object(), "realm"));
  CARDEA_DO(import_roles_of(call, import, std::nullopt, realm, made));
  if (const auto* clients = roles->get_object().if_contains("client"); clients != nullptr && clients->is_object()) {
    for (const auto& [client_id, list] : clients->get_object()) {
      CARDEA_TRY(of_client, objects_of(clients->get_object(), client_id));
      if (of_client.empty()) continue;
      CARDEA_TRY(client, find_client(call, client_id));
      CARDEA_DO(import_roles_of(call, import, std::move(client), of_client, made));
    }
  }
  for (const auto& role : made) CARDEA_DO(import_composites(call, role));
  return {};
}

Or<void> import_providers(Call& call, Import& import, const json::object& body) {
  CARDEA_TRY(providers, objects_of(body, "identityProviders"));
  std::vector<std::string> passed_over;
  for (const auto* provider : providers) {
    const auto alias = string_or(*provider, "alias", "");
    const bool exists = find_in(list_of(call.realm().extra, "identityProviders"), "alias", alias) != nullptr;
    Item item{.kind = kProvider, .name = alias, .exists = exists, .self = {{"alias", alias}}, .body = *provider};
    CARDEA_TRY(made, import.add(std::move(item)));
    if (!made) passed_over.push_back(alias);
  }
  CARDEA_TRY(mappers, objects_of(body, "identityProviderMappers"));
  for (const auto* mapper : mappers) {
    const auto alias = string_or(*mapper, "identityProviderAlias", "");
    if (std::ranges::find(passed_over, alias) != passed_over.end()) continue;
    CARDEA_TRY(made, run_sub_call(call, {.operation = "createIdpMapper", .path = {{"alias", alias}}, .body = *mapper}));
  }
  return {};
}

/// A group with its roles and those below it.
Or<void> fill_group(Call& call, const std::string& id, const json::object& group, int depth) {
  CARDEA_DO(map_roles(call, group,
                      {.realm = "addGroupRealmRoles", .client = "addGroupClientRoles", .path = {{"groupId", id}}}));
  CARDEA_TRY(below, objects_of(group, "subGroups"));
  if (depth > kGroupDepthMax) return refuse(error_message(400, "Groups are too deep"));
  for (const auto* child : below) {
    auto bare = *child;
    for (const auto name : {"id", "subGroups", "realmRoles", "clientRoles", "path"}) bare.erase(name);
    CARDEA_TRY(made, run_sub_call(call, {.operation = "createGroupChild", .path = {{"groupId", id}}, .body = bare}));
    CARDEA_DO(fill_group(call, made, *child, depth + 1));
  }
  return {};
}

Or<void> import_groups(Call& call, Import& import, const json::object& body) {
  CARDEA_TRY(groups, objects_of(body, "groups"));
  for (const auto* group : groups) {
    const auto name = string_or(*group, "name", "");
    CARDEA_TRY(all, call.repositories().groups.list(call.rows(), call.realm().id));
    const auto known = std::ranges::find_if(all, [&](const Group& each) { return !each.parent && each.name == name; });
    Item item{.kind = kGroup, .name = "/" + name, .exists = known != all.end(), .body = *group};
    if (item.exists) item.self = {{"groupId", known->id.str()}};
    for (const auto member : {"id", "subGroups", "realmRoles", "clientRoles", "path"}) item.body.erase(member);
    CARDEA_TRY(made, import.add(std::move(item)));
    if (made) CARDEA_DO(fill_group(call, *made, *group, 1));
  }
  return {};
}

struct PreparedUsers {
  std::vector<std::shared_ptr<void>> credentials;  // by place in the list
};

constexpr Kind kAccount{"USER", "", ""};

/// The account of a client came with it: it is given the roles alone.
Or<void> import_service_account(Call& call, Import& import, const json::object& user,
                                const std::vector<std::string>& fresh) {
  const auto client_id = string_or(user, "serviceAccountClientId", "");
  CARDEA_TRY(client, find_client(call, client_id));
  CARDEA_TRY(account, call.repositories().subjects.load_service_account(call.rows(), call.realm().id, client.id));
  if (!account) return refuse(error_message(400, "The client " + client_id + " has no service account"));
  const auto& made = account->user;
  const bool exists = std::ranges::find(fresh, client_id) == fresh.end();
  CARDEA_TRY(is_taken, import.take({.kind = kAccount, .name = made.username, .exists = exists}, made.id.str()));
  if (!is_taken) return {};
  return map_roles(call, user,
                   {.realm = "addUserRealmRoles", .client = "addUserClientRoles", .path = {{"userId", made.id.str()}}});
}

Or<void> import_users(Call& call, Import& import, const json::object& body, const std::vector<std::string>& fresh) {
  CARDEA_TRY(users, objects_of(body, "users"));
  auto* prepared = static_cast<PreparedUsers*>(call.prepared.get());
  for (std::size_t i = 0; i < users.size(); ++i) {
    const auto& user = *users[i];
    const auto username = ascii_lower(string_or(user, "username", ""));
    if (user.contains("serviceAccountClientId")) {
      CARDEA_DO(import_service_account(call, import, user, fresh));
      continue;
    }
    CARDEA_TRY(known, call.repositories().users.find_by_username(call.rows(), call.realm().id, username));
    Item item{.kind = kUser, .name = username, .exists = known.has_value(), .body = user};
    if (known) item.self = {{"userId", known->id.str()}};
    for (const auto name : {"realmRoles", "clientRoles"}) item.body.erase(name);
    if (prepared != nullptr && i < prepared->credentials.size()) item.prepared = prepared->credentials[i];
    CARDEA_TRY(made, import.add(std::move(item)));
    if (!made) continue;
    CARDEA_DO(map_roles(call, user,
                        {.realm = "addUserRealmRoles", .client = "addUserClientRoles", .path = {{"userId", *made}}}));
  }
  return {};
}

/// Of a whole realm's file they are not taken here, as in Keycloak: not even to be overwritten, since managed members
/// go with their organization. A whole import takes them.
void tell_of_organizations(Call& call, const json::object& body) {
  const auto* list = body.if_contains("organizations");
  if (list == nullptr || !list->is_array() || list->get_array().empty()) return;
  call.dependencies().log.warning(
      "partial_import_left_out",
      {{"member", "organizations"}, {"realm", call.realm().name}, {"correlation_id", call.request().correlation_id}});
}

}  // namespace

Prepared prepare_partial_import(Call& call) {
  CARDEA_TRY(body, call.body_object());
  CARDEA_TRY(users, objects_of(*body, "users"));
  if (users.size() > kImportedMax) return refuse(error_message(400, "Too much for one import"));
  auto prepared = std::make_shared<PreparedUsers>();
  for (const auto* user : users) {
    CARDEA_TRY(credentials, prepare_sub_call(call, {.operation = "createUser", .body = *user}));
    prepared->credentials.push_back(std::move(credentials));
  }
  call.prepared = std::move(prepared);
  return {};
}

Answer partial_import(Call& call) {
  CARDEA_TRY(body, call.body_object());
  CARDEA_TRY(policy, policy_of(*body));
  tell_of_organizations(call, *body);
  Import import(call, policy);
  CARDEA_TRY(fresh, import_clients(call, import, *body));
  CARDEA_DO(import_roles(call, import, *body));
  CARDEA_DO(import_providers(call, import, *body));
  CARDEA_DO(import_groups(call, import, *body));
  CARDEA_DO(import_users(call, import, *body, fresh));
  return ok(std::move(import).report());
}

}  // namespace cardea::admin
