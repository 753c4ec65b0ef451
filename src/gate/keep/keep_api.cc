#include "gate/keep/keep_api.h"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace cardea::gate {
namespace {

Role role_of(std::string name, std::initializer_list<std::string_view> permissions) {
  Role role{.name = std::move(name), .permissions = {}};
  for (const auto text : permissions) role.permissions.push_back(*parse_permission(text));
  return role;
}

RequestRule rule_of(std::vector<std::string> methods, std::string_view path, std::string_view permission) {
  RequestRule rule{
      .methods = std::move(methods), .path = *PathPattern::parse(path), .permission = {}, .scopes = {}, .people = {}};
  if (!permission.empty()) rule.permission = parse_permission(permission);
  return rule;
}

}  // namespace

std::vector<Role> keep_roles() {
  return {role_of("admin", {"read:*", "write:*", "delete:*", "update:*", "execute:*"}),
          role_of("noc", {"read:*", "execute:workflows"}), role_of("webhook", {"write:alert", "write:incident"}),
          role_of("workflowrunner", {"write:workflows", "execute:workflows"})};
}

namespace {

/// The rows of Keep's API, below `root`: its own process answers at "", its front end at "/backend".
void add_api(const std::string& root, std::vector<RequestRule>& rules) {
  const std::pair<std::string_view, std::string_view> resources[] = {{"alerts", "alert"},
                                                                     {"incidents", "incident"},
                                                                     {"settings", "settings"},
                                                                     {"workflows", "workflows"},
                                                                     {"topology", "topology"},
                                                                     {"providers", "providers"},
                                                                     {"rules", "rules"},
                                                                     {"preset", "preset"},
                                                                     {"extraction", "extraction"},
                                                                     {"maintenance", "maintenance"},
                                                                     {"deduplications", "deduplications"},
                                                                     {"dashboard", "dashboards"},
                                                                     {"actions", "actions"},
                                                                     {"secrets", "secrets"},
                                                                     {"metrics", "metrics"},
                                                                     {"mapping", "rules"},
                                                                     {"pusher", "pusher"},
                                                                     {"ai", "alert"},
                                                                     {"tags", "settings"},
                                                                     {"provider-images", "providers"},
                                                                     {"auth", "settings"}};
  RequestRule health = rule_of({"GET"}, root + "/healthcheck", "");
  health.is_open = true;
  rules.push_back(std::move(health));
  // Questions that are asked by POST, and a run that is asked for by GET.
  const std::pair<std::string_view, std::string_view> questions[] = {{"/alerts/query", "read:alert"},
                                                                     {"/alerts/audit", "read:alert"},
                                                                     {"/alerts/facets/options", "read:alert"},
                                                                     {"/incidents/facets/options", "read:alert"},
                                                                     {"/workflows/query", "read:workflows"},
                                                                     {"/workflows/facets/options", "read:workflows"},
                                                                     {"/pusher/auth", ""},
                                                                     {"/cel/validate", ""},
                                                                     {"/workflows/*/run", "execute:workflows"}};
  for (const auto& [path, permission] : questions)
    rules.push_back(rule_of({"POST"}, root + std::string(path), permission));
  rules.push_back(rule_of({"GET", "HEAD"}, root + "/workflows/*/run", "write:workflows"));
  for (const auto* path : {"/whoami", "/status"}) rules.push_back(rule_of({"GET", "HEAD"}, root + path, ""));
  for (const auto& [path, resource] : resources) {
    const auto pattern = root + "/" + std::string(path) + "/**";
    const auto name = std::string(resource);
    rules.push_back(rule_of({"GET", "HEAD"}, pattern, "read:" + name));
    rules.push_back(rule_of({"POST"}, pattern, "write:" + name));
    rules.push_back(rule_of({"PUT", "PATCH"}, pattern, "update:" + name));
    rules.push_back(rule_of({"DELETE"}, pattern, "delete:" + name));
  }
}

}  // namespace

std::vector<RequestRule> keep_requests() {
  std::vector<RequestRule> rules;
  add_api("", rules);
  add_api("/backend", rules);
  // What the front end's pages ask of itself: their session, the actions of the sign-in page, what went wrong in the
  // browser (Sentry's tunnel), and the assistant, which reads incidents to whoever may read them.
  for (const auto* path : {"/api/auth/**", "/signin/**"}) rules.push_back(rule_of({"GET", "HEAD", "POST"}, path, ""));
  rules.push_back(rule_of({"POST"}, "/monitoring", ""));
  for (const auto* path : {"/api/config", "/api/healthcheck"}) rules.push_back(rule_of({"GET", "HEAD"}, path, ""));
  rules.push_back(rule_of({"GET", "HEAD", "POST"}, "/api/copilotkit/**", "read:incident"));
  // What stands nowhere above is nobody's, for no role has this verb; pages are everybody's who is known.
  for (const auto* path : {"/api/**", "/backend/**"}) rules.push_back(rule_of({}, path, "never:listed"));
  rules.push_back(rule_of({"GET", "HEAD"}, "/**", ""));
  return rules;
}

}  // namespace cardea::gate
