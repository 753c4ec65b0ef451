#include "admin/clients/client_view.h"

#include <algorithm>
#include <map>
#include <set>

#include "admin/roles/role_rights.h"
#include "admin/users/user_view.h"
#include "base/text.h"
#include "core/changes/admin_power.h"
#include "core/changes/check_client.h"
#include "core/changes/check_realm.h"
#include "core/changes/new_client.h"
#include "core/level_of_assurance.h"
#include "core/token/pairwise.h"

namespace cardea::admin {
namespace {

constexpr std::string_view kServiceAccountScope = "service_account";

using ScopeNames = std::map<std::string, std::string>;  // by id

ScopeNames names_of(const std::vector<ClientScope>& scopes) {
  ScopeNames names;
  for (const auto& scope : scopes) names.emplace(scope.id.str(), scope.name);
  return names;
}

std::vector<std::string> named(const ScopeNames& names, const std::vector<ScopeId>& ids) {
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

json::object shown(const Call& call, const ScopeNames& names, const Client& client, Secrets secrets) {
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

/// Those of `clients` whose service account has an admin role that the caller lacks.
Or<std::set<ClientId>> beyond_the_caller(Call& call, std::span<const Client> clients) {
  std::set<ClientId> beyond;
  std::vector<ClientId> with_account;
  for (const auto& client : clients) {
    if (client.service_accounts_enabled) with_account.push_back(client.id);
  }
  if (with_account.empty() || !call.may(AdminRole::kManageClients)) return beyond;
  const auto& realm = call.realm().id;
  CARDEA_TRY(accounts, call.repositories().subjects.load_service_accounts(call.rows(), realm, with_account));
  CARDEA_TRY(assigned, cardea::assigned_roles(call.rows(), call.repositories(), realm, accounts));
  std::set<RoleId> all;
  for (const auto& roles : assigned) all.insert(roles.begin(), roles.end());
  CARDEA_TRY(cover, RoleCover::load(call, call.rows(), {all.begin(), all.end()}));
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    if (!cover.covers(assigned[i])) beyond.insert(*accounts[i].user.service_account_client);
  }
  return beyond;
}

}  // namespace

Or<json::array> client_rows(Call& call, std::span<const Client> clients) {
  json::array rows;
  if (clients.empty()) return rows;
  CARDEA_TRY(scopes, call.repositories().scopes.list(call.rows(), call.realm().id));
  const auto names = names_of(scopes);
  CARDEA_TRY(beyond, beyond_the_caller(call, clients));
  for (const auto& client : clients) {
    const bool may = call.may(AdminRole::kManageClients) && !beyond.contains(client.id);
    rows.push_back(shown(call, names, client, may ? Secrets::kReveal : Secrets::kMask));
  }
  return rows;
}

Or<json::object> client_json(Call& call, const Client& client) {
  CARDEA_TRY(rows, client_rows(call, std::span(&client, 1)));
  return std::move(rows.front().get_object());
}
json::object masked_client_json(const Call& call, const Client& client, const std::vector<ClientScope>& scopes) {
  return shown(call, names_of(scopes), client, Secrets::kMask);
}
Or<json::object> masked_client_json(Call& call, const Client& client) {
  CARDEA_TRY(scopes, call.repositories().scopes.list(call.rows(), call.realm().id));
  return masked_client_json(call, client, scopes);
}

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
  CARDEA_TRY(beyond, beyond_the_caller(call, std::span(&client, 1)));
  return beyond.empty();
}

Or<Client> load_client_to_change(Call& call) {
  CARDEA_TRY(client, load_client(call));
  CARDEA_TRY(may, may_hold(call, client));
  if (!may) return refuse(forbidden());
  return std::move(client);
}

namespace {

/// A flow that is not there would let nobody in.
void check_flows(const Realm& realm, const Client& client, std::vector<std::string>& problems) {
  const auto* overrides = client.extra.if_contains("authenticationFlowBindingOverrides");
  if (overrides == nullptr || overrides->is_null()) return;
  if (!overrides->is_object()) {
    problems.emplace_back("Unable to resolve auth flow binding overrides");
    return;
  }
  for (const auto& [binding, value] : overrides->get_object()) {
    if (value.is_null() || (value.is_string() && value.get_string().empty())) continue;
    if (value.is_string() && has_flow(realm, value.get_string())) continue;
    problems.push_back("Unable to resolve auth flow binding override for: " + std::string(binding));
  }
}

bool is_level_map(std::string_view text) {
  const auto map = parse_json(text);
  if (!map || !map->is_object()) return false;
  return std::ranges::all_of(map->get_object(), [](const auto& level) {
    const auto* name = level.value().if_string();
    return level.value().is_int64() || (name != nullptr && parse_integer<int>(std::string_view(*name)));
  });
}

/// A map of levels that cannot be read would be none, and a name that is not in it asks for nothing.
void check_levels(const Realm& realm, const Client& client, std::vector<std::string>& problems) {
  if (const auto map = client.attribute("acr.loa.map"); !map.empty() && !is_level_map(map)) {
    problems.emplace_back("Invalid client configuration (ACR-LOA map) for client");
    return;
  }
  const LevelNames names(realm, client);
  const auto wanted = split(client.attribute("default.acr.values"), "##");
  const auto is_unknown = [&](std::string_view name) { return !trim(name).empty() && !names.level_of(trim(name)); };
  if (std::ranges::none_of(wanted, is_unknown)) return;
  problems.emplace_back("Default ACR values need to contain values specified in the ACR-To-Loa mapping");
}

}  // namespace

Or<void> check_client(const Call& call, const Client& client) {
  auto problems = client_problems(client, call.dependencies().production);
  check_flows(call.realm(), client, problems);
  check_levels(call.realm(), client, problems);
  const auto base = call.dependencies().base_url.of(call.request());
  if (const auto problem = why_no_pairwise_subject(client, base)) problems.emplace_back(*problem);
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

void add_service_account_scope(Client& client, const std::vector<ClientScope>& scopes) {
  const auto scope = std::ranges::find(scopes, kServiceAccountScope, &ClientScope::name);
  if (scope == scopes.end() || std::ranges::find(client.default_scopes, scope->id) != client.default_scopes.end())
    return;
  client.default_scopes.push_back(scope->id);
}

Or<void> settle_service_account(Call& call, const Client& client, bool had_one) {
  if (client.service_accounts_enabled == had_one) return {};
  auto& users = call.repositories().users;
  CARDEA_TRY(account, call.repositories().subjects.load_service_account(call.rows(), call.realm().id, client.id));
  if (!client.service_accounts_enabled) {
    if (account) CARDEA_DO(users.remove(call.tx(), call.realm().id, account->user.id));
    return {};
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
