// Authentication flows, their steps, and what these are set to (keycloak.md section 6.11).
#include <algorithm>

#include "base/limits.h"
#include "base/uri.h"
#include "tool/apply/parts.h"

namespace cardea::tool {
namespace {

/// What the file says of flows, and where they are on the server.
struct Flows {
  Run& run;
  std::string at;  // "~/authentication"
  const json::array& flows;
  const json::array& configs;

  [[nodiscard]] std::string path(std::string_view alias) const { return at + "/flows/" + percent_encode(alias); }
};

/// A step is known by what it runs: an authenticator, or the flow below it.
std::string wanted_step(const json::object& step) {
  const auto flow = string_or(step, "flowAlias", "");
  return flow.empty() ? string_or(step, "authenticator", "") : "flow " + flow;
}

std::string present_step(const json::object& row) {
  if (bool_or(row, "authenticationFlow", false)) return "flow " + string_or(row, "displayName", "");
  return string_or(row, "providerId", "");
}

/// The steps of a flow itself, without those of the flows below it.
json::array steps_of(const Flows& flows, std::string_view alias) {
  json::array own;
  for (auto& row : flows.run.list(flows.path(alias) + "/executions")) {
    if (row.is_object() && int_or(row.as_object(), "level", 0) == 0) own.push_back(std::move(row));
  }
  return own;
}

std::vector<const json::object*> wanted_steps(const json::object& flow) {
  std::vector<const json::object*> steps;
  for (const auto& item : array_of(flow, "authenticationExecutions")) {
    if (item.is_object()) steps.push_back(&item.as_object());
  }
  std::ranges::sort(steps, {}, [](const json::object* step) { return std::pair(int_or(*step, "priority", 0), step); });
  return steps;
}

/// For each wanted step the one that is there; null: none. Two of a kind are told apart by their order.
std::vector<const json::object*> matches(const std::vector<const json::object*>& wanted, const json::array& present) {
  std::vector<const json::object*> found, taken;
  for (const auto* step : wanted) {
    const auto key = wanted_step(*step);
    const auto match = std::ranges::find_if(present, [&](const json::value& row) {
      return present_step(row.as_object()) == key && std::ranges::find(taken, &row.as_object()) == taken.end();
    });
    found.push_back(match == present.end() ? nullptr : &match->as_object());
    if (found.back() != nullptr) taken.push_back(found.back());
  }
  return found;
}

void add_step(const Flows& flows, const std::string& alias, const json::object& step) {
  const auto below = string_or(step, "flowAlias", "");
  const auto what = "step of flow " + alias + ":";
  const auto at = flows.path(alias) + "/executions/";
  if (below.empty()) {
    const auto provider = string_or(step, "authenticator", "");
    flows.run.create(what, wanted_step(step), at + "execution", {{"provider", provider}});
    return;
  }
  const auto* flow = find_by(flows.flows, "alias", below);
  if (flow == nullptr) return flows.run.fail("flow " + alias + ": the file has no flow " + below);
  flows.run.create(what, wanted_step(step), at + "flow",
                   {{"alias", below},
                    {"type", string_or(*flow, "providerId", "basic-flow")},
                    {"provider", string_or(step, "authenticator", "")},
                    {"description", string_or(*flow, "description", "")}});
}

void apply_config(const Flows& flows, const std::string& what, const json::object& step, const json::object& row) {
  const auto alias = string_or(step, "authenticatorConfig", "");
  const auto id = string_or(row, "authenticationConfig", "");
  if (alias.empty()) {
    if (!id.empty()) flows.run.prune("config of", what, flows.at + "/config/" + id);
    return;
  }
  const auto* wanted = find_by(flows.configs, "alias", alias);
  if (wanted == nullptr) return flows.run.fail(what + ": authenticatorConfig has no " + alias);
  const json::object body{{"alias", alias}, {"config", object_of(*wanted, "config")}};
  if (id.empty()) {
    flows.run.create("config of", what, flows.at + "/executions/" + string_or(row, "id", "") + "/config", body);
  } else if (const auto have = flows.run.find(flows.at + "/config/" + id)) {
    flows.run.update("config of", what, flows.at + "/config/" + id, have->as_object(), body);
  }
}

void apply_step(const Flows& flows, const std::string& alias, const json::object& step, const json::object& row,
                std::int64_t priority) {
  const auto what = "step of flow " + alias + ": " + wanted_step(step);
  json::object have{{"id", string_or(row, "id", "")}, {"requirement", string_or(row, "requirement", "DISABLED")}};
  have["priority"] = int_or(row, "priority", priority);
  const json::object want{{"requirement", string_or(step, "requirement", "DISABLED")},
                          {"priority", int_or(step, "priority", priority)}};
  flows.run.update("step of flow " + alias + ":", wanted_step(step), flows.path(alias) + "/executions", have, want);
  apply_config(flows, what, step, row);
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by kFlowDepthMax
void apply_steps(const Flows& flows, const std::string& alias, const json::object& flow, bool is_built_in,
                 std::size_t depth) {
  if (depth > kFlowDepthMax) return flows.run.fail("flow " + alias + ": flows stand below each other too deep");
  const auto wanted = wanted_steps(flow);
  auto present = steps_of(flows, alias);
  auto found = matches(wanted, present);
  bool has_new = false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (found[i] != nullptr) continue;
    if (is_built_in) {
      return flows.run.fail("flow " + alias + " is built in and cannot be given the step " + wanted_step(*wanted[i]) +
                            ": give a flow of another name the step, and bind that");
    }
    add_step(flows, alias, *wanted[i]);
    has_new = true;
  }
  if (flows.run.failed()) return;
  if (has_new && !flows.run.options().dry_run) {
    present = steps_of(flows, alias);
    found = matches(wanted, present);
  }
  static const json::object kNone;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto priority = static_cast<std::int64_t>(i + 1) * 10;
    apply_step(flows, alias, *wanted[i], found[i] == nullptr ? kNone : *found[i], priority);
    const auto below = string_or(*wanted[i], "flowAlias", "");
    const auto* inner = below.empty() ? nullptr : find_by(flows.flows, "alias", below);
    if (inner != nullptr) apply_steps(flows, below, *inner, is_built_in, depth + 1);
  }
  for (const auto& row : present) {
    if (is_built_in || std::ranges::find(found, &row.as_object()) != found.end()) continue;
    flows.run.prune("step of flow " + alias + ":", present_step(row.as_object()),
                    flows.at + "/executions/" + string_or(row.as_object(), "id", ""));
  }
}

/// A config is made with the step that it belongs to.
void note_unused_configs(const Flows& flows) {
  for (const auto& config : flows.configs) {
    const auto alias = string_or(config.as_object(), "alias", "");
    const bool is_used = std::ranges::any_of(flows.flows, [&alias](const json::value& flow) {
      return find_by(array_of(flow.as_object(), "authenticationExecutions"), "authenticatorConfig", alias) != nullptr;
    });
    if (!is_used) flows.run.note("authenticatorConfig " + alias + " is not applied: no step of a flow names it");
  }
}

}  // namespace

void apply_flows(Run& run, const std::string& realm, const json::object& document) {
  if (!document.contains("authenticationFlows")) return;
  const Flows flows{run, realm + "/authentication", array_of(document, "authenticationFlows"),
                    array_of(document, "authenticatorConfig")};
  const auto present = run.list(flows.at + "/flows");
  for (const auto& item : flows.flows) {
    const auto& want = item.as_object();
    if (!bool_or(want, "topLevel", true)) continue;  // comes with the flow that it stands below
    const auto alias = string_or(want, "alias", "");
    if (alias.empty()) return run.fail("authenticationFlows: an alias is missing");
    const json::object own{{"alias", alias}, {"description", string_or(want, "description", "")}};
    const auto* have = find_by(present, "alias", alias);
    if (have == nullptr) {
      if (bool_or(want, "builtIn", false)) continue;  // of another server, which offers what this one does not
      auto body = own;
      body["providerId"] = string_or(want, "providerId", "basic-flow");
      body["topLevel"] = true;
      body["builtIn"] = false;
      run.create("flow", alias, flows.at + "/flows", body);
    } else if (!bool_or(*have, "builtIn", false)) {
      run.update("flow", alias, flows.at + "/flows/" + string_or(*have, "id", ""), *have, own,
                 {"authenticationExecutions"});
    }
    apply_steps(flows, alias, want, have != nullptr && bool_or(*have, "builtIn", false), 1);
  }
  for (const auto& item : present) {
    const auto& have = item.as_object();
    const auto alias = string_or(have, "alias", "");
    if (bool_or(have, "builtIn", false) || find_by(flows.flows, "alias", alias) != nullptr) continue;
    run.prune("flow", alias, flows.at + "/flows/" + string_or(have, "id", ""));
  }
  note_unused_configs(flows);
}

}  // namespace cardea::tool
