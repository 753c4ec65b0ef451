#include "gate/settings/read_provider.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "domain/tenant_id.h"
#include "jose/jwk.h"
#include "upstream/issuer.h"
#include "web/fetch.h"

namespace cardea::gate {
namespace {

std::vector<jose::Algorithm> read_algorithms(Members& members) {
  auto names = members.texts("algorithms");
  if (names.empty()) names = {"RS256"};
  std::vector<jose::Algorithm> algorithms;
  for (const auto& name : names) {
    const auto algorithm = jose::parse_algorithm(name);
    if (!algorithm) {
      members.fatal("algorithms", name + " is not known");
    } else if (jose::is_hmac(*algorithm)) {
      members.fatal("algorithms",
                    name + " is refused: whoever can check such a token could make it; use RS256 or ES256");
    } else {
      algorithms.push_back(*algorithm);
    }
  }
  return algorithms;
}

TokenType read_type(Members& members) {
  constexpr std::pair<std::string_view, TokenType> kTypes[] = {{"access-token", TokenType::kAccess},
                                                               {"at+jwt", TokenType::kAccessJwt},
                                                               {"id-token", TokenType::kId},
                                                               {"any", TokenType::kAny}};
  const bool takes_id_tokens = members.flag("id-tokens", false);  // the older name of "any"
  if (takes_id_tokens && members.has("token-type")) members.fatal("id-tokens", "and token-type contradict each other");
  const auto type = members.text("token-type", takes_id_tokens ? "any" : "access-token");
  for (const auto& [name, value] : kTypes)
    if (name == type) return value;
  members.fatal("token-type", "must be access-token, at+jwt, id-token or any");
  return TokenType::kAccess;
}

/// An issuer with {tenantid} stands for one of each tenant.
TenantRule read_tenants(Members& members, std::vector<std::string>& issuers) {
  TenantRule rule{.tenants = members.texts("tenants"), .claim = members.text("tenant-claim", "tid"), .issuers = {}};
  if (members.has("tenants") && rule.tenants.empty()) members.fatal("tenants", "is empty: nobody could come in");
  if (members.has("tenant-claim") && rule.tenants.empty()) members.fatal("tenant-claim", "is for tenants");
  for (auto& tenant : rule.tenants)
    if (auto id = ascii_lower(tenant); is_tenant_id(id)) tenant = std::move(id);  // as Entra ID writes them
  const bool has_template = std::ranges::any_of(issuers, upstream::is_template);
  if (!has_template) return rule;
  if (rule.tenants.empty())
    members.fatal("tenants", "are needed: whose people may come in by an issuer with {tenantid}");
  rule.issuers = std::exchange(issuers, {});
  for (const auto& issuer : rule.issuers) {
    if (!upstream::is_template(issuer)) issuers.push_back(issuer);
    for (const auto& tenant : rule.tenants)
      if (upstream::is_template(issuer)) issuers.push_back(upstream::issuer_of_tenant(issuer, tenant));
  }
  return rule;
}

TokenRules read_rules(Members& members) {
  TokenRules rules;
  rules.audiences = members.texts("audiences");
  rules.authorized_parties = members.texts("authorized-parties");
  rules.required_claims = members.texts("required-claims");
  rules.leeway = members.duration("leeway", rules.leeway, kLeewayMax);
  if (members.has("max-lifetime")) rules.lifetime_max = members.duration("max-lifetime", seconds{0}, kGateDurationMax);
  if (auto claims = members.texts("scope-claims"); !claims.empty()) rules.scope_claims = std::move(claims);
  if (auto claims = members.texts("name-claims"); !claims.empty()) rules.name_claims = std::move(claims);
  rules.type = read_type(members);
  const auto form = members.text("name-form", "as-is");
  if (form == "notes")
    rules.name_form = NameForm::kNotes;
  else if (form == "ldap-to-notes")
    rules.name_form = NameForm::kLdapToNotes;
  else if (form != "as-is")
    members.fatal("name-form", "must be as-is, notes or ldap-to-notes");
  if (rules.audiences.empty() && rules.authorized_parties.empty())
    members.warn("audiences", "is not set: tokens made for any application of this provider are accepted");
  return rules;
}

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size())) ++found;
  return found;
}

/// Keys out of one PEM file, one for each algorithm that fits.
std::vector<jose::VerificationKey> keys_of_pem(Members& members, const ProviderSettings& settings,
                                               const std::string& pem) {
  if (pem.find("PRIVATE KEY") != std::string::npos) {
    members.fatal("key-file", "holds a private key where the public one belongs; consider it known to others now");
    return {};
  }
  // Of a chain of certificates the first is the signer's. Of several keys none says that it is the one.
  if (count(pem, "PUBLIC KEY-----") > 2) {
    members.fatal("key-file", "holds several keys: a jwks-file can have them, each with its id");
    return {};
  }
  std::vector<jose::VerificationKey> keys;
  for (const auto algorithm : settings.algorithms) {
    auto key = crypto::PublicKey::from_pem(pem);
    if (!key) {
      members.fatal("key-file", "cannot be used: " + std::string(crypto::describe(key.error())));
      return {};
    }
    auto verification = jose::VerificationKey::make(std::move(*key), "", algorithm);
    if (verification) keys.push_back(std::move(*verification));
  }
  if (keys.empty()) members.fatal("key-file", "fits none of the algorithms");
  return keys;
}

/// Also a single key, as some tools write it.
std::optional<jose::KeySet> key_set_of(const std::string& text, jose::Algorithm first) {
  const auto rsa =
      jose::name(first).starts_with("RS") || jose::name(first).starts_with("PS") ? first : jose::Algorithm::kRS256;
  auto set =
      jose::KeySet::from_jwks(text.find("\"keys\"") == std::string::npos ? "{\"keys\":[" + text + "]}" : text, rsa);
  if (!set || set->empty()) return std::nullopt;
  return std::move(*set);
}

bool is_url(std::string_view text) { return web::ConfiguredUrl::parse(text).has_value(); }

void add_with_file(Members& members, ProviderSettings provider, const GateFiles& files, GateSettings& settings) {
  const bool is_pem = members.has("key-file");
  const auto* name = is_pem ? "key-file" : "jwks-file";
  const auto path = members.text(name);
  const auto text = files.read(path);
  if (!text) return members.fatal(name, "cannot be read: " + path);
  if (is_pem) {
    auto keys = keys_of_pem(members, provider, *text);
    if (!keys.empty())
      settings.providers.push_back(std::make_shared<TokenProvider>(std::move(provider), std::move(keys)));
    return;
  }
  auto set = key_set_of(*text, provider.algorithms.front());
  if (!set) return members.fatal(name, "holds no public key set that can be used: " + path);
  auto made = std::make_shared<TokenProvider>(std::move(provider));
  made->replace_keys(std::move(*set));
  settings.providers.push_back(std::move(made));
}

void add_with_address(Members& members, ProviderSettings provider, GateSettings& settings) {
  KeyAddress address;
  address.jwks_url = members.text("jwks-url");
  address.discovery_url = members.text("discovery-url");
  if (!address.jwks_url.empty() && !is_url(address.jwks_url))
    return members.fatal("jwks-url", "is no http or https URL");
  if (!address.discovery_url.empty() && !is_url(address.discovery_url))
    return members.fatal("discovery-url", "is no http or https URL");
  if (address.jwks_url.empty() && address.discovery_url.empty()) {
    if (provider.issuers.size() != 1 || !is_url(provider.issuers.front()))
      return members.fatal("", "needs key-file, jwks-file, jwks-url or discovery-url, or one issuer that is a URL");
    address.discovery_url = discovery_url_of(provider.issuers.front());
  }
  address.provider = std::make_shared<TokenProvider>(std::move(provider));
  settings.providers.push_back(address.provider);
  settings.key_addresses.push_back(std::move(address));
}

}  // namespace

std::string discovery_url_of(std::string_view issuer) {
  while (issuer.ends_with('/')) issuer.remove_suffix(1);
  return std::string(issuer) + "/.well-known/openid-configuration";
}

void read_provider(Members members, const std::string& name, const GateFiles& files, GateSettings& settings) {
  ProviderSettings provider{.name = name, .issuers = members.texts("issuer"), .algorithms = {}, .rules = {}};
  const bool has_pem = members.has("key-file"), has_set = members.has("jwks-file");
  const bool has_set_url = members.has("jwks-url"), has_discovery_url = members.has("discovery-url");
  const bool has_file = has_pem || has_set;
  provider.algorithms = read_algorithms(members);
  provider.rules = read_rules(members);
  provider.rules.tenant = read_tenants(members, provider.issuers);
  const auto problems_before = members.notes().size();
  members.refuse_unknown();
  if (has_file && (has_set_url || has_discovery_url))
    members.fatal("", "has its keys from two places: a file and a URL");
  if (has_pem && has_set) members.fatal("", "has both key-file and jwks-file");
  if (!has_pem && provider.issuers.empty()) members.fatal("issuer", "is needed: only a key file goes without one");
  if (provider.algorithms.empty() || members.notes().size() != problems_before) return;
  if (has_file) return add_with_file(members, std::move(provider), files, settings);
  add_with_address(members, std::move(provider), settings);
}

}  // namespace cardea::gate
