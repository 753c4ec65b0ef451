#include "broker/addresses.h"

#include <algorithm>

#include "base/text.h"
#include "base/uri.h"
#include "broker/broker.h"
#include "domain/tenant_id.h"
#include "upstream/entra_cloud.h"
#include "upstream/id_token.h"

namespace cardea::broker {
namespace {

constexpr std::string_view kAuthorizePath = "/oauth2/v2.0/authorize";

std::string or_else(std::string_view configured, std::string fallback) {
  return configured.empty() ? std::move(fallback) : std::string(configured);
}

// Separated by spaces, commas or Keycloak's "##".
std::vector<std::string> list_of(std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  for (const char c : std::string(text) + " ") {
    if (c != ' ' && c != ',' && c != '#') {
      word += c;
    } else if (!word.empty()) {
      out.push_back(ascii_lower(std::exchange(word, {})));
    }
  }
  return out;
}

// Who may sign in, fail closed: a tenant that the record names by its GUID is asked for whatever the URLs beside it
// say, and a list in which there is no tenant is nobody's consent.
void restrict_tenants(const IdentityProvider& provider, Addresses& out) {
  const auto tenant = ascii_lower(trim(provider.setting("tenantId")));
  const bool has_tenant = is_tenant_id(tenant);
  auto& tenants = out.issuer.tenants;
  for (auto& word : list_of(provider.setting("allowedTenants"))) {
    if (is_tenant_id(word) || (word == upstream::kEveryTenant && !has_tenant)) tenants.push_back(std::move(word));
  }
  out.has_bad_tenants = tenants.empty() && !has_tenant && !provider.setting("allowedTenants").empty();
  if (has_tenant) tenants.push_back(tenant);
}

std::string origin_of(std::string_view url) {
  const auto uri = parse_uri(url);
  return uri ? uri->origin() : std::string();
}

// "https://host/TENANT" in front of an authorize endpoint that was configured by itself.
std::string authority_in(std::string_view authorize_url) {
  const auto at = authorize_url.find(kAuthorizePath);
  return at == std::string_view::npos ? std::string() : std::string(authorize_url.substr(0, at));
}

// The issuer of tokens of an authority: exact for a tenant's GUID, the template for the common ones. A domain's GUID is
// known from its discovery document alone.
std::string issuer_in(std::string_view authority) {
  const auto slash = authority.rfind('/');
  if (slash == std::string_view::npos) return {};
  const auto host = authority.substr(0, slash);
  const auto tenant = ascii_lower(authority.substr(slash + 1));
  if (is_tenant_id(tenant)) return std::string(host) + "/" + tenant + "/v2.0";
  if (tenant == "consumers") return std::string(host) + "/" + std::string(upstream::kConsumerTenant) + "/v2.0";
  if (tenant == "common" || tenant == "organizations") return std::string(host) + "/{tenantid}/v2.0";
  return {};
}

Addresses entra(const IdentityProvider& provider) {
  const auto& cloud = upstream::entra_cloud(provider.setting("cloud"));
  const auto tenant = provider.setting("tenantId");
  auto authority = authority_in(provider.setting("authorizationUrl"));
  if (authority.empty()) {
    authority = std::string(cloud.login) + "/" + percent_encode(tenant.empty() ? std::string_view("common") : tenant);
  }
  Addresses out;
  out.dialect = Dialect::kEntra;
  out.authorization = or_else(provider.setting("authorizationUrl"), authority + std::string(kAuthorizePath));
  out.token = or_else(provider.setting("tokenUrl"), authority + "/oauth2/v2.0/token");
  out.jwks = or_else(provider.setting("jwksUrl"), authority + "/discovery/v2.0/keys");
  out.userinfo = or_else(provider.setting("userInfoUrl"), std::string(cloud.graph) + "/v1.0/me");
  out.end_session = or_else(provider.setting("logoutUrl"), authority + "/oauth2/v2.0/logout");
  out.graph = origin_of(out.userinfo);
  out.issuer.issuer = or_else(provider.setting("issuer"), issuer_in(authority));
  restrict_tenants(provider, out);
  out.discovery = upstream::discovery_url(authority + "/v2.0");
  return out;
}

// Keycloak's endpoints say whose they are.
std::string issuer_of_keycloak(std::string_view authorize_url) {
  const auto at = authorize_url.find("/protocol/openid-connect/auth");
  return at == std::string_view::npos ? std::string() : std::string(authorize_url.substr(0, at));
}

Addresses oidc(const IdentityProvider& provider) {
  Addresses out;
  out.authorization = provider.setting("authorizationUrl");
  out.token = provider.setting("tokenUrl");
  out.skips_userinfo = provider.is_on("disableUserInfo");
  if (!out.skips_userinfo) out.userinfo = provider.setting("userInfoUrl");
  out.jwks = provider.setting("jwksUrl");
  out.has_pasted_key = trusts_pasted_key(provider);
  out.end_session = provider.setting("logoutUrl");
  out.issuer.issuer = provider.setting("issuer");
  restrict_tenants(provider, out);
  if (out.issuer.issuer.empty()) out.issuer.issuer = issuer_of_keycloak(out.authorization);
  out.discovery = provider.setting("metadataDescriptorUrl");
  if (out.discovery.empty() && !out.issuer.issuer.empty() && !upstream::is_template(out.issuer.issuer)) {
    out.discovery = upstream::discovery_url(out.issuer.issuer);
  }
  return out;
}

Addresses google() {
  Addresses out;
  out.issuer.issuer = "https://accounts.google.com";
  out.discovery = upstream::discovery_url(out.issuer.issuer);
  return out;
}

Addresses oauth2(const IdentityProvider& provider) {
  Addresses out;
  out.dialect = Dialect::kOauth2;
  out.authorization = provider.setting("authorizationUrl");
  out.token = provider.setting("tokenUrl");
  out.userinfo = provider.setting("userInfoUrl");
  return out;
}

Addresses github(const IdentityProvider& provider) {
  Addresses out;
  out.dialect = Dialect::kOauth2;
  const auto base = or_else(provider.setting("baseUrl"), "https://github.com");
  out.authorization = base + "/login/oauth/authorize";
  out.token = base + "/login/oauth/access_token";
  out.userinfo = or_else(provider.setting("apiUrl"), "https://api.github.com") + "/user";
  return out;
}

std::optional<std::string_view> missing_address(const Addresses& addresses) {
  if (addresses.authorization.empty()) return "no_authorization_url";
  if (addresses.token.empty()) return "no_token_url";
  if (addresses.dialect == Dialect::kOauth2) {
    return addresses.userinfo.empty() ? std::optional<std::string_view>("no_userinfo_url") : std::nullopt;
  }
  if (addresses.jwks.empty() && !addresses.has_pasted_key) return "no_jwks_url";
  if (addresses.issuer.issuer.empty()) return "no_issuer";
  return std::nullopt;
}

std::string_view default_scope(const IdentityProvider& provider, const Addresses& addresses) {
  if (addresses.dialect == Dialect::kEntra) return "openid profile email";
  if (provider.kind == "github") return "user:email";
  if (addresses.dialect == Dialect::kOauth2) return "";
  return provider.kind == "google" ? "openid profile email" : "openid";
}

}  // namespace

Addresses addresses_of(const IdentityProvider& provider) {
  if (provider.kind == "entra" || provider.kind == "microsoft") return entra(provider);
  if (provider.kind == "google") return google();
  if (provider.kind == "github") return github(provider);
  if (provider.kind == "oauth2") return oauth2(provider);
  return oidc(provider);
}

std::string issuer_of_links(const IdentityProvider& provider) {
  const auto addresses = addresses_of(provider);
  if (addresses.dialect == Dialect::kOauth2) return addresses.userinfo;
  return or_else(addresses.issuer.issuer, upstream::issuer_of_document(addresses.discovery));
}

bool needs_discovery(const Addresses& addresses) {
  if (addresses.dialect == Dialect::kOauth2 || addresses.discovery.empty()) return false;
  return missing_address(addresses).has_value();
}

Addresses filled_in(Addresses addresses, const upstream::Metadata& metadata) {
  const auto home = origin_of(addresses.discovery);
  const auto fill = [&](std::string& into, const std::string& from) {
    if (!into.empty() || from.empty()) return;
    into = from;
    if (origin_of(from) != home) addresses.discovered.push_back(from);
  };
  fill(addresses.authorization, metadata.authorization_endpoint);
  fill(addresses.token, metadata.token_endpoint);
  fill(addresses.jwks, metadata.jwks_uri);
  fill(addresses.end_session, metadata.end_session_endpoint);
  if (addresses.issuer.issuer.empty()) addresses.issuer.issuer = metadata.issuer;
  // Only of the document of this very issuer; Entra's say less than is true.
  if (addresses.dialect == Dialect::kOidc && metadata.issuer == addresses.issuer.issuer) {
    if (!addresses.skips_userinfo) fill(addresses.userinfo, metadata.userinfo_endpoint);
    addresses.algorithms = metadata.id_token_algorithms;
    addresses.sends_iss_parameter = metadata.sends_iss_parameter;
  }
  return addresses;
}

std::vector<jose::Algorithm> algorithms_of(const Addresses& addresses) {
  if (addresses.dialect == Dialect::kEntra) return {jose::Algorithm::kRS256};
  if (!addresses.algorithms.empty()) return upstream::allowed_algorithms(addresses.algorithms);
  using enum jose::Algorithm;
  return {kRS256, kRS384, kRS512, kPS256, kPS384, kPS512, kES256, kES384, kES512, kEdDSA};
}

std::optional<web::OutboundUrl> outbound_url(const Addresses& addresses, const std::string& url) {
  if (std::ranges::find(addresses.discovered, url) != addresses.discovered.end()) {
    auto client = web::ClientUrl::parse(url);
    if (!client) return std::nullopt;
    return web::OutboundUrl(std::move(*client));
  }
  auto configured = web::ConfiguredUrl::parse(url);
  if (!configured) return std::nullopt;
  return web::OutboundUrl(std::move(*configured));
}

std::optional<std::string_view> missing(const Addresses& addresses) {
  if (addresses.has_bad_tenants) return "bad_allowed_tenants";
  if (const auto lacks = missing_address(addresses)) return lacks;
  // Open enrolment for every organization on Earth is nothing that a record says by leaving something out.
  if (upstream::is_template(addresses.issuer.issuer) && addresses.issuer.tenants.empty()) return "no_allowed_tenants";
  return std::nullopt;
}

std::string scope_of(const IdentityProvider& provider, const Addresses& addresses) {
  auto configured = trim(provider.setting("defaultScope"));
  std::string out;
  const bool adds = addresses.dialect == Dialect::kEntra && !configured.starts_with('*');
  if (adds) {
    out = default_scope(provider, addresses);
    if (!addresses.graph.empty()) out.append(" ").append(addresses.graph).append("/User.Read");
  } else if (configured.empty()) {
    out = default_scope(provider, addresses);
  }
  if (configured.starts_with('*')) configured = trim(configured.substr(1));
  for (const auto word : split_words(configured)) {
    if (!has_word(out, word)) out.append(out.empty() ? "" : " ").append(word);
  }
  // Without openid there is no ID token, and an ID token is what we believe.
  if (addresses.dialect != Dialect::kOauth2 && !has_word(out, "openid")) out = "openid " + out;
  return out;
}

}  // namespace cardea::broker
