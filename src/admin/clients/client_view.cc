#include "admin/clients/client_view.h"

#include <algorithm>
#include <map>

#include "admin/roles/role_rights.h"
#include "admin/users/user_view.h"
#include "core/changes/check_client.h"
#include "core/changes/new_client.h"

namespace cardea::admin {
namespace {

constexpr std::string_view kServiceAccountScope = "service_account";

Or<std::map<std::string, std::string>> scope_names(Call& call) {
  CARDEA_TRY(scopes, call.repositories().scopes.list(call.rows(), call.realm().id));
  std::map<std::string, std::string> names;
  for (const auto& scope : scopes) names.emplace(scope.id.str(), scope.name);
  return names;
}

std::vector<std::string> named(const std::map<std::string, std::string>& names, const std::vector<ScopeId>& ids) {
  std::vector<std::string> out;
  for (const auto& id : ids) {
    if (const auto found = names.find(id.str()); found != names.end()) out.push_back(found->second);
  }
  return out;
}

Client copy_without_secret(const Client& client) {
  const auto& [id, client_id, name, description, root_url, admin_url, base_url, enabled, authenticator_type, secret,
               redirect_uris, web_origins, not_before, bearer_only, consent_required, standard_flow, implicit_flow,
               direct_grants, service_accounts, is_public, frontchannel_logout, protocol, attributes, full_scope,
               mappers, default_scopes, optional_scopes, role_mappings, extra] = client;
  return Client{id,
                client_id,
                name,
                description,
                root_url,
                admin_url,
                base_url,
                enabled,
                authenticator_type,
                SecretBytes(),
                redirect_uris,
                web_origins,
                not_before,
                bearer_only,
                consent_required,
                standard_flow,
                implicit_flow,
                direct_grants,
                service_accounts,
                is_public,
                frontchannel_logout,
                protocol,
                attributes,
                full_scope,
                mappers,
                default_scopes,
                optional_scopes,
                role_mappings,
                extra};
}

Or<json::object> shown(Call& call, const Client& client, Secrets secrets) {
  CARDEA_TRY(names, scope_names(call));
  ClientRepresentation representation;
  representation.client = copy_without_secret(client);
  representation.client.secret = client.secret.clone();
  for (const auto rotated : {"client.secret.rotated", "registrationAccessToken"}) {
    representation.client.attributes.erase(rotated);  // secrets under the name of attributes
  }
  representation.client.extra.erase("registrationAccessToken");
  representation.default_scopes = named(names, client.default_scopes);
  representation.optional_scopes = named(names, client.optional_scopes);
  auto out = to_json(representation, secrets);
  const bool manage = call.may(AdminRole::kManageClients);
  out["access"] = json::object{{"view", true}, {"configure", manage}, {"manage", manage}};
  return out;
}

}  // namespace

Or<json::object> client_json(Call& call, const Client& client) {
  CARDEA_TRY(may, may_hold(call, client));
  return shown(call, client, may ? Secrets::kReveal : Secrets::kMask);
}
Or<json::object> masked_client_json(Call& call, const Client& client) { return shown(call, client, Secrets::kMask); }

Or<Client> load_client(Call& call) {
  const ClientId id(call.path("clientUuid", "id"));
  CARDEA_TRY(client, call.repositories().clients.find(call.rows(), call.realm().id, id));
  if (!client) return refuse(not_found("Could not find client"));
  return std::move(*client);
}

Or<Client> read_client(Call& call) {
  std::optional<Client> client;
  CARDEA_DO(call.repositories().store.read([&](Rows& rows) -> Stored<void> {
    auto found = call.repositories().clients.find(rows, call.realm().id, ClientId(call.path("clientUuid", "id")));
    if (!found) return refuse(found.error());
    client = std::move(*found);
    return {};
  }));
  if (!client) return refuse(not_found("Could not find client"));
  return std::move(*client);
}

Or<bool> may_hold(Call& call, const Client& client) {
  if (!call.may(AdminRole::kManageClients)) return false;
  if (!client.service_accounts_enabled) return true;
  CARDEA_TRY(account, call.repositories().subjects.load_service_account(call.rows(), call.realm().id, client.id));
  if (!account) return true;
  CARDEA_TRY(assigned, assigned_roles(call, account->user.id));
  return are_roles_covered(call, assigned);
}

Or<Client> load_client_to_change(Call& call) {
  CARDEA_TRY(client, load_client(call));
  CARDEA_TRY(may, may_hold(call, client));
  if (!may) return refuse(forbidden());
  return std::move(client);
}

Or<void> check_client(const Call& call, const Client& client) {
  const auto problems = client_problems(client, call.dependencies().production);
  if (problems.empty()) return {};
  std::string text;
  for (const auto& problem : problems) text.append(text.empty() ? "" : "; ").append(problem);
  return refuse(error(400, "invalid_input", text));
}

Or<void> refuse_unknown_client_members(const json::object& body) {
  for (const auto& [name, value] : body) {
    if (is_client_member(name)) continue;
    return refuse(error(400, "Invalid json representation for ClientRepresentation. Unrecognized field \"" +
                                 std::string(name) + "\" at line 1 column 1."));
  }
  return {};
}

Or<void> settle_service_account(Call& call, Client& client, bool had_one) {
  if (client.service_accounts_enabled == had_one) return {};
  auto& users = call.repositories().users;
  CARDEA_TRY(account, call.repositories().subjects.load_service_account(call.rows(), call.realm().id, client.id));
  if (!client.service_accounts_enabled) {
    if (account) CARDEA_DO(users.remove(call.tx(), call.realm().id, account->user.id));
    return {};
  }
  CARDEA_TRY(scopes, call.repositories().scopes.list(call.rows(), call.realm().id));
  const auto scope = std::ranges::find(scopes, kServiceAccountScope, &ClientScope::name);
  if (scope != scopes.end() && std::ranges::find(client.default_scopes, scope->id) == client.default_scopes.end()) {
    client.default_scopes.push_back(scope->id);
    CARDEA_DO(call.repositories().clients.update(call.tx(), call.realm().id, client));
  }
  if (account) return {};
  User user;
  user.id = UserId(call.new_id());
  user.realm = call.realm().id;
  user.username = service_account_username(client.client_id);
  user.created_at = call.now();
  user.service_account_client = client.id;
  CARDEA_DO(users.insert(call.tx(), user, true));
  if (!call.realm().default_role.empty()) {
    CARDEA_DO(users.add_role(call.tx(), user.id, call.realm().default_role));
  }
  return {};
}

}  // namespace cardea::admin
