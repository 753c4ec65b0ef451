#include "admin/flows/flow_use.h"

#include <algorithm>
#include <array>

#include "admin/flows/flow_document.h"
#include "admin/settings/realm_document.h"
#include "base/text.h"

namespace cardea::admin {
namespace {

constexpr std::string_view kBindings[] = {
    "browserFlow",          "registrationFlow",         "directGrantFlow",
    "resetCredentialsFlow", "clientAuthenticationFlow", "dockerAuthenticationFlow",
    "firstBrokerLoginFlow",
};
constexpr std::string_view kProviderBindings[] = {"firstBrokerLoginFlowAlias", "postBrokerLoginFlowAlias"};

/// Clients name flows by id; by alias as well, which FlowSet reads too.
bool is_run_by(const Client& client, std::string_view id, std::string_view alias) {
  const auto* overrides = client.extra.if_contains("authenticationFlowBindingOverrides");
  if (overrides == nullptr || !overrides->is_object()) return false;
  return std::ranges::any_of(overrides->get_object(), [&](const auto& binding) {
    const auto* flow = binding.value().if_string();
    return flow != nullptr && !flow->empty() && (std::string_view(*flow) == id || std::string_view(*flow) == alias);
  });
}

FlowUse use_among(const Realm& realm, const std::vector<Client>& clients, const json::object& flow) {
  const auto id = string_or(flow, "id", "");
  const auto alias = string_or(flow, "alias", "");
  FlowUse use;
  use.by_realm = std::ranges::any_of(
      kBindings, [&](std::string_view binding) { return string_or(realm.extra, binding, "") == alias; });
  for (const auto& client : clients) {
    if (is_run_by(client, id, alias)) use.clients.push_back(client.client_id);
  }
  const auto* found = realm.extra.if_contains("identityProviders");
  const auto* providers = found == nullptr ? nullptr : found->if_array();
  for (std::size_t i = 0; providers != nullptr && i < providers->size(); ++i) {
    const auto* provider = (*providers)[i].if_object();
    if (provider == nullptr) continue;
    const bool runs = std::ranges::any_of(
        kProviderBindings, [&](std::string_view binding) { return string_or(*provider, binding, "") == alias; });
    if (runs) use.providers.push_back(string_or(*provider, "alias", ""));
  }
  return use;
}

Or<std::vector<Client>> clients_of(const Call& call) {
  CARDEA_TRY(clients, call.repositories().clients.list(call.rows(), call.realm().id, {}, 0, -1));
  return std::move(clients);
}

/// What the console draws; null, which it takes for "not in use", where nobody runs the flow.
json::value used_by(const FlowUse& use, std::string_view alias) {
  const auto row = [](std::string_view type, const auto& values) -> json::value {
    json::array list;
    for (const auto& value : values) list.push_back(json::value(value));
    return json::object{{"type", type}, {"values", std::move(list)}};
  };
  if (use.by_realm) return row("DEFAULT", std::array{alias});
  if (!use.clients.empty()) return row("SPECIFIC_CLIENTS", use.clients);
  if (!use.providers.empty()) return row("SPECIFIC_PROVIDERS", use.providers);
  return nullptr;
}

}  // namespace

Or<FlowUse> use_of_flow(const Call& call, const json::object& flow) {
  CARDEA_TRY(clients, clients_of(call));
  return use_among(call.realm(), clients, flow);
}

void rename_in_bindings(Realm& realm, std::string_view before, std::string_view after) {
  const auto rename = [&](json::object& object, std::string_view binding) {
    if (string_or(object, binding, "") == before) object[binding] = after;
  };
  for (const auto binding : kBindings) rename(realm.extra, binding);
  for (auto& item : list_of(realm.extra, "identityProviders")) {
    auto* provider = item.if_object();
    if (provider == nullptr) continue;
    for (const auto binding : kProviderBindings) rename(*provider, binding);
  }
}

Answer list_flows_with_use(Call& call) {
  auto& realm = call.realm();
  give_flow_ids(realm);
  CARDEA_TRY(clients, clients_of(call));
  json::array list;
  for (const auto& item : flows_of(realm)) {
    const auto* flow = item.if_object();
    if (flow == nullptr || !bool_or(*flow, "topLevel", false)) continue;
    const auto alias = string_or(*flow, "alias", "");
    json::object row;
    row["id"] = string_or(*flow, "id", "");
    row["alias"] = alias;
    row["builtIn"] = bool_or(*flow, "builtIn", false);
    // Absent where nobody does: the console reads `values` of whatever is there.
    auto used = used_by(use_among(realm, clients, *flow), alias);
    if (!used.is_null()) row["usedBy"] = std::move(used);
    row["description"] = string_or(*flow, "description", "");
    list.push_back(std::move(row));
  }
  return ok(list);
}

Answer list_users_of_flow(Call& call) {
  auto& realm = call.realm();
  give_flow_ids(realm);
  const auto& type = call.path("type");
  if (type != "clients" && type != "idp")
    return refuse(error(400, "Invalid type, type should be either clients or idp"));
  const auto* flow = find_in(flows_of(realm), "id", call.path("flowId"));
  if (flow == nullptr) return refuse(not_found("Could not find flow with id"));
  CARDEA_TRY(page, call.page());
  CARDEA_TRY(use, use_of_flow(call, *flow));
  const auto search = ascii_lower(call.query("search"));
  json::array list;
  std::int64_t skipped = 0;
  for (const auto& name : type == "clients" ? use.clients : use.providers) {
    if (!ascii_lower(name).contains(search) || skipped++ < page.first) continue;
    if (page.max >= 0 && std::ssize(list) >= page.max) break;
    list.push_back(json::value(name));
  }
  return ok(list);
}

}  // namespace cardea::admin
