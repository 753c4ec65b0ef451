#include "core/consent.h"

#include <algorithm>
#include <map>

#include "base/text.h"

namespace cardea {
namespace {

constexpr int kLastInOrder = 1'000'000;

std::string_view attribute(const std::map<std::string, std::string>& attributes, const std::string& name,
                           std::string_view fallback) {
  const auto found = attributes.find(name);
  return found == attributes.end() || found->second.empty() ? fallback : std::string_view(found->second);
}

int order_of(const ClientScope& scope) {
  return parse_integer<int>(attribute(scope.attributes, "gui.order", "")).value_or(kLastInOrder);
}

bool is_shown(const ClientScope& scope) {
  return attribute(scope.attributes, "display.on.consent.screen", "true") == "true";
}

constexpr std::string_view kAll = "*";

ScopeId with_parameter(const ScopeId& scope, std::string_view parameter) {
  return parameter.empty() ? scope : ScopeId(std::string(scope.str()).append(":").append(parameter));
}

/// Of the scope `organization` one line for each name that is asked for: who allowed one allowed no other.
void add_items(const TokenPlan& plan, const ClientScope& scope, std::vector<ConsentItem>& items) {
  ConsentItem item{scope.id, std::string(attribute(scope.attributes, "consent.screen.text", scope.name)), {}};
  std::vector<std::string> parameters{""};
  if (scope.name == kOrganizationScope && plan.organizations == OrganizationScope::kAll)
    parameters = {std::string(kAll)};
  if (scope.name == kOrganizationScope && plan.organizations == OrganizationScope::kNamed)
    parameters = plan.organization_aliases;
  for (auto& parameter : parameters) {
    items.push_back({with_parameter(scope.id, parameter), item.text, std::move(parameter)});
  }
}

/// All organizations are more than one, or the only one.
bool is_allowed(const Consent& allowed, const ConsentItem& item) {
  const auto has = [&](const ScopeId& scope) {
    return std::ranges::find(allowed.scopes, scope) != allowed.scopes.end();
  };
  if (has(item.scope)) return true;
  const auto& id = item.scope.str();
  const auto plain = item.parameter.empty() ? id.size() : id.size() - item.parameter.size() - 1;
  return has(with_parameter(ScopeId(id.substr(0, plain)), kAll));
}

}  // namespace

namespace {

/// `find` gives the scope of an id, or null.
template <class Find>
AllowedScope allowed_by(const ScopeId& kept, Find&& find) {
  const std::string_view id = kept.str();
  if (const ClientScope* whole = find(id)) return {whole, {}};
  const auto colon = id.find(':');  // an alias may have one
  if (colon == std::string_view::npos) return {};
  const ClientScope* scope = find(id.substr(0, colon));
  return scope == nullptr ? AllowedScope() : AllowedScope{scope, id.substr(colon + 1)};
}

}  // namespace

AllowedScope allowed_scope(const RealmEntry& realm, const ScopeId& kept) {
  return allowed_by(kept, [&](std::string_view id) -> const ClientScope* {
    const auto found = realm.scopes_by_id.find(std::string(id));
    return found == realm.scopes_by_id.end() ? nullptr : found->second;
  });
}

AllowedScope allowed_scope(const std::vector<ClientScope>& scopes, const ScopeId& kept) {
  return allowed_by(kept, [&](std::string_view id) -> const ClientScope* {
    const auto found = std::ranges::find_if(scopes, [&](const ClientScope& scope) { return scope.id.str() == id; });
    return found == scopes.end() ? nullptr : &*found;
  });
}

std::vector<ConsentItem> consent_items(const ClientEntry& client, std::string_view scope) {
  return client.client.consent_required ? shown_items(client, scope) : std::vector<ConsentItem>();
}

std::vector<ConsentItem> shown_items(const ClientEntry& client, std::string_view scope) {
  std::vector<ConsentItem> items;
  if (client.client.attribute("display.on.consent.screen") == "true") {
    const auto text = client.client.attribute("consent.screen.text");
    const auto& name = client.client.name.empty() ? client.client.client_id : client.client.name;
    items.push_back({ScopeId(client.client.id.str()), text.empty() ? name : std::string(text), {}});
  }
  const auto plan = plan_for_granted(client, scope);
  std::multimap<int, const ClientScope*> by_order;  // equal ones stay in the plan's order
  for (const auto* item : plan->scopes) by_order.emplace(order_of(*item), item);
  for (const auto& [order, item] : by_order) {
    if (is_shown(*item)) add_items(*plan, *item, items);
  }
  return items;
}

std::vector<ConsentItem> items_to_ask(const ClientEntry& client, const AuthorizationRequest& request,
                                      const std::optional<Consent>& allowed) {
  auto items = consent_items(client, request.scope);
  if (request.prompt_consent || !allowed) return items;
  std::erase_if(items, [&](const ConsentItem& item) { return is_allowed(*allowed, item); });
  return items;
}

Stored<bool> lacks_consent(Rows& rows, const Repositories& repositories, const ClientEntry& client, const UserId& user,
                           std::string_view scope) {
  const auto items = consent_items(client, scope);
  if (items.empty()) return false;
  const auto allowed = repositories.consents.find(rows, user, client.client.id);
  if (!allowed) return refuse(allowed.error());
  if (!*allowed) return true;
  return !std::ranges::all_of(items, [&](const ConsentItem& item) { return is_allowed(**allowed, item); });
}

Stored<void> grant_consent(Tx& tx, const Repositories& repositories, const UserId& user, const ClientId& client,
                           const std::vector<ConsentItem>& items, TimePoint now) {
  auto found = repositories.consents.find(tx, user, client);
  if (!found) return refuse(found.error());
  Consent consent{.user = user, .client = client, .scopes = {}, .created_at = now, .updated_at = now};
  if (*found) consent.scopes = (*found)->scopes;
  for (const auto& item : items) consent.scopes.push_back(item.scope);
  std::ranges::sort(consent.scopes, {}, &ScopeId::str);
  const auto [first, last] = std::ranges::unique(consent.scopes);
  consent.scopes.erase(first, last);
  return repositories.consents.put(tx, consent);
}

Stored<bool> revoke_consent(Tx& tx, const Repositories& repositories, const RealmId& realm, const UserId& user,
                            const ClientId& client) {
  const auto removed = repositories.consents.remove(tx, user, client);
  if (!removed) return removed;
  bool any = *removed;
  for (auto* sessions : {&repositories.sessions, &repositories.offline_sessions}) {
    const auto list = sessions->list_of_user(tx, realm, user);
    if (!list) return refuse(list.error());
    for (const auto& session : *list) {
      const auto shares = sessions->client_sessions(tx, session.id);
      if (!shares) return refuse(shares.error());
      if (std::ranges::find(*shares, client, &ClientSession::client) == shares->end()) continue;
      any = true;
      const auto ended = sessions->remove_client_session(tx, session.id, client);
      if (!ended) return refuse(ended.error());
    }
  }
  return any;
}

}  // namespace cardea
