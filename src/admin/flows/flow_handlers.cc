#include "admin/flows/flow_handlers.h"

#include <algorithm>

#include "admin/flows/config_properties.h"
#include "admin/flows/flow_document.h"
#include "admin/flows/flow_use.h"
#include "admin/realms/realm_view.h"
#include "admin/settings/realm_document.h"
#include "base/text.h"
#include "core/changes/check_values.h"
#include "domain/flow/flow_set.h"
#include "domain/representation/members.h"

namespace cardea::admin {
namespace {

Realm& with_ids(Call& call) {
  give_flow_ids(call.realm());
  return call.realm();
}

bool is_built_in(const json::object& flow) { return bool_or(flow, "builtIn", false); }

/// Flows that cannot be read whole never run: a change that would break one is refused.
Or<void> save_flows(Call& call) {
  std::vector<FlowProblem> problems;
  (void)FlowSet::read(call.realm(), problems);
  CARDEA_TRY(stored, call.repositories().realms.find_by_name(call.rows(), call.realm().name));
  std::vector<FlowProblem> known;
  if (stored) (void)FlowSet::read(*stored, known);
  if (problems.size() > known.size()) {
    return refuse(error_message(400, "Flow " + problems.back().flow + ": " + problems.back().what));
  }
  return save_realm(call);
}

json::object flow_row(const json::object& flow) {
  auto row =
      ordered(flow, {"id", "alias", "description", "providerId", "topLevel", "builtIn", "authenticationExecutions"});
  if (auto* executions = row["authenticationExecutions"].if_array()) {
    for (auto& item : *executions) {
      if (auto* execution = item.if_object()) execution->erase("id");
    }
  }
  return row;
}

Or<json::object*> flow_by_id(Call& call) {
  auto* flow = find_in(flows_of(with_ids(call)), "id", call.path("flowId"));
  if (flow == nullptr) return refuse(not_found("Could not find flow with id"));
  return flow;
}

Or<json::object*> flow_by_alias(Call& call) {
  auto* flow = find_flow(with_ids(call), call.path("flowAlias"));
  if (flow == nullptr) return refuse(not_found("Flow not found"));
  return flow;
}

std::int64_t next_priority(json::object& flow) {
  std::int64_t next = 0;
  for (const auto& item : executions_of(flow)) {
    if (const auto* execution = item.if_object()) next = std::max(next, int_or(*execution, "priority", 0) + 1);
  }
  return next;
}

/// Rows of a flow and of those below it, depth first; `index` counts within each.
void add_rows(Realm& realm, json::object& flow, int level, json::array& rows) {
  std::vector<json::object*> steps;
  for (auto& item : executions_of(flow)) {
    if (auto* step = item.if_object()) steps.push_back(step);
  }
  std::ranges::sort(steps, {}, [](const json::object* step) { return std::pair(int_or(*step, "priority", 0), step); });
  int index = 0;
  for (auto* step : steps) {
    json::object row;
    row["id"] = string_or(*step, "id", "");
    row["requirement"] = string_or(*step, "requirement", "DISABLED");
    auto* below = find_flow(realm, string_or(*step, "flowAlias", ""));
    const auto authenticator = string_or(*step, "authenticator", "");
    const auto* provider = find_provider(authenticator);
    if (below != nullptr) {
      row["displayName"] = string_or(*below, "alias", "");
      row["description"] = string_or(*below, "description", "");
      row["requirementChoices"] =
          requirement_choices(string_or(*below, "providerId", "") == "form-flow" ? "RD" : "RADC");
    } else {
      row["displayName"] = provider == nullptr ? authenticator : std::string(provider->name);
      row["requirementChoices"] = requirement_choices(provider == nullptr ? "RAD" : provider->choices);
    }
    row["configurable"] = below == nullptr && provider != nullptr && provider->configurable;
    if (below != nullptr) row["authenticationFlow"] = true;
    if (!authenticator.empty()) row["providerId"] = authenticator;
    const auto config_alias = string_or(*step, "authenticatorConfig", "");
    if (const auto* config = find_in(configs_of(realm), "alias", config_alias); config != nullptr) {
      row["alias"] = config_alias;
      row["authenticationConfig"] = string_or(*config, "id", "");
    }
    if (below != nullptr) row["flowId"] = string_or(*below, "id", "");
    row["level"] = level;
    row["index"] = index++;
    row["priority"] = int_or(*step, "priority", 0);
    rows.push_back(std::move(row));
    if (below != nullptr && level < static_cast<int>(kFlowDepthMax)) add_rows(realm, *below, level + 1, rows);
  }
}

json::object execution_json(std::string id, std::string_view authenticator, std::string_view flow_alias,
                            std::int64_t priority) {
  json::object execution;
  execution["id"] = std::move(id);
  if (!authenticator.empty()) execution["authenticator"] = authenticator;
  execution["authenticatorFlow"] = !flow_alias.empty();
  execution["requirement"] = "DISABLED";
  execution["priority"] = priority;
  execution["autheticatorFlow"] = !flow_alias.empty();
  if (!flow_alias.empty()) execution["flowAlias"] = flow_alias;
  execution["userSetupAllowed"] = false;
  return execution;
}

Or<PlacedExecution> placed_execution(Call& call, bool to_change) {
  const auto found = find_execution(with_ids(call), call.path("executionId"));
  if (found.execution == nullptr) return refuse(not_found("Illegal execution"));
  if (to_change && is_built_in(*found.flow)) {
    return refuse(error(400, "It is illegal to change an execution of a built in flow"));
  }
  return found;
}

/// Removes a flow with the flows below it.
void remove_flow(Realm& realm, const std::string& alias, int depth = 0) {
  auto* flow = find_flow(realm, alias);
  if (flow == nullptr || depth > static_cast<int>(kFlowDepthMax)) return;
  std::vector<std::string> below;
  for (const auto& item : executions_of(*flow)) {
    if (const auto* step = item.if_object()) below.push_back(string_or(*step, "flowAlias", ""));
  }
  for (const auto& each : below) {
    if (!each.empty()) remove_flow(realm, each, depth + 1);
  }
  remove_from(flows_of(realm), "alias", alias);
}

/// A copy with the flows below it, under names that begin with the new one.
void copy_below(Call& call, const std::string& from, const std::string& to, bool top, int depth = 0) {
  auto& realm = call.realm();
  const auto* source = find_flow(realm, from);
  if (source == nullptr || depth > static_cast<int>(kFlowDepthMax)) return;
  json::object copy = *source;
  copy["id"] = call.new_id();
  copy["alias"] = to;
  copy["builtIn"] = false;
  copy["topLevel"] = top;
  std::vector<std::pair<std::string, std::string>> below;
  for (auto& item : executions_of(copy)) {
    auto* step = item.if_object();
    if (step == nullptr) continue;
    (*step)["id"] = call.new_id();
    const auto alias = string_or(*step, "flowAlias", "");
    if (alias.empty()) continue;
    const auto name = to.substr(0, to.find(" - ")) + " - " + alias;
    (*step)["flowAlias"] = name;
    below.emplace_back(alias, name);
  }
  flows_of(realm).push_back(std::move(copy));
  for (const auto& [old_name, new_name] : below) copy_below(call, old_name, new_name, false, depth + 1);
}

Answer move_execution(Call& call, bool up) {
  CARDEA_TRY(found, placed_execution(call, true));
  std::vector<json::object*> steps;
  for (auto& item : executions_of(*found.flow)) {
    if (auto* step = item.if_object()) steps.push_back(step);
  }
  std::ranges::sort(steps, {}, [](const json::object* step) { return std::pair(int_or(*step, "priority", 0), step); });
  const auto at = static_cast<std::size_t>(std::ranges::find(steps, found.execution) - steps.begin());
  if (up && at > 0) std::swap(steps[at], steps[at - 1]);
  if (!up && at + 1 < steps.size()) std::swap(steps[at], steps[at + 1]);
  std::int64_t priority = 10;
  for (auto* step : steps) {
    (*step)["priority"] = priority;
    priority += 10;
  }
  call.note_after(*found.execution);
  CARDEA_DO(save_flows(call));
  return no_content();
}

/// Settings of an authenticator whose names say that they are secret, such as the captcha's, are written and never read
/// (attack class 22).
void mask_secrets(json::object& config) {
  auto* settings = config.if_contains("config");
  if (settings == nullptr || !settings->is_object()) return;
  for (auto& [name, value] : settings->get_object()) {
    const auto lower = ascii_lower(name);
    const auto says = [&](std::string_view word) { return lower.find(word) != std::string::npos; };
    if (says("secret") || says("password") || says("apikey") || says("api.key")) value = kSecretMask;
  }
}

/// A copy for eyes.
json::object masked(json::object config) {
  mask_secrets(config);
  return config;
}

Or<json::object*> load_config(Call& call) {
  auto* config = find_in(configs_of(with_ids(call)), "id", call.path("configId"));
  if (config == nullptr) return refuse(not_found("Could not find authenticator config"));
  return config;
}

Or<json::object> read_config(Call& call, std::string_view id) {
  CARDEA_TRY(body, call.body_object());
  json::object config;
  config["id"] = id;
  config["alias"] = string_or(*body, "alias", "");
  if (check_name(string_or(config, "alias", ""))) return refuse(error(400, "invalid_request", "A config has an alias"));
  auto& values = object_of(config, "config");
  if (const auto* given = body->if_contains("config"); given != nullptr && given->is_object()) {
    for (const auto& [name, value] : given->get_object()) {
      if (!value.is_string()) return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
      values[name] = value;
    }
  }
  return config;
}

}  // namespace

Answer list_flows(Call& call) {
  json::array list;
  for (const auto& item : flows_of(with_ids(call))) {
    const auto* flow = item.if_object();
    if (flow != nullptr && bool_or(*flow, "topLevel", false)) list.push_back(flow_row(*flow));
  }
  return ok(list);
}

Answer create_flow(Call& call) {
  CARDEA_TRY(body, call.body_object());
  auto& realm = with_ids(call);
  const auto alias = string_or(*body, "alias", "");
  if (alias.empty()) return refuse(error_message(409, "Failed to create flow with empty alias name"));
  if (check_name(alias)) return refuse(error_message(400, "Bad alias"));
  if (find_flow(realm, alias) != nullptr) return refuse(error_message(409, "Flow " + alias + " already exists"));
  if (flows_of(realm).size() >= kFlowsMax) return refuse(error_message(400, "Too many flows"));
  json::object flow;
  flow["id"] = call.new_id();
  flow["alias"] = alias;
  flow["description"] = string_or(*body, "description", "");
  flow["providerId"] = string_or(*body, "providerId", "basic-flow");
  flow["topLevel"] = true;
  flow["builtIn"] = false;
  flow["authenticationExecutions"] = json::array();
  const auto id = string_or(flow, "id", "");
  call.note_after(flow);
  flows_of(realm).push_back(std::move(flow));
  CARDEA_DO(save_flows(call));
  return call.created(id);
}

Answer get_flow(Call& call) {
  CARDEA_TRY(flow, flow_by_id(call));
  return ok(flow_row(*flow));
}

Answer update_flow(Call& call) {
  CARDEA_TRY(flow, flow_by_id(call));
  CARDEA_TRY(body, call.body_object());
  const auto before = string_or(*flow, "alias", "");
  const auto alias = string_or(*body, "alias", before);
  if (check_name(alias)) return refuse(error_message(400, "Flow alias name is missing"));
  if (alias != before && find_flow(call.realm(), alias) != nullptr) {
    return refuse(error_message(409, "Flow alias name already exists"));
  }
  call.note_before(flow_row(*flow));
  (*flow)["alias"] = alias;
  if (const auto* description = find_string(*body, "description")) (*flow)["description"] = *description;
  rename_in_bindings(call.realm(), before, alias);
  for (auto& item : flows_of(call.realm())) {
    if (!item.is_object()) continue;
    for (auto& step : executions_of(item.get_object())) {
      auto* execution = step.if_object();
      if (execution != nullptr && string_or(*execution, "flowAlias", "") == before) (*execution)["flowAlias"] = alias;
    }
  }
  call.note_after(flow_row(*flow));
  CARDEA_DO(save_flows(call));
  return no_content();
}

Answer delete_flow(Call& call) {
  CARDEA_TRY(flow, flow_by_id(call));
  const auto alias = string_or(*flow, "alias", "");
  if (is_built_in(*flow)) return refuse(error(400, "Can't delete built in flow"));
  CARDEA_TRY(use, use_of_flow(call, *flow));
  if (use.is_used()) return refuse(error(400, "Cannot remove authentication flow, it is currently in use"));
  call.note_before(*flow);
  remove_flow(call.realm(), alias);
  CARDEA_DO(save_flows(call));
  return no_content();
}

Answer copy_flow(Call& call) {
  CARDEA_TRY(flow, flow_by_alias(call));
  CARDEA_TRY(body, call.body_object());
  const auto name = string_or(*body, "newName", "");
  if (check_name(name)) return refuse(error_message(400, "New flow alias name is missing"));
  if (find_flow(call.realm(), name) != nullptr) {
    return refuse(error_message(409, "New flow alias name already exists"));
  }
  if (flows_of(call.realm()).size() + kFlowDepthMax >= kFlowsMax) return refuse(error_message(400, "Too many flows"));
  const auto from = string_or(*flow, "alias", "");
  copy_below(call, from, name, true);
  CARDEA_DO(save_flows(call));
  const auto* made = find_flow(call.realm(), name);
  call.note_after(*made);
  return call.created(string_or(*made, "id", ""));
}

Answer list_executions(Call& call) {
  CARDEA_TRY(flow, flow_by_alias(call));
  json::array rows;
  add_rows(call.realm(), *flow, 0, rows);
  return ok(rows);
}

/// Requirement and priority of one execution, and the words of a flow below.
Answer update_execution(Call& call) {
  CARDEA_TRY(flow, flow_by_alias(call));
  CARDEA_TRY(body, call.body_object());
  const auto found = find_execution(call.realm(), string_or(*body, "id", ""));
  if (found.execution == nullptr) return refuse(not_found("Illegal execution"));
  auto& execution = *found.execution;
  call.note_before(execution);
  const auto requirement = string_or(*body, "requirement", string_or(execution, "requirement", "DISABLED"));
  if (requirement != "REQUIRED" && requirement != "ALTERNATIVE" && requirement != "CONDITIONAL" &&
      requirement != "DISABLED") {
    return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
  }
  execution["requirement"] = requirement;
  if (body->contains("priority")) execution["priority"] = int_or(*body, "priority", int_or(execution, "priority", 0));
  if (auto* below = find_flow(call.realm(), string_or(execution, "flowAlias", ""));
      below != nullptr && !is_built_in(*below)) {
    if (const auto* description = find_string(*body, "description")) (*below)["description"] = *description;
    const auto name = string_or(*body, "displayName", string_or(*below, "alias", ""));
    if (name != string_or(*below, "alias", "")) {
      if (check_name(name) || find_flow(call.realm(), name) != nullptr) {
        return refuse(error_message(409, "Flow alias name already exists"));
      }
      (*below)["alias"] = name;
      execution["flowAlias"] = name;
    }
  }
  call.note_after(execution);
  CARDEA_DO(save_flows(call));
  return no_content();
}

Answer add_execution(Call& call) {
  CARDEA_TRY(flow, flow_by_alias(call));
  if (is_built_in(*flow)) return refuse(error(400, "It is illegal to add execution to a built in flow"));
  CARDEA_TRY(body, call.body_object());
  const auto provider = string_or(*body, "provider", "");
  if (find_provider(provider) == nullptr) {
    return refuse(error(400, "No authentication provider found for id: " + provider));
  }
  if (executions_of(*flow).size() >= kFlowExecutionsMax) return refuse(error(400, "Too many executions"));
  const auto id = call.new_id();
  auto execution = execution_json(id, provider, {}, next_priority(*flow));
  call.note_after(execution);
  executions_of(*flow).push_back(std::move(execution));
  CARDEA_DO(save_flows(call));
  return call.created_at("/authentication/executions", id);
}

Answer add_sub_flow(Call& call) {
  CARDEA_TRY(flow, flow_by_alias(call));
  if (is_built_in(*flow)) return refuse(error(400, "It is illegal to add sub-flow to a built in flow"));
  CARDEA_TRY(body, call.body_object());
  const auto alias = string_or(*body, "alias", "");
  if (check_name(alias)) return refuse(error_message(400, "New flow alias name is missing"));
  if (find_flow(call.realm(), alias) != nullptr) {
    return refuse(error_message(409, "New flow alias name already exists"));
  }
  const auto type = string_or(*body, "type", "basic-flow");
  if (flows_of(call.realm()).size() >= kFlowsMax) return refuse(error_message(400, "Too many flows"));
  const auto provider = type == "form-flow" ? string_or(*body, "provider", "") : std::string();
  executions_of(*flow).push_back(execution_json(call.new_id(), provider, alias, next_priority(*flow)));
  json::object below;
  below["id"] = call.new_id();
  below["alias"] = alias;
  below["description"] = string_or(*body, "description", "");
  below["providerId"] = type;
  below["topLevel"] = false;
  below["builtIn"] = false;
  below["authenticationExecutions"] = json::array();
  const auto id = string_or(below, "id", "");
  call.note_after(below);
  flows_of(call.realm()).push_back(std::move(below));
  CARDEA_DO(save_flows(call));
  return call.created_at("/authentication/flows", id);
}

Answer get_execution(Call& call) {
  CARDEA_TRY(found, placed_execution(call, false));
  auto row = *found.execution;
  row["parentFlow"] = string_or(*found.flow, "id", "");
  return ok(row);
}

Answer delete_execution(Call& call) {
  CARDEA_TRY(found, placed_execution(call, true));
  call.note_before(*found.execution);
  const auto below = string_or(*found.execution, "flowAlias", "");
  remove_from(executions_of(*found.flow), "id", call.path("executionId"));
  if (!below.empty()) remove_flow(call.realm(), below);
  CARDEA_DO(save_flows(call));
  return no_content();
}

Answer raise_execution(Call& call) { return move_execution(call, true); }
Answer lower_execution(Call& call) { return move_execution(call, false); }

Answer create_execution_config(Call& call) {
  CARDEA_TRY(found, placed_execution(call, false));
  const auto id = call.new_id();
  CARDEA_TRY(config, read_config(call, id));
  const auto alias = string_or(config, "alias", "");
  if (find_in(configs_of(call.realm()), "alias", alias) != nullptr) {
    return refuse(error_message(409, "Authenticator config " + alias + " already exists"));
  }
  (*found.execution)["authenticatorConfig"] = alias;
  call.note_after(masked(config));
  configs_of(call.realm()).push_back(std::move(config));
  CARDEA_DO(save_flows(call));
  return call.created_at("/authentication/config", id);
}

Answer get_config(Call& call) {
  CARDEA_TRY(config, load_config(call));
  auto shown = *config;
  mask_secrets(shown);
  return ok(ordered(shown, {"id", "alias", "config"}));
}

Answer update_config(Call& call) {
  CARDEA_TRY(config, load_config(call));
  const auto before = string_or(*config, "alias", "");
  CARDEA_TRY(after, read_config(call, call.path("configId")));
  const auto alias = string_or(after, "alias", "");
  if (alias != before && find_in(configs_of(call.realm()), "alias", alias) != nullptr) {
    return refuse(error_message(409, "Authenticator config " + alias + " already exists"));
  }
  json::value kept = std::move(after);
  keep_masked(kept, *config);
  call.note_before(masked(*config));
  *config = std::move(kept.get_object());
  call.note_after(masked(*config));
  for (auto& item : flows_of(call.realm())) {
    if (!item.is_object()) continue;
    for (auto& step : executions_of(item.get_object())) {
      auto* execution = step.if_object();
      if (execution != nullptr && string_or(*execution, "authenticatorConfig", "") == before) {
        (*execution)["authenticatorConfig"] = alias;
      }
    }
  }
  CARDEA_DO(save_flows(call));
  return no_content();
}

Answer delete_config(Call& call) {
  CARDEA_TRY(config, load_config(call));
  const auto alias = string_or(*config, "alias", "");
  call.note_before(masked(*config));
  for (auto& item : flows_of(call.realm())) {
    if (!item.is_object()) continue;
    for (auto& step : executions_of(item.get_object())) {
      auto* execution = step.if_object();
      if (execution != nullptr && string_or(*execution, "authenticatorConfig", "") == alias) {
        execution->erase("authenticatorConfig");
      }
    }
  }
  remove_from(configs_of(call.realm()), "id", call.path("configId"));
  CARDEA_DO(save_flows(call));
  return no_content();
}

Answer describe_config(Call& call) {
  const auto* provider = find_provider(call.path("providerId"));
  if (provider == nullptr) return refuse(not_found("Could not find authenticator provider"));
  return ok(json::object{{"name", provider->name},
                         {"providerId", provider->id},
                         {"helpText", provider->name},
                         {"properties", config_properties(provider->id)}});
}

template <int kind>
Answer list_flow_providers(Call&) {
  static constexpr std::string_view kKinds[] = {"authenticator", "form", "form-action", "client"};
  return ok(providers_of_kind(kKinds[kind]));
}
template Answer list_flow_providers<0>(Call&);
template Answer list_flow_providers<1>(Call&);
template Answer list_flow_providers<2>(Call&);
template Answer list_flow_providers<3>(Call&);

Answer describe_client_configs(Call&) {
  json::object out;
  for (const auto& item : providers_of_kind("client")) out[string_or(item.as_object(), "id", "")] = json::array();
  // Attributes of a client that proves itself by another server's tokens (broker/foreign_jwt.h).
  const auto text = [](std::string_view name, std::string_view label, std::string_view help) {
    return json::object{{"name", name},    {"label", label},    {"helpText", help}, {"type", "String"},
                        {"secret", false}, {"required", false}, {"readOnly", false}};
  };
  out["federated-jwt"] = json::array{
      text("jwt.credential.issuer", "Identity provider", "Alias of the provider whose tokens prove the client."),
      text("jwt.credential.sub", "Federated subject", "The subject that the token must have.")};
  return ok(out);
}

}  // namespace cardea::admin
