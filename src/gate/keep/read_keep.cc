#include "gate/keep/read_keep.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "domain/tenant_id.h"
#include "gate/keep/keep_api.h"
#include "gate/settings/read_gate.h"
#include "gate/settings/read_provider.h"
#include "web/fetch.h"

namespace cardea::gate {
namespace {

constexpr std::string_view kCallback = "/api/auth/callback/microsoft-entra-id";

/// Variables of Keep's that say nothing here: in one mode or in all, and the value that asks for nothing.
struct WithoutEffect {
  std::string_view name, mode, harmless, why;
};
constexpr WithoutEffect kWithoutEffect[] = {
    {"KEEP_IMPERSONATION_ENABLED", "", "false", "nobody acts as somebody else here"},
    {"KEEP_OAUTH2_PROXY_AUTO_CREATE_USER", "OAUTH2PROXY", "true", "the gate keeps no users of Keep's"},
    {"KEYCLOAK_VERIFY_CERT", "KEYCLOAK", "true", "certificates are checked always; trust one with truststore-paths"},
    {"KEYCLOAK_GROUPS_ORG_PREFIX", "KEYCLOAK", "keep", "roles come from groups by their whole names"},
    {"KEYCLOAK_GROUPS_SEPERATOR", "KEYCLOAK", "-", "roles come from groups by their whole names"},
    {"KEYCLOAK_ADMIN_USER", "KEYCLOAK", "keep_admin", "the gate changes nothing at Keycloak"},
    {"KEYCLOAK_ADMIN_PASSWORD", "KEYCLOAK", "keep_admin", "the gate changes nothing at Keycloak"},
};

class Reader {
 public:
  Reader(const Variables& variables, const KeepHosts& hosts, Application& application, GateSettings& settings)
      : variables_(variables), hosts_(hosts), application_(application), settings_(settings) {}

  void read() {
    const auto type = value("AUTH_TYPE", "NOAUTH");
    application_.answers = AnswerForm::kKeep;
    application_.access.roles = keep_roles();
    if (is_set("KEEP_READ_ONLY")) leave_only_reading();
    warn_of_what_does_nothing(type);
    if (application_.requests.empty()) application_.requests = keep_requests();
    if (type == "AZUREAD") return read_entra();
    if (type == "OAUTH2PROXY") return read_headers();
    if (type == "AUTH0" || type == "MULTI_TENANT") return read_auth0();
    if (type == "OKTA") return read_okta();
    if (type == "ONELOGIN") return read_onelogin();
    if (type == "KEYCLOAK") return read_keycloak();
    if (type == "NOAUTH" || type == "NO_AUTH")
      return fatal("AUTH_TYPE", "NOAUTH lets everybody in as administrator: the gate cannot mean that");
    if (type == "DB" || type == "SINGLE_TENANT")
      return fatal(
          "AUTH_TYPE",
          "DB accepts tokens that never end, signed by a secret that Keep shares; sign people in at a provider");
    fatal("AUTH_TYPE", "is not one of AZUREAD, OAUTH2PROXY, AUTH0, OKTA, ONELOGIN, KEYCLOAK");
  }

 private:
  std::string value(std::string_view name, std::string_view fallback = {}) const {
    const auto found = variables_.find(std::string(name));
    return found == variables_.end() || found->second.empty() ? std::string(fallback) : found->second;
  }
  std::string needed(std::string_view name) {
    auto text = value(name);
    if (text.empty()) fatal(name, "is needed");
    return text;
  }
  void fatal(std::string_view name, std::string text) {
    settings_.notes.push_back({NoteLevel::kFatal, std::string(name), std::move(text)});
  }

  bool is_set(std::string_view name) const { return equal_ignoring_ascii_case(value(name), "true"); }

  /// As Keep does it: 403 for every other scope, whatever the role.
  void leave_only_reading() {
    for (auto& role : application_.access.roles)
      std::erase_if(role.permissions, [](const Permission& permission) { return permission.verb != "read"; });
  }

  void warn_of_what_does_nothing(std::string_view type) {
    for (const auto& [name, mode, harmless, why] : kWithoutEffect) {
      const auto given = value(name);
      if (given.empty() || (!mode.empty() && mode != type) || equal_ignoring_ascii_case(given, harmless)) continue;
      settings_.notes.push_back({NoteLevel::kWarning, std::string(name), "has no effect: " + std::string(why)});
    }
  }

  void add_rule(std::string_view claim, std::vector<std::string> values, std::string_view role, int priority) {
    if (std::ranges::all_of(values, [](const auto& text) { return text.empty(); })) return;
    application_.access.rules.push_back({.kind = RoleRule::Kind::kGrant,
                                         .claim = *ClaimPath::parse(claim),
                                         .values = std::move(values),
                                         .role = std::string(role),
                                         .priority = priority});
  }

  void add_provider(ProviderSettings provider, std::string jwks_url) {
    application_.providers = {provider.name};
    KeyAddress address{.provider = std::make_shared<TokenProvider>(std::move(provider)),
                       .discovery_url = {},
                       .jwks_url = std::move(jwks_url)};
    if (!web::ConfiguredUrl::parse(address.jwks_url)) fatal("AUTH_TYPE", "leads to keys at no URL");
    settings_.providers.push_back(address.provider);
    settings_.key_addresses.push_back(std::move(address));
  }

  ProviderSettings provider_named(std::string kind, std::vector<std::string> issuers) const {
    ProviderSettings provider{.name = application_.name + " " + std::move(kind),
                              .issuers = std::move(issuers),
                              .algorithms = {jose::Algorithm::kRS256},
                              .rules = {}};
    provider.rules.name_claims = {"email", "preferred_username", "unique_name"};
    provider.rules.leeway = application_.leeway;
    return provider;
  }

  void read_entra() {
    const auto tenant = ascii_lower(needed("KEEP_AZUREAD_TENANT_ID")), client = needed("KEEP_AZUREAD_CLIENT_ID");
    const auto admin = needed("KEEP_AZUREAD_ADMIN_GROUP_ID"), noc = needed("KEEP_AZUREAD_NOC_GROUP_ID");
    const auto secret = value("KEEP_AZUREAD_CLIENT_SECRET");
    if (tenant.empty() || client.empty()) return;
    const bool is_one = is_tenant_id(tenant);
    auto tenants = is_one ? std::vector{tenant} : hosts_.tenants;
    for (auto& id : tenants) {
      id = ascii_lower(id);
      if (!is_tenant_id(id)) return fatal("keep-tenants", id + " is no tenant id");
    }
    if (tenants.empty()) {
      return fatal("KEEP_AZUREAD_TENANT_ID", "names no tenant: say in keep-tenants whose people may come in");
    }
    std::vector<std::string> issuers;
    for (const auto& id : tenants) {
      issuers.push_back(hosts_.version_1_issuer + "/" + id + "/");
      issuers.push_back(hosts_.authority + "/" + id + "/v2.0");
    }
    auto provider = provider_named("entra", std::move(issuers));
    auto& rules = provider.rules;
    rules.is_email_name = true;  // guests are written so at Entra ID alone; elsewhere "#" is a part of a name
    rules.audiences = {"api://" + client, client};
    rules.authorized_parties = {client};
    rules.is_audience_text = true;
    rules.required_claims = {"exp", "iat", "nbf", "iss", "sub"};
    rules.tenant = {.tenants = tenants,
                    .claim = "tid",
                    .issuers = {hosts_.version_1_issuer + "/{tenantid}/", hosts_.authority + "/{tenantid}/v2.0"}};
    rules.requires_key_id = true;
    rules.judges_issuer_late = true;
    add_provider(std::move(provider), hosts_.authority + "/" + tenant + "/discovery/v2.0/keys");
    add_rule("groups", {admin}, "admin", 2);
    add_rule("groups", {noc}, "noc", 1);
    application_.overage = OverageSettings{.token_url = hosts_.authority + "/{tenant}/oauth2/v2.0/token",
                                           .graph = hosts_.graph,
                                           .client_id = client,
                                           .client_secret = SecretBytes::copy_of(secret)};
    if (secret.empty()) return;
    sign_in_at_entra(tenant, client, secret);
    if (is_one) return;
    application_.sign_in->issuer = hosts_.authority + "/{tenantid}/v2.0";  // as its discovery document says
    application_.sign_in->tenants = std::move(tenants);
  }

  void sign_in_at_entra(const std::string& tenant, const std::string& client, const std::string& secret) {
    SignInSettings sign_in;
    sign_in.issuer = hosts_.authority + "/" + tenant + "/v2.0";
    sign_in.discovery_url = discovery_url_of(sign_in.issuer);
    sign_in.client_id = client;
    sign_in.client_secret = SecretBytes::copy_of(secret);
    sign_in.secret_ends = hosts_.secret_ends;
    sign_in.scopes = {"api://" + client + "/default", "openid", "profile", "email", "offline_access"};
    sign_in.claims_from = ClaimsFrom::kAccessToken;
    sign_in.name_claims = {"email", "preferred_username", "unique_name"};
    sign_in.idle = std::chrono::hours(12);  // an hour at lunch is no reason to sign in again (guides.md G0-27)
    sign_in.lifetime = std::chrono::hours(24 * 30);
    if (const auto given = parse_integer<std::int64_t>(value("AUTH_SESSION_TIMEOUT")); given && *given > 0)
      sign_in.lifetime = std::min(seconds(*given), kGateDurationMax);
    sign_in.login_path = "/gate/login";
    sign_in.callback_path = kCallback;
    sign_in.logout_path = "/gate/logout";
    sign_in.logout_return_path = "/gate/logout";
    sign_in.backchannel_path = "/gate/backchannel-logout";
    sign_in.frontchannel_path = "/gate/frontchannel-logout";
    application_.sign_in = std::move(sign_in);
    application_.own_paths.emplace_back(kKeepSignOutPath);
  }

  void read_headers() {
    application_.trusted_headers = TrustedHeaders{.user = value("KEEP_OAUTH2_PROXY_USER_HEADER", "x-forwarded-email"),
                                                  .roles = value("KEEP_OAUTH2_PROXY_ROLE_HEADER", "x-forwarded-groups"),
                                                  .from = hosts_.vouching};
    if (hosts_.vouching.empty())
      fatal("keep-vouching-addresses",
            "are needed: the addresses of the proxy that signs people in; else anybody's headers would count");
    for (const auto& header : {application_.trusted_headers->user, application_.trusted_headers->roles}) {
      if (!ascii_lower(header).starts_with("x-forwarded-"))
        fatal("KEEP_OAUTH2_PROXY_USER_HEADER",
              "and the role header must begin with x-forwarded-: others are not taken away from strangers");
    }
    application_.takes_tokens = false;
    add_rule("groups", list("KEEP_OAUTH2_PROXY_ADMIN_ROLES"), "admin", 3);
    add_rule("groups", list("KEEP_OAUTH2_PROXY_NOC_ROLES"), "noc", 2);
    add_rule("groups", list("KEEP_OAUTH2_PROXY_WEBHOOK_ROLES"), "webhook", 1);
  }

  std::vector<std::string> list(std::string_view name) const {
    std::vector<std::string> result;
    for (const auto part : split(value(name), ',')) result.emplace_back(trim(part));
    return result;
  }

  void add_claimed_roles(std::string_view claim) {
    add_rule(claim, {"admin"}, "admin", 4);
    add_rule(claim, {"noc"}, "noc", 3);
    add_rule(claim, {"workflowrunner"}, "workflowrunner", 2);
    add_rule(claim, {"webhook"}, "webhook", 1);
  }

  void read_auth0() {
    const auto domain = needed("AUTH0_DOMAIN");
    auto provider = provider_named("auth0", {"https://" + domain + "/"});
    provider.rules.audiences = {needed("AUTH0_AUDIENCE")};
    provider.rules.type = TokenType::kAny;  // Keep's own front end sends the ID token
    provider.rules.leeway = seconds{60};
    add_provider(std::move(provider), "https://" + domain + "/.well-known/jwks.json");
    add_claimed_roles("keep_role");
    // Keep makes an administrator of everybody whose token names no role: here the settings must say so.
    application_.access.first_claim_decides = true;
  }

  void read_okta() {
    auto issuer = needed("OKTA_ISSUER");
    while (issuer.ends_with('/')) issuer.pop_back();
    auto provider = provider_named("okta", {issuer});
    provider.rules.audiences = {value("OKTA_AUDIENCE", value("OKTA_CLIENT_ID"))};
    if (provider.rules.audiences.front().empty()) fatal("OKTA_AUDIENCE", "or OKTA_CLIENT_ID is needed");
    provider.rules.type = TokenType::kAny;
    add_provider(std::move(provider), issuer + "/.well-known/jwks.json");
    for (const auto* claim : {"keep_role", "role", "groups"}) add_claimed_roles(claim);
    application_.access.first_claim_decides = true;
    if (!application_.access.default_role) application_.access.default_role = "noc";
  }

  void read_onelogin() {
    auto issuer = needed("ONELOGIN_ISSUER");
    while (issuer.ends_with('/')) issuer.pop_back();
    auto provider = provider_named("onelogin", {issuer});
    provider.rules.audiences = {needed("ONELOGIN_CLIENT_ID")};
    provider.rules.type = TokenType::kAny;
    add_provider(std::move(provider), issuer + "/certs");
    add_claimed_roles("groups");
    for (auto& rule : application_.access.rules) rule.is_comma_list = true;  // as OneLogin writes several in one
  }

  void read_keycloak() {
    auto base = value("KEYCLOAK_URL", "http://localhost:8181/auth/");
    while (base.ends_with('/')) base.pop_back();
    const auto issuer = base + "/realms/" + value("KEYCLOAK_REALM", "keep");
    const auto client = value("KEYCLOAK_CLIENT_ID", "keep");
    auto provider = provider_named("keycloak", {issuer});
    provider.rules.authorized_parties = {client};
    // Keep asks for a ticket with it, of the client that stands there; the usual two are in no token of Keep's client.
    const auto audience = value("KEYCLOAK_AUDIENCE", client);
    if (audience != client && audience != "realm-management") provider.rules.audiences = {audience};
    add_provider(std::move(provider), issuer + "/protocol/openid-connect/certs");
    if (value("KEYCLOAK_ROLES_FROM_GROUPS") == "true") {
      const auto claim = value("KEYCLOAK_GROUPS_CLAIM", "groups");
      add_rule(claim, {value("KEYCLOAK_GROUPS_CLAIM_ADMIN", "admin")}, "admin", 3);
      add_rule(claim, {value("KEYCLOAK_GROUPS_CLAIM_NOC", "noc")}, "noc", 2);
      return add_rule(claim, {value("KEYCLOAK_GROUPS_CLAIM_WEBHOOK", "webhook")}, "webhook", 1);
    }
    std::string path = "resource_access.";
    for (const char c : client) path.append(c == '.' || c == '\\' ? "\\" : "").append(1, c);
    add_claimed_roles(path + ".roles");
  }

  const Variables& variables_;
  const KeepHosts& hosts_;
  Application& application_;
  GateSettings& settings_;
};

}  // namespace

Variables parse_env_file(std::string_view text) {
  Variables variables;
  for (auto line : split(text, '\n')) {
    line = trim(line);
    if (line.starts_with("export ")) line = trim(line.substr(7));
    const auto equals = line.find('=');
    if (line.starts_with('#') || equals == std::string_view::npos) continue;
    auto value = trim(line.substr(equals + 1));
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front())
      value = value.substr(1, value.size() - 2);
    variables[std::string(trim(line.substr(0, equals)))] = value;
  }
  return variables;
}

void read_keep(const Variables& variables, const KeepHosts& hosts, Application& application, GateSettings& settings) {
  Reader(variables, hosts, application, settings).read();
}

}  // namespace cardea::gate
