#include "gate/kestra/read_kestra.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "gate/settings/read_provider.h"
#include "web/fetch.h"

namespace cardea::gate {
namespace {

constexpr std::string_view kResources[] = {
    "flow",         "execution",       "template",   "namespace",        "kvstore",     "dashboard",
    "secret",       "credential",      "blueprint",  "setting",          "ai_copilot",  "app",
    "appexecution", "tenant_access",   "group",      "group_membership", "role",        "binding",
    "user",         "service_account", "invitation", "auditlog",         "impersonate", "testsuite"};
constexpr std::string_view kActions[] = {"create", "read", "update", "delete"};

/// "default-role" in either spelling.
std::string camel(std::string_view kebab) {
  std::string result;
  bool up = false;
  for (const char c : kebab) {
    if (c == '-') {
      up = true;
      continue;
    }
    result += up && c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    up = false;
  }
  return result;
}

const json::value* member(const json::object& object, std::string_view name) {
  if (const auto* found = object.if_contains(name)) return found;
  return object.if_contains(camel(name));
}

/// Walks down; null: there is no object there.
const json::object* below(const json::object* object, std::initializer_list<std::string_view> names) {
  for (const auto name : names) {
    const auto* value = object == nullptr ? nullptr : member(*object, name);
    object = value == nullptr ? nullptr : value->if_object();
  }
  return object;
}

class Reader {
 public:
  Reader(const json::object& file, const std::map<std::string, std::string>& environment, Application& application,
         std::vector<ConfigNote>& notes)
      : file_(file), environment_(environment), application_(application), notes_(notes) {}

  void read() {
    const auto* oauth = below(&file_, {"micronaut", "security", "oauth2"});
    const auto* clients = below(oauth, {"clients"});
    if (clients == nullptr || clients->size() != 1)
      return fatal("micronaut.security.oauth2.clients", "must name one client");
    read_client(std::string(clients->begin()->key()), clients->begin()->value().if_object());
    if (application_.sign_in) read_paths(*oauth);
    read_logout(*oauth);
    read_groups();
    read_default_role();
    warn_of_what_does_nothing(*oauth);
  }

 private:
  std::string text_of(const json::object& object, std::string_view name) {
    const auto* value = member(object, name);
    const auto* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string() : filled(std::string(*text), name);
  }

  /// `${NAME}` and `${NAME:default}` out of the environment, as Micronaut does it. The value of a variable is not read
  /// for more of them.
  std::string filled(std::string text, std::string_view where) {
    for (auto at = text.find("${"); at != std::string::npos; at = text.find("${", at)) {
      const auto end = text.find('}', at);
      const auto inner = end == std::string::npos ? std::string() : text.substr(at + 2, end - at - 2);
      const auto colon = inner.find(':');
      const auto name = inner.substr(0, colon);
      const auto found = environment_.find(name);
      if (found == environment_.end() && (name.empty() || colon == std::string::npos)) {
        fatal(std::string(where), end == std::string::npos
                                      ? "has ${ without }"
                                      : "names ${" + name + "}, which the environment does not have");
        return {};
      }
      const auto value = found == environment_.end() ? inner.substr(colon + 1) : found->second;
      text.replace(at, end + 1 - at, value);
      at += value.size();
    }
    return text;
  }

  void warn_of_what_does_nothing(const json::object& oauth) {
    const auto warn_if = [this](const json::object* parent, std::string_view name, std::string where,
                                std::string_view why) {
      if (parent != nullptr && member(*parent, name) != nullptr)
        warn(std::move(where) + "." + std::string(name), "has no effect: " + std::string(why));
    };
    const auto& [name, client] = *below(&oauth, {"clients"})->begin();
    warn_if(below(&oauth, {"openid"}), "logout-uri", "micronaut.security.oauth2.openid",
            "people sign out at /oauth/logout");
    warn_if(below(client.if_object(), {"openid"}), "end-session",
            "micronaut.security.oauth2.clients." + std::string(name) + ".openid",
            "people are signed out where the provider's discovery document says");
    warn_if(below(&file_, {"micronaut", "security", "redirect"}), "login-failure", "micronaut.security.redirect",
            "a page of the gate says what went wrong");
    warn_if(below(&file_, {"kestra", "security"}), "super-admin", "kestra.security",
            "the gate makes no accounts: give role Admin by role-rules");
  }

  void fatal(std::string where, std::string text) {
    notes_.push_back({NoteLevel::kFatal, std::move(where), std::move(text)});
  }
  void warn(std::string where, std::string text) {
    notes_.push_back({NoteLevel::kWarning, std::move(where), std::move(text)});
  }

  void read_client(const std::string& name, const json::object* client) {
    const auto where = "micronaut.security.oauth2.clients." + name;
    if (client == nullptr) return fatal(where, "must be a mapping");
    SignInSettings sign_in;
    sign_in.client_id = text_of(*client, "client-id");
    sign_in.client_secret = SecretBytes(text_of(*client, "client-secret"));
    const auto* openid = below(client, {"openid"});
    if (openid != nullptr) sign_in.issuer = text_of(*openid, "issuer");
    if (sign_in.client_id.empty()) fatal(where + ".client-id", "is needed");
    if (!web::ConfiguredUrl::parse(sign_in.issuer))
      return fatal(where + ".openid.issuer", "must be the URL of the provider");
    sign_in.discovery_url = discovery_url_of(sign_in.issuer);
    if (openid != nullptr && !text_of(*openid, "configuration-path").empty()) {
      auto base = sign_in.issuer;
      while (base.ends_with('/')) base.pop_back();
      sign_in.discovery_url = base + text_of(*openid, "configuration-path");
    }
    if (const auto* scopes = member(*client, "scopes")) sign_in.scopes = read_scopes(*scopes, where + ".scopes");
    if (sign_in.scopes.empty()) sign_in.scopes = {"openid", "email", "profile"};
    sign_in.name_claims = {"email", "preferred_username", "sub"};
    sign_in.login_path = "/oauth/login/" + name;
    sign_in.callback_path = "/oauth/callback/" + name;
    sign_in.logout_path = "/oauth/logout";
    sign_in.logout_return_path = "/logout";
    sign_in.backchannel_path = "/gate/backchannel-logout";
    sign_in.frontchannel_path = "/gate/frontchannel-logout";
    application_.sign_in = std::move(sign_in);
  }

  /// A list, or one text with spaces or commas between.
  std::vector<std::string> read_scopes(const json::value& given, const std::string& where) {
    std::vector<std::string> scopes;
    const auto add = [&](const json::value& one) {
      if (!one.is_string()) return fatal(where, "must be names of scopes");
      auto text = filled(std::string(one.get_string()), where);
      std::ranges::replace(text, ',', ' ');
      for (const auto word : split_words(text)) scopes.emplace_back(word);
    };
    if (!given.is_array()) {
      add(given);
    } else {
      for (const auto& one : given.get_array()) add(one);
    }
    return scopes;
  }

  void read_paths(const json::object& oauth) {
    auto& sign_in = *application_.sign_in;
    const auto provider = sign_in.login_path.substr(std::string_view("/oauth/login/").size());
    const auto filled = [&](std::string pattern) {
      const auto place = pattern.find("{/provider}");
      if (place != std::string::npos) pattern.replace(place, std::string_view("{/provider}").size(), "/" + provider);
      return pattern;
    };
    if (auto path = text_of(oauth, "login-uri"); !path.empty()) sign_in.login_path = filled(path);
    if (auto path = text_of(oauth, "callback-uri"); !path.empty()) sign_in.callback_path = filled(path);
  }

  void read_logout(const json::object& oauth) {
    const auto* right = below(&file_, {"micronaut", "security", "endpoints", "logout"});
    const auto* wrong = below(&oauth, {"endpoints", "logout"});
    if (wrong != nullptr)
      warn("micronaut.security.oauth2.endpoints",
           "stands below oauth2, where Kestra does not look: it belongs below security. It is read all the same");
    const auto* logout = right != nullptr ? right : wrong;
    const auto* allowed = logout == nullptr ? nullptr : member(*logout, "get-allowed");
    if (application_.sign_in)
      application_.sign_in->is_logout_by_get = allowed != nullptr && allowed->is_bool() && allowed->get_bool();
  }

  void read_groups() {
    const auto* oidc = below(&file_, {"kestra", "security", "oidc"});
    const auto path = oidc == nullptr ? std::string() : text_of(*oidc, "groups-claim-path");
    if (path.empty()) return;
    groups_ = ClaimPath::parse(path);
    if (!groups_) return fatal("kestra.security.oidc.groups-claim-path", "is no path of a claim");
    // Where a rule names a claim itself, it means that one.
    for (auto& rule : application_.access.rules)
      if (rule.names_no_claim) rule.claim = *groups_;
  }

  void read_default_role() {
    const auto* role = below(&file_, {"kestra", "security", "default-role"});
    if (role == nullptr) return;
    Role made{.name = text_of(*role, "name"), .permissions = {}};
    constexpr std::string_view kWhere = "kestra.security.default-role";
    if (made.name.empty()) return fatal(std::string(kWhere) + ".name", "is needed");
    if (const auto tenant = text_of(*role, "tenant-id"); !tenant.empty()) {
      made.within = PathPattern::parse("/api/v1/" + tenant + "/**");
      if (!made.within || tenant.find_first_of("/*") != std::string::npos)
        return fatal(std::string(kWhere) + ".tenant-id", "is no name of a tenant");
    }
    const auto* permissions = below(role, {"permissions"});
    if (permissions != nullptr)
      for (const auto& [resource, actions] : *permissions) add_permissions(resource, actions, made);
    application_.access.default_role = made.name;
    std::erase_if(application_.access.roles, [&](const Role& known) { return known.name == made.name; });
    application_.access.roles.push_back(std::move(made));
  }

  void add_permissions(std::string_view name, const json::value& actions, Role& role) {
    const auto where = "kestra.security.default-role.permissions." + std::string(name);
    const auto resource = kestra_resource(name);
    if (!resource) return fatal(where, "is no resource of Kestra");
    if (ascii_lower(name) != *resource) warn(where, "is an old name, in the plural; it is read as " + *resource);
    const auto* list = actions.if_array();
    if (list == nullptr) return fatal(where, "must be a list of CREATE, READ, UPDATE, DELETE");
    for (const auto& item : *list) {
      const auto* text = item.if_string();
      const auto action = text == nullptr ? std::string() : ascii_lower(*text);
      if (std::ranges::find(kActions, action) == std::end(kActions))
        fatal(where, (text == nullptr ? std::string("an entry") : std::string(*text)) + " is no action of Kestra");
      else
        role.permissions.push_back({.verb = action, .resource = *resource});
    }
  }

  const json::object& file_;
  const std::map<std::string, std::string>& environment_;
  Application& application_;
  std::vector<ConfigNote>& notes_;
  std::optional<ClaimPath> groups_;
};

Role role_of(std::string name, std::initializer_list<std::string_view> permissions) {
  Role role{.name = std::move(name), .permissions = {}};
  for (const auto text : permissions) role.permissions.push_back(*parse_permission(text));
  return role;
}

RequestRule rule_of(std::vector<std::string> methods, std::string_view path, std::string_view permission) {
  return {.methods = std::move(methods),
          .path = *PathPattern::parse(path),
          .permission = parse_permission(permission),
          .scopes = {},
          .people = {}};
}

/// What changes an execution that is there, whatever its method: UPDATE, and not CREATE (guides.md G3.4).
void add_changes_of_executions(const std::string& root, std::vector<RequestRule>& rules) {
  const auto add = [&](std::string method, const std::string& path) {
    rules.push_back(rule_of({std::move(method)}, root + "executions/" + path, "update:execution"));
  };
  for (const std::string verb :
       {"restart", "replay", "resume", "pause", "change-status", "unqueue", "force-run", "labels"}) {
    for (const auto& path : {"*/" + verb, verb + "/by-query", verb + "/by-ids"}) add("POST", path);
  }
  for (const auto* verb : {"replay-with-inputs", "resume-from-breakpoint", "state"})
    add("POST", "*/" + std::string(verb));
  for (const auto* path : {"*/kill", "kill/by-query", "kill/by-ids"}) add("DELETE", path);
}

/// The key in the path is the credential.
RequestRule webhook_rule(const std::string& root) {
  auto rule = rule_of({}, root + "executions/webhook/*/*/*/**", "");
  rule.is_open = true;
  return rule;
}

}  // namespace

std::optional<std::string> kestra_resource(std::string_view name) {
  auto lower = ascii_lower(name);
  if (std::ranges::find(kResources, lower) != std::end(kResources)) return lower;
  if (lower.ends_with('s')) lower.pop_back();
  if (std::ranges::find(kResources, lower) != std::end(kResources)) return lower;
  return std::nullopt;
}

std::vector<Role> kestra_managed_roles() {
  return {
      role_of("Admin", {"create:*", "read:*", "update:*", "delete:*"}),
      role_of("Developer",
              {"read:*", "create:flow", "update:flow", "delete:flow", "create:execution", "update:execution",
               "delete:execution", "create:kvstore", "update:kvstore", "create:dashboard", "update:dashboard"}),
      role_of("Editor", {"read:*", "create:flow", "update:flow", "create:execution", "update:execution"}),
      role_of("Launcher", {"read:flow", "read:execution", "create:execution", "update:execution", "read:namespace"}),
      role_of("Viewer", {"read:*"})};
}

std::vector<RequestRule> kestra_requests() {
  std::vector<RequestRule> rules;
  const std::pair<std::string_view, std::string_view> paths[] = {{"namespaces/*/kv", "kvstore"},
                                                                 {"namespaces/*/secrets", "secret"},
                                                                 {"kv", "kvstore"},
                                                                 {"secrets", "secret"},
                                                                 {"logs", "execution"},
                                                                 {"metrics", "execution"},
                                                                 {"taskruns", "execution"},
                                                                 {"stats", "execution"},
                                                                 {"triggers", "execution"},
                                                                 {"flows", "flow"},
                                                                 {"executions", "execution"},
                                                                 {"namespaces", "namespace"},
                                                                 {"dashboards", "dashboard"},
                                                                 {"templates", "template"},
                                                                 {"blueprints", "blueprint"},
                                                                 {"groups", "group"},
                                                                 {"roles", "role"},
                                                                 {"bindings", "binding"},
                                                                 {"users", "user"},
                                                                 {"service-accounts", "service_account"},
                                                                 {"auditlogs", "auditlog"}};
  // With a tenant and without. The latter come first: a namespace may be called "flows", a tenant had better not.
  for (const std::string root : {"/api/v1/", "/api/v1/*/"}) {
    rules.push_back(webhook_rule(root));
    add_changes_of_executions(root, rules);
    for (const auto& [path, resource] : paths) {
      const auto pattern = root + std::string(path) + "/**";
      const auto resource_text = std::string(resource);
      rules.push_back(rule_of({"GET", "HEAD"}, pattern, "read:" + resource_text));
      rules.push_back(rule_of({"POST"}, pattern, "create:" + resource_text));
      rules.push_back(rule_of({"PUT", "PATCH"}, pattern, "update:" + resource_text));
      rules.push_back(rule_of({"DELETE"}, pattern, "delete:" + resource_text));
    }
  }
  const auto known = [&](std::string_view path) {
    rules.push_back(
        {.methods = {"GET", "HEAD"}, .path = *PathPattern::parse(path), .permission = {}, .scopes = {}, .people = {}});
  };
  // What the pages of the user interface cannot do without.
  for (const auto* path : {"/api/v1/configs", "/api/v1/*/configs", "/api/v1/plugins/**", "/api/v1/*/plugins/**"})
    known(path);
  rules.push_back(rule_of({}, "/api/**", "never:listed"));  // nobody's: no role has this verb
  known("/**");
  return rules;
}

void read_kestra(const json::object& file, const std::map<std::string, std::string>& environment,
                 Application& application, std::vector<ConfigNote>& notes) {
  auto roles = kestra_managed_roles();
  for (auto& role : roles)
    if (application.access.find_role(role.name) == nullptr) application.access.roles.push_back(std::move(role));
  if (application.requests.empty()) application.requests = kestra_requests();
  application.access.adds_up = true;
  Reader(file, environment, application, notes).read();
}

}  // namespace cardea::gate
