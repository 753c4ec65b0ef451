#include "domain/flow/flow_set.h"

#include <algorithm>
#include <optional>

#include "base/encoding.h"
#include "base/limits.h"
#include "crypto/hash.h"
#include "domain/flow/executor.h"

namespace cardea {
namespace {

using Config = std::map<std::string, std::string>;

std::optional<Requirement> parse_requirement(std::string_view name) {
  if (name == "REQUIRED") return Requirement::kRequired;
  if (name == "ALTERNATIVE") return Requirement::kAlternative;
  if (name == "CONDITIONAL") return Requirement::kConditional;
  if (name == "DISABLED") return Requirement::kDisabled;
  return std::nullopt;
}

const json::array* array_of(const json::object& object, std::string_view name) {
  const auto* found = object.if_contains(name);
  return found == nullptr ? nullptr : found->if_array();
}

// An id in the shape of Keycloak's, made from where the execution stands.
std::string place_id(std::string_view place) {
  auto hex = hex_encode(as_text(crypto::sha256(place))).substr(0, 32);
  for (const std::size_t at : {8, 13, 18, 23}) hex.insert(at, "-");
  return hex;
}

// Makes one tree from the flat list of a realm.
class TreeReader {
 public:
  TreeReader(const std::map<std::string, const json::object*, std::less<>>& flows,
             const std::map<std::string, Config, std::less<>>& configs)
      : flows_(flows), configs_(configs) {}

  std::optional<Flow> read(std::string_view alias) { return flow(alias, "", 0); }
  [[nodiscard]] const std::string& why() const { return why_; }

 private:
  std::nullopt_t fail(std::string why) {
    if (why_.empty()) why_ = std::move(why);
    return std::nullopt;
  }

  std::optional<Flow> flow(std::string_view alias, const std::string& place, std::size_t depth) {
    if (depth > kFlowDepthMax) return fail("too deep, or a cycle");
    const auto found = flows_.find(alias);
    if (found == flows_.end()) return fail("no flow by the alias " + std::string(alias));
    const auto& object = *found->second;
    Flow out;
    out.id = string_or(object, "id", "");
    out.alias = alias;
    out.provider = string_or(object, "providerId", "basic-flow");
    const auto* executions = array_of(object, "authenticationExecutions");
    if (executions == nullptr) return out;
    const auto here = place + "/" + std::string(alias);
    for (const auto& item : *executions) {
      if (!item.is_object()) return fail("an execution is not an object");
      if (++executions_read_ > kFlowExecutionsMax) return fail("too many executions");
      auto made = execution(item.get_object(), here + "#" + std::to_string(out.executions.size()), depth);
      if (!made) return std::nullopt;
      // Behind those of the same priority: the document's order decides between them.
      const auto at = std::ranges::upper_bound(out.executions, made->priority, {}, &Execution::priority);
      out.executions.insert(at, std::move(*made));
    }
    return out;
  }

  std::optional<Execution> execution(const json::object& object, const std::string& place, std::size_t depth) {
    const auto requirement = parse_requirement(string_or(object, "requirement", ""));
    if (!requirement) return fail("an execution has no known requirement");
    Execution out;
    out.requirement = *requirement;
    out.priority = static_cast<int>(std::clamp<std::int64_t>(int_or(object, "priority", 0), 0, 1'000'000));
    const auto alias = string_or(object, "flowAlias", "");
    const auto authenticator = string_or(object, "authenticator", "");
    out.id = place_id(place + "/" + (alias.empty() ? authenticator : alias));
    if (!alias.empty()) {
      // What is disabled never runs, so what is in it need not be readable.
      if (*requirement == Requirement::kDisabled) {
        out.what = Flow{.id = {}, .alias = alias, .provider = {}, .executions = {}};
        return out;
      }
      auto inner = flow(alias, place, depth + 1);
      if (!inner) return std::nullopt;
      out.what = std::move(*inner);
      return out;
    }
    if (authenticator.empty()) return fail("an execution names neither authenticator nor flow");
    FlowStep step{.authenticator = authenticator, .config = {}};
    if (const auto config = string_or(object, "authenticatorConfig", ""); !config.empty()) {
      const auto found = configs_.find(config);
      if (found == configs_.end()) return fail("no authenticator config by the alias " + config);
      step.config = found->second;
    }
    out.what = std::move(step);
    return out;
  }

  const std::map<std::string, const json::object*, std::less<>>& flows_;
  const std::map<std::string, Config, std::less<>>& configs_;
  std::size_t executions_read_ = 0;
  std::string why_;
};

std::map<std::string, Config, std::less<>> read_configs(const json::object& extra) {
  std::map<std::string, Config, std::less<>> out;
  const auto* configs = array_of(extra, "authenticatorConfig");
  if (configs == nullptr) return out;
  for (const auto& item : *configs) {
    if (!item.is_object()) continue;
    Config config;
    if (const auto* values = item.get_object().if_contains("config"); values != nullptr && values->is_object()) {
      for (const auto& [name, value] : values->get_object()) {
        if (value.is_string()) config.emplace(name, value.get_string());
      }
    }
    out.emplace(string_or(item.get_object(), "alias", ""), std::move(config));
  }
  return out;
}

constexpr std::string_view kUsualReset = "reset credentials";

Execution step_of(std::string authenticator, int priority) {
  return {.id = place_id("/" + std::string(kUsualReset) + "#" + authenticator),
          .requirement = Requirement::kRequired,
          .priority = priority,
          .what = FlowStep{.authenticator = std::move(authenticator), .config = {}}};
}

/// keycloak.md section 3.7.
Flow usual_reset_flow() {
  Flow otp{.id = {}, .alias = "Reset - Conditional OTP", .provider = "basic-flow", .executions = {}};
  otp.executions = {step_of("conditional-user-configured", 10), step_of("reset-otp", 20)};
  Flow flow{.id = {}, .alias = std::string(kUsualReset), .provider = "basic-flow", .executions = {}};
  flow.executions = {step_of("reset-credentials-choose-user", 10), step_of("reset-credential-email", 20),
                     step_of("reset-password", 30)};
  flow.executions.push_back({.id = place_id("/" + std::string(kUsualReset) + "#" + otp.alias),
                             .requirement = Requirement::kConditional,
                             .priority = 40,
                             .what = std::move(otp)});
  return flow;
}

}  // namespace

FlowSet FlowSet::read(const Realm& realm, std::vector<FlowProblem>& problems) {
  FlowSet out;
  out.browser_ = string_or(realm.extra, "browserFlow", "browser");
  out.direct_grant_ = string_or(realm.extra, "directGrantFlow", "direct grant");
  out.registration_ = string_or(realm.extra, "registrationFlow", "registration");
  out.reset_ = string_or(realm.extra, "resetCredentialsFlow", kUsualReset);
  if (out.reset_ == kUsualReset)
    out.flows_.emplace(kUsualReset, usual_reset_flow());  // the realm's own stands before it
  const auto* listed = array_of(realm.extra, "authenticationFlows");
  if (listed == nullptr) return out;
  const auto configs = read_configs(realm.extra);
  std::map<std::string, const json::object*, std::less<>> flows;
  for (const auto& item : *listed) {
    if (flows.size() >= kFlowsMax) {
      problems.push_back({"", "more flows than " + std::to_string(kFlowsMax)});
      break;
    }
    const auto* object = item.if_object();
    const auto alias = object == nullptr ? std::string() : string_or(*object, "alias", "");
    if (alias.empty() || !flows.emplace(alias, object).second) {
      problems.push_back({alias, "a flow without an alias, or with one that is taken"});
    }
  }
  if (flows.contains(kUsualReset)) out.flows_.erase(std::string(kUsualReset));
  for (const auto& [alias, object] : flows) {
    if (!bool_or(*object, "topLevel", false)) continue;
    TreeReader reader(flows, configs);
    auto flow = reader.read(alias);
    if (!flow) {
      problems.push_back({alias, reader.why()});
      continue;
    }
    if (!flow->id.empty()) out.aliases_.emplace(flow->id, alias);
    out.flows_.emplace(alias, std::move(*flow));
  }
  return out;
}

const Flow* FlowSet::find(std::string_view alias_or_id) const {
  if (const auto by_id = aliases_.find(alias_or_id); by_id != aliases_.end()) return find(by_id->second);
  const auto found = flows_.find(alias_or_id);
  return found == flows_.end() ? nullptr : &found->second;
}

const Flow* FlowSet::bound(const Client& client, std::string_view binding, std::string_view fallback) const {
  const auto* overrides = client.extra.if_contains("authenticationFlowBindingOverrides");
  if (overrides == nullptr || overrides->is_null()) return find(fallback);
  if (!overrides->is_object()) return nullptr;
  const auto* named = overrides->get_object().if_contains(binding);
  if (named == nullptr || named->is_null()) return find(fallback);
  if (!named->is_string()) return nullptr;
  return named->get_string().empty() ? find(fallback) : find(named->get_string());
}

bool FlowSet::uses(std::string_view authenticator) const {
  return std::ranges::any_of(flows_,
                             [&](const auto& entry) { return uses_authenticator(entry.second, authenticator); });
}

const Flow* FlowSet::browser_flow(const Client& client) const { return bound(client, "browser", browser_); }
const Flow* FlowSet::direct_grant_flow(const Client& client) const {
  return bound(client, "direct_grant", direct_grant_);
}

}  // namespace cardea
