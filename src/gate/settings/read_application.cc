#include "gate/settings/read_application.h"

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "base/text.h"
#include "base/uri.h"
#include "gate/front/identity_token.h"
#include "gate/keep/read_keep.h"
#include "gate/keep_domino/endpoints.h"
#include "gate/kestra/read_kestra.h"
#include "gate/settings/read_provider.h"
#include "web/fetch.h"
#include "web/router.h"

namespace cardea::gate {
namespace {

std::optional<AnswerForm> answer_form(std::string_view text) {
  constexpr std::pair<std::string_view, AnswerForm> kForms[] = {{"oauth", AnswerForm::kOAuth},
                                                                {"keep-domino", AnswerForm::kKeepDomino},
                                                                {"keep", AnswerForm::kKeep},
                                                                {"netbird", AnswerForm::kNetbird}};
  for (const auto& [name, form] : kForms)
    if (name == text) return form;
  return std::nullopt;
}

bool is_token_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

std::vector<Role> read_roles(Members& members) {
  std::vector<Role> roles;
  const auto* object = members.object("roles");
  if (object == nullptr) return roles;
  for (const auto& [name, value] : *object) {
    Role role{.name = std::string(name), .permissions = {}};
    const auto path = "roles." + role.name;
    const auto* list = value.if_array();
    if (list == nullptr) {
      members.fatal(path, "must be a list of permissions such as read:*");
      continue;
    }
    for (const auto& item : *list) {
      const auto* text = item.if_string();
      auto permission = text == nullptr ? std::nullopt : parse_permission(*text);
      if (permission)
        role.permissions.push_back(std::move(*permission));
      else
        members.fatal(path, (text == nullptr ? std::string("an entry") : std::string(*text)) +
                                " is no permission: write verb:resource or verb:*");
    }
    roles.push_back(std::move(role));
  }
  return roles;
}

std::optional<RoleRule> read_role_rule(Members members) {
  const bool names_no_claim = !members.has("claim");
  const auto text = members.text("claim", "groups");
  auto claim = ClaimPath::parse(text);
  if (!claim) {
    members.fatal("claim", "is no path of a claim: names with dots between, a dot inside a name written \\.");
    return std::nullopt;
  }
  RoleRule rule{.kind = members.flag("deny", false) ? RoleRule::Kind::kDeny : RoleRule::Kind::kGrant,
                .claim = std::move(*claim),
                .values = members.texts("values"),
                .role = members.text("role"),
                .priority = static_cast<int>(members.number("priority", 0, -1'000'000, 1'000'000)),
                .names_no_claim = names_no_claim};
  members.refuse_unknown();
  return rule;
}

/// The application's own file, in its own words.
void read_keep_variables(Members& members, const GateFiles& files, GateSettings& settings, Application& application) {
  const auto source = members.text("keep");
  KeepHosts hosts;
  hosts.authority = members.text("keep-authority", hosts.authority);
  hosts.version_1_issuer = members.text("keep-version-1-issuer", hosts.version_1_issuer);
  hosts.graph = members.text("keep-graph", hosts.graph);
  hosts.tenants = members.texts("keep-tenants");
  hosts.secret_ends = members.date("keep-client-secret-ends");
  for (const auto& address : members.texts("keep-vouching-addresses"))
    if (!hosts.vouching.add(address))
      members.fatal("keep-vouching-addresses", address + " is no IP address and no network");
  application.leeway = members.duration("leeway", application.leeway, kLeewayMax);
  for (const auto& url : {hosts.authority, hosts.version_1_issuer, hosts.graph})
    if (!web::ConfiguredUrl::parse(url) || url.ends_with('/'))
      members.fatal("keep-authority", "must be a URL without a slash at its end: " + url);
  if (source.empty()) return;
  if (source == "environment") return read_keep(files.environment, hosts, application, settings);
  const auto text = files.read(source);
  if (!text) return members.fatal("keep", "cannot be read: " + source);
  read_keep(parse_env_file(*text), hosts, application, settings);
}

void read_api_keys(Members& members, Application& application) {
  std::size_t index = 0;
  for (const auto* object : members.objects("api-keys")) {
    Members key(*object, members.path_of("api-keys[" + std::to_string(index++) + "]"), members.notes());
    ApiKey made{.name = key.text("name"), .sha256 = ascii_lower(key.text("sha256")), .role = key.text("role")};
    const auto digest = hex_decode(made.sha256);
    if (!digest || digest->size() != 32) key.fatal("sha256", "must be the SHA-256 of the key in hexadecimal");
    if (application.access.find_role(made.role) == nullptr) key.fatal("role", "names no role");
    key.refuse_unknown();
    application.api_keys.push_back(std::move(made));
  }
}

void read_dialect(Members& members, const GateFiles& files, GateSettings& settings, Application& application) {
  read_keep_variables(members, files, settings, application);
  const auto path = members.text("kestra");
  if (path.empty()) return;
  const auto file = files.read_yaml(path);
  if (!file || !file->is_object())
    return members.fatal("kestra", path + (file ? ": must be a mapping" : ": " + file.error()));
  if (application.sign_in)
    members.fatal("sign-in", "and kestra cannot both be given: Kestra's file says how to sign in");
  read_kestra(file->get_object(), files.environment, application, members.notes());
}

void read_access(Members& members, const GateFiles& files, GateSettings& settings, Application& application) {
  application.access.roles = read_roles(members);
  std::size_t index = 0;
  for (const auto* object : members.objects("role-rules")) {
    const auto path = members.path_of("role-rules[" + std::to_string(index++) + "]");
    if (auto rule = read_role_rule(Members(*object, path, members.notes())))
      application.access.rules.push_back(std::move(*rule));
  }
  read_dialect(members, files, settings, application);
  if (auto role = members.text("default-role"); !role.empty()) application.access.default_role = std::move(role);
  application.owner_role = members.text("owner-role");
  if (!application.owner_role.empty() && application.access.find_role(application.owner_role) == nullptr)
    members.fatal("owner-role", application.owner_role + " is no role of this application");
  if (members.flag("strip-group-paths", false)) {
    for (auto& rule : application.access.rules) rule.claim.strip_group_paths();
    if (application.people) application.people->groups.strip_group_paths();
  }
  for (auto& problem : check_role_rules(application.access)) members.fatal("role-rules", std::move(problem));
}

std::optional<RequestRule> read_request(Members members) {
  auto path = PathPattern::parse(members.text("path"));
  if (!path) {
    members.fatal("path", "is no pattern: /a/b, /a/*/b or /a/**");
    return std::nullopt;
  }
  RequestRule rule{
      .methods = members.texts("methods"), .path = std::move(*path), .permission = {}, .scopes = {}, .people = {}};
  for (auto& method : rule.methods) {
    if (web::parse_method(method) == web::Method::kOther)
      members.fatal("methods", method + " is no method, in capitals");
  }
  rule.is_open = members.flag("open", false);
  rule.is_once = members.flag("once", false);
  if (const auto text = members.text("permission"); !text.empty()) {
    rule.permission = parse_permission(text);
    if (!rule.permission || rule.permission->resource == "*")
      members.fatal("permission", text + " is no verb:resource");
  }
  rule.scopes = members.texts("scopes");
  rule.people = members.texts("people");
  if (rule.is_open && (rule.is_once || rule.permission || !rule.scopes.empty() || !rule.people.empty()))
    members.fatal("open", "and once, permission, scopes or people contradict each other");
  members.refuse_unknown();
  return rule;
}

void read_keep_domino(Members& members, const GateSettings& settings, Application& application) {
  const auto* object = members.object("keep-domino");
  if (application.answers != AnswerForm::kKeepDomino) {
    if (object != nullptr) members.fatal("keep-domino", "is for answers: keep-domino");
    return;
  }
  auto& keep = application.keep_domino;
  keep.is_login_disabled = settings.is_keep_login_disabled;
  keep.token_lifetime = settings.keep_token_lifetime;
  application.own_paths = keep_domino_paths(application.sign_in.has_value());
  if (object == nullptr) return;
  Members inner(*object, members.path_of("keep-domino"), members.notes());
  keep.scopes = inner.text("scopes", keep.scopes);
  keep.organization = inner.text("organization");
  inner.refuse_unknown();
}

void read_people(Members& members, Application& application) {
  const auto* object = members.object("groups");
  if (object == nullptr) return;
  Members inner(*object, members.path_of("groups"), members.notes());
  auto path = ClaimPath::parse(inner.text("claim", "groups"));
  if (!path) return inner.fatal("claim", "is no path of a claim");
  application.people = PeopleSettings{
      .groups = std::move(*path), .allowed_groups = inner.texts("allowed"), .local_groups = inner.texts("local")};
  if (inner.has("allowed") && application.people->allowed_groups.empty())
    inner.fatal("allowed", "is empty: nobody could come in");
  inner.refuse_unknown();
}

void read_requests(Members& members, Application& application) {
  std::size_t index = 0;
  for (const auto* object : members.objects("requests")) {
    const auto path = members.path_of("requests[" + std::to_string(index++) + "]");
    if (auto rule = read_request(Members(*object, path, members.notes())))
      application.requests.push_back(std::move(*rule));
  }
}

void read_headers(Members& members, Application& application) {
  const auto* object = members.object("headers");
  if (object == nullptr) return;
  for (const auto& [name, value] : *object) {
    const bool is_name = !name.empty() && name.size() <= 128 && std::ranges::all_of(name, is_token_char);
    const auto* source = value.if_string();
    if (!is_name || source == nullptr || source->empty()) {
      members.fatal("headers", "must be names of headers, each with what it holds: name, role, or a claim");
      continue;
    }
    application.headers.push_back({std::string(name), std::string(*source)});
  }
}

/// A token or a key is the gate's to judge, and no application gets it unless it checks it itself (standards.md GW-14):
/// NetBird's management server and KEEP check tokens.
void read_what_passes(Members& members, Application& application) {
  const bool judges_itself =
      application.answers == AnswerForm::kNetbird || application.answers == AnswerForm::kKeepDomino;
  application.passes_authorization = members.flag("pass-authorization", judges_itself);
  application.passes_api_key = members.flag("pass-api-key", false);
}

void read_identity_token(Members& members, Application& application) {
  const auto* object = members.object("identity-token");
  if (object == nullptr) return;
  Members inner(*object, members.path_of("identity-token"), members.notes());
  IdentityTokenSettings token{.header = inner.text("header", "X-Auth-Token"),
                              .issuer = inner.text("issuer", kIdentityIssuer),
                              .audience = inner.text("audience", application.name)};
  token.lifetime = inner.duration("lifetime", token.lifetime, std::chrono::minutes(10));
  if (token.header.empty() || token.header.size() > 128 || !std::ranges::all_of(token.header, is_token_char))
    inner.fatal("header", "is no name of a header");
  if (token.issuer.empty() || token.audience.empty())
    inner.fatal("audience", "and issuer must say something: the application compares them");
  if (token.lifetime.count() < 1) inner.fatal("lifetime", "must be a second at least");
  inner.refuse_unknown();
  application.identity_token = std::move(token);
}

/// An own path of the gate: canonical, and not the root, which is the application's.
void check_own_path(Members& members, std::string_view name, const std::string& path) {
  if (path.size() > 1 && web::is_canonical_path(path) && path.find('%') == std::string::npos) return;
  members.fatal(name, "must be a path such as /oauth/callback/keycloak");
}

std::optional<SecretBytes> read_secret(Members& members, const GateFiles& files) {
  const auto plain = members.text("client-secret"), variable = members.text("client-secret-env");
  const auto path = members.text("client-secret-file");
  const int given =
      static_cast<int>(!plain.empty()) + static_cast<int>(!variable.empty()) + static_cast<int>(!path.empty());
  if (given > 1) members.fatal("client-secret", "is given more than once");
  if (!plain.empty()) return SecretBytes::copy_of(plain);
  if (!variable.empty()) {
    const auto found = files.environment.find(variable);
    if (found != files.environment.end() && !found->second.empty()) return SecretBytes::copy_of(found->second);
    members.fatal("client-secret-env", "names the variable " + variable + ", which is not set");
  }
  if (path.empty()) return SecretBytes();
  auto text = files.read(path);
  if (!text || trim(*text).empty()) {
    members.fatal("client-secret-file", "cannot be read: " + path);
    return std::nullopt;
  }
  auto secret = SecretBytes::copy_of(trim(*text));
  wipe(*text);
  return secret;
}

std::optional<SignInSettings> read_sign_in(Members members, const GateFiles& files) {
  SignInSettings sign_in;
  sign_in.issuer = members.text("issuer");
  sign_in.discovery_url = members.text("discovery-url", discovery_url_of(sign_in.issuer));
  if (!web::ConfiguredUrl::parse(sign_in.issuer))
    members.fatal("issuer", "must be the http or https URL of the provider");
  if (!web::ConfiguredUrl::parse(sign_in.discovery_url)) members.fatal("discovery-url", "is no http or https URL");
  sign_in.client_id = members.text("client-id");
  if (sign_in.client_id.empty()) members.fatal("client-id", "is needed");
  if (auto secret = read_secret(members, files)) sign_in.client_secret = std::move(*secret);
  sign_in.secret_ends = members.date("client-secret-ends");
  sign_in.scopes = members.texts("scopes");
  if (sign_in.scopes.empty()) sign_in.scopes = {"openid", "profile", "email"};
  if (std::ranges::find(sign_in.scopes, "openid") == sign_in.scopes.end()) members.fatal("scopes", "must hold openid");
  const auto from = members.text("claims-from", "id-token");
  if (from != "id-token" && from != "access-token") members.fatal("claims-from", "must be id-token or access-token");
  sign_in.claims_from = from == "access-token" ? ClaimsFrom::kAccessToken : ClaimsFrom::kIdToken;
  sign_in.name_claims = members.texts("name-claims");
  if (sign_in.name_claims.empty()) sign_in.name_claims = {"preferred_username", "email", "sub"};
  const auto own_path = [&](std::string_view name, std::string_view fallback) {
    auto path = members.text(name, fallback);
    check_own_path(members, name, path);
    return path;
  };
  sign_in.login_path = own_path("login-path", "/gate/login");
  sign_in.callback_path = own_path("callback-path", "/oauth2/callback");
  sign_in.logout_path = own_path("logout-path", "/logout");
  sign_in.backchannel_path = own_path("backchannel-logout-path", "/gate/backchannel-logout");
  sign_in.frontchannel_path = own_path("frontchannel-logout-path", "/gate/frontchannel-logout");
  sign_in.logout_return_path = members.text("logout-return-path", sign_in.logout_path);
  check_own_path(members, "logout-return-path", sign_in.logout_return_path);
  sign_in.is_logout_by_get = members.flag("logout-by-get", true);
  sign_in.idle = members.duration("session-idle", sign_in.idle, kGateDurationMax);
  sign_in.lifetime = members.duration("session-lifetime", sign_in.lifetime, kGateDurationMax);
  sign_in.leeway = members.duration("leeway", sign_in.leeway, kLeewayMax);
  members.refuse_unknown();
  return sign_in;
}

void read_hosts(Members& members, Application& application, const GateSettings& settings) {
  application.hosts = members.texts("hosts");
  if (application.hosts.empty())
    members.fatal("hosts", "is needed: the names people reach the application by, or \"*\"");
  for (auto& host : application.hosts) {
    host = canonical_host(host);
    for (const auto& other : settings.applications) {
      if (std::ranges::find(other.hosts, host) != other.hosts.end())
        members.fatal("hosts", host + " is claimed by " + other.name + " already");
    }
  }
}

}  // namespace

void read_lookup(Members members, const std::string& provider, const GateFiles& files, GateSettings& settings) {
  LookupSettings lookup;
  lookup.provider = provider;
  const auto found = std::ranges::find_if(
      settings.key_addresses, [&](const KeyAddress& address) { return address.provider->settings().name == provider; });
  lookup.discovery_url =
      members.text("discovery-url", found == settings.key_addresses.end() ? std::string() : found->discovery_url);
  lookup.client_id = members.text("client-id");
  if (auto secret = read_secret(members, files)) lookup.client_secret = std::move(*secret);
  lookup.every = members.duration("every", lookup.every, LookupSettings::kEveryMax);
  lookup.takes_opaque = members.flag("opaque-tokens", false);
  const bool is_known = std::ranges::any_of(
      settings.providers, [&](const ProviderPtr& known) { return known->settings().name == provider; });
  if (lookup.takes_opaque && !is_known)
    members.fatal("opaque-tokens", "needs a provider " + provider + ", whose rules judge what is said of them");
  members.refuse_unknown();
  if (!web::ConfiguredUrl::parse(lookup.discovery_url)) members.fatal("discovery-url", "is no http or https URL");
  if (lookup.client_id.empty() || lookup.client_secret.empty())
    members.fatal("client-id", "and client-secret are needed: a provider tells clients it knows only");
  settings.lookups.push_back(std::move(lookup));
}

void read_application(Members members, const GateFiles& files, GateSettings& settings) {
  Application application;
  application.name = members.text("name");
  if (application.name.empty()) members.fatal("name", "is needed");
  if (std::ranges::find(settings.applications, application.name, &Application::name) != settings.applications.end())
    members.fatal("name", application.name + " is another application's: sessions and tokens are kept by it");
  read_hosts(members, application, settings);
  application.providers = members.texts("providers");
  application.takes_tokens = members.flag("tokens", true);
  for (const auto& name : application.providers) {
    const bool is_known =
        std::ranges::any_of(settings.providers, [&](const auto& p) { return p->settings().name == name; });
    if (!is_known) members.fatal("providers", name + " is no provider of this file");
  }
  const auto answers = members.text("answers", "oauth");
  if (members.has("keep") && !members.has("answers")) {
    application.answers = AnswerForm::kKeep;
  } else if (const auto form = answer_form(answers))
    application.answers = *form;
  else
    members.fatal("answers", "must be oauth, keep-domino, keep or netbird");
  if (const auto* object = members.object("sign-in"))
    application.sign_in = read_sign_in(Members(*object, members.path_of("sign-in"), members.notes()), files);
  read_keep_domino(members, settings, application);
  read_requests(members, application);
  read_people(members, application);
  read_access(members, files, settings, application);
  read_api_keys(members, application);
  const bool asks =
      std::ranges::any_of(application.requests, [](const RequestRule& rule) { return rule.permission.has_value(); });
  if (asks && !application.has_roles())
    members.fatal("requests", "ask for permissions, and there are no roles to have them");
  read_headers(members, application);
  read_what_passes(members, application);
  read_identity_token(members, application);
  members.refuse_unknown();
  settings.applications.push_back(std::move(application));
}

}  // namespace cardea::gate
