#include "core/token/token_plan.h"

#include <algorithm>

#include "base/assert.h"
#include "base/text.h"
#include "core/settings.h"

namespace cardea {
namespace {

const ClientScope* scope_by_id(const RealmEntry& realm, const ScopeId& id) {
  const auto found = realm.scopes_by_id.find(id.str());
  return found == realm.scopes_by_id.end() || found->second->protocol != "openid-connect" ? nullptr : found->second;
}

const ClientScope* named(const ClientEntry& client, const std::vector<ScopeId>& ids, std::string_view name) {
  for (const auto& id : ids) {
    const auto* scope = scope_by_id(*client.realm, id);
    if (scope != nullptr && scope->name == name) return scope;
  }
  return nullptr;
}

/// "organization:*" and "organization:alias" are the scope "organization" with a parameter, unless a scope is called
/// so.
std::string_view name_of(const ClientEntry& client, std::string_view word) {
  const bool has_parameter = word.size() > kOrganizationScope.size() + 1 && word.starts_with(kOrganizationScope) &&
                             word[kOrganizationScope.size()] == ':';
  return has_parameter && !client.realm->scopes_by_name.contains(std::string(word)) ? kOrganizationScope : word;
}

std::string_view parameter_of(std::string_view word) {
  return word.size() <= kOrganizationScope.size() ? std::string_view() : word.substr(kOrganizationScope.size() + 1);
}

OrganizationScope way_of(std::string_view word) {
  const auto parameter = parameter_of(word);
  if (parameter.empty()) return OrganizationScope::kOnly;
  return parameter == "*" ? OrganizationScope::kAll : OrganizationScope::kNamed;
}

bool is_other_way(std::string_view before, std::string_view word) {
  return !before.empty() && way_of(before) != way_of(word);
}

/// One request asks in one way: names may be several.
Result<void, ScopeError> add_organizations(TokenPlan& plan, std::string_view word) {
  const auto parameter = parameter_of(word);
  const auto wanted = way_of(word);
  if (plan.organizations != OrganizationScope::kNone && plan.organizations != wanted) {
    return refuse(ScopeError::kInvalid);
  }
  plan.organizations = wanted;
  auto& aliases = plan.organization_aliases;
  if (wanted == OrganizationScope::kNamed && std::ranges::find(aliases, parameter) == aliases.end()) {
    aliases.emplace_back(parameter);
  }
  return {};
}

/// Default scopes always apply, optional ones when asked for (keycloak.md section 1.9, scope rule).
Result<void, ScopeError> select_scopes(const ClientEntry& client, std::string_view requested, TokenPlan& plan) {
  const auto add = [&](const ClientScope* scope) {
    if (scope != nullptr && std::find(plan.scopes.begin(), plan.scopes.end(), scope) == plan.scopes.end())
      plan.scopes.push_back(scope);
  };
  for (const auto& id : client.client.default_scopes) add(scope_by_id(*client.realm, id));
  std::vector<const ClientScope*> asked;
  for (const auto word : split_words(requested)) {
    if (word == "openid") {
      plan.openid = true;
      continue;
    }
    const auto name = name_of(client, word);
    const bool is_default = named(client, client.client.default_scopes, name) != nullptr;
    const auto* optional = is_default ? nullptr : named(client, client.client.optional_scopes, name);
    if (!is_default && optional == nullptr) return refuse(ScopeError::kInvalid);
    if (name == kOrganizationScope) {
      if (auto added = add_organizations(plan, word); !added) return added;
    }
    if (!is_default) asked.push_back(optional);
  }
  // In the client's order, so that one selection is one plan however it was spelled.
  for (const auto& id : client.client.optional_scopes) {
    const auto* scope = scope_by_id(*client.realm, id);
    if (std::find(asked.begin(), asked.end(), scope) != asked.end()) add(scope);
  }
  if (plan.organizations == OrganizationScope::kNone && plan.has_scope(kOrganizationScope)) {
    plan.organizations = OrganizationScope::kOnly;  // a default scope
  }
  return {};
}

void append_word(std::string& words, std::string_view word) {
  if (!words.empty()) words.push_back(' ');
  words.append(word);
}

void append_organizations(std::string& words, const TokenPlan& plan) {
  if (plan.organizations == OrganizationScope::kAll) append_word(words, "organization:*");
  for (const auto& alias : plan.organization_aliases) append_word(words, "organization:" + alias);
}

void add_mappers(TokenPlan& plan, const std::vector<ProtocolMapper>& mappers) {
  for (const auto& mapper : mappers) {
    if (auto op = compile_mapper(mapper)) plan.operations.push_back(std::move(*op));
  }
}

/// What tells two plans of one client apart.
std::string selection_of(const TokenPlan& plan) {
  std::string key = plan.openid ? "openid" : "";
  for (const auto* scope : plan.scopes) key.append(" ").append(scope->id.str());
  if (plan.organizations == OrganizationScope::kAll) key.append(" *");
  for (const auto& alias : plan.organization_aliases) key.append(" :").append(alias);
  return key;
}

/// In order of priority, and in the order they came within one: later ones overwrite.
void sort_by_priority(std::vector<MapperOp>& operations) {
  std::vector<MapperOp> sorted;
  std::vector<int> priorities;
  for (const auto& op : operations) priorities.push_back(op.priority);
  std::sort(priorities.begin(), priorities.end());
  priorities.erase(std::unique(priorities.begin(), priorities.end()), priorities.end());
  for (const int priority : priorities) {
    for (auto& op : operations) {
      if (op.priority == priority) sorted.push_back(std::move(op));
    }
  }
  operations = std::move(sorted);
}

/// Fills in what follows from the selected scopes.
void compile(const ClientEntry& client, TokenPlan& plan) {
  if (plan.openid) {
    append_word(plan.token_scope, "openid");
    append_word(plan.full_scope, "openid");
  }
  plan.role_mappings = client.client.role_mappings;
  for (const auto* scope : plan.scopes) {
    const bool has_parameter = scope->name == kOrganizationScope && plan.organizations != OrganizationScope::kOnly;
    if (has_parameter) {
      append_organizations(plan.full_scope, plan);
    } else {
      append_word(plan.full_scope, scope->name);
      if (scope->in_token_scope()) append_word(plan.token_scope, scope->name);
    }
    plan.role_mappings.insert(plan.role_mappings.end(), scope->role_mappings.begin(), scope->role_mappings.end());
    add_mappers(plan, scope->mappers);
  }
  add_mappers(plan, client.client.mappers);
  sort_by_priority(plan.operations);
  plan.writes_response =
      std::ranges::any_of(plan.operations, [](const MapperOp& op) { return (op.destinations & kTokenResponse) != 0; });
  plan.lightweight = client.client.attribute_is_true("client.use.lightweight.access.token.enabled");
}

Result<std::shared_ptr<const TokenPlan>, ScopeError> plan_of(const ClientEntry& client, std::string_view scope) {
  if (auto known = client.plans->find(scope)) return known;
  auto plan = std::make_shared<TokenPlan>();
  if (auto selected = select_scopes(client, scope, *plan); !selected) return refuse(selected.error());
  const auto selection = selection_of(*plan);
  if (auto known = client.plans->find_selection(selection))
    return client.plans->put(scope, selection, std::move(known));
  compile(client, *plan);
  return client.plans->put(scope, selection, std::move(plan));
}

bool has_scope_named(const ClientEntry& client, std::string_view name) {
  return name == "openid" || named(client, client.client.default_scopes, name) != nullptr ||
         named(client, client.client.optional_scopes, name) != nullptr;
}

}  // namespace

bool TokenPlan::has_scope(std::string_view name) const {
  if (name == "openid") return openid;
  return std::any_of(scopes.begin(), scopes.end(), [&](const ClientScope* scope) { return scope->name == name; });
}

PlanCache::Plan PlanCache::find(std::string_view requested) const {
  const std::lock_guard lock(mutex_);
  const auto* found = by_text_.find(requested);
  return found == nullptr ? nullptr : *found;
}

PlanCache::Plan PlanCache::find_selection(std::string_view selection) const {
  const std::lock_guard lock(mutex_);
  const auto* found = by_selection_.find(selection);
  return found == nullptr ? nullptr : *found;
}

PlanCache::Plan PlanCache::put(std::string_view requested, std::string_view selection, Plan plan) {
  const std::lock_guard lock(mutex_);
  if (const auto* faster = by_selection_.find(selection)) {
    plan = *faster;
  } else {
    by_selection_.put(selection, plan);
  }
  by_text_.put(requested, plan);
  return plan;
}

Result<std::shared_ptr<const TokenPlan>, ScopeError> plan_for(const ClientEntry& client, std::string_view requested) {
  if (requested.size() > kScopeBytesMax) return refuse(ScopeError::kInvalid);
  return plan_of(client, requested);
}

std::shared_ptr<const TokenPlan> plan_for_granted(const ClientEntry& client, std::string_view granted) {
  if (auto plan = plan_of(client, granted)) return std::move(*plan);
  std::string left;
  std::string_view asked;  // of the organizations: two ways of asking are none
  for (const auto word : split_words(granted)) {
    const auto name = name_of(client, word);
    if (!has_scope_named(client, name) || (name == kOrganizationScope && is_other_way(asked, word))) continue;
    if (name == kOrganizationScope) asked = word;
    append_word(left, word);
  }
  auto plan = plan_of(client, left);
  CARDEA_ASSERT(plan);
  return std::move(*plan);
}

}  // namespace cardea
