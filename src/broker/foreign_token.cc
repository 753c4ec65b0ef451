#include "broker/foreign_token.h"

#include <algorithm>

#include "base/text.h"
#include "broker/keys_of_provider.h"
#include "broker/start.h"
#include "domain/tenant_id.h"
#include "upstream/entra_cloud.h"
#include "upstream/id_token.h"

namespace cardea::broker {
namespace {

constexpr std::string_view kPublicV1 = "https://sts.windows.net/{tenantid}/";

struct Check {
  const Dependencies& dependencies;
  ProviderPtr provider;
  std::string token;
  SignedForeignNext next;
};
using CheckPtr = std::shared_ptr<Check>;

web::Outcome refuse_it(const CheckPtr& check, std::string reason, bool may_pass_later = false) {
  return check->next(refuse(ForeignJwtRefusal{.reason = std::move(reason), .may_pass_later = may_pass_later}));
}

/// Which tenant an issuer's URL is about; empty: none.
std::string tenant_in(std::string_view issuer) {
  const auto lower = ascii_lower(issuer);
  for (const auto part : split(lower, '/')) {
    if (is_tenant_id(part)) return std::string(part);
  }
  return {};
}

web::Outcome verify(const CheckPtr& check, const upstream::SharedKeys& keys, const Addresses& addresses) {
  const auto jws = jose::UnverifiedJws::parse(check->token);
  if (!jws) return refuse_it(check, "foreign_jwt_" + std::string(jose::describe(jws.error())));
  const auto allowed = algorithms_of(addresses);
  if (std::ranges::find(allowed, jws->algorithm()) == allowed.end()) {
    return refuse_it(check, "foreign_jwt_algorithm_not_allowed");
  }
  auto token = jose::verify(*jws, keys->keys);
  if (!token) return refuse_it(check, "foreign_jwt_" + std::string(jose::describe(token.error())));
  std::string key_issuer(keys->issuer_of(token->kid()));
  return check->next(
      SignedForeign{.token = std::move(*token), .key_issuer = std::move(key_issuer), .addresses = addresses});
}

web::Outcome fetch_keys(const CheckPtr& check, const Addresses& addresses) {
  return with_keys_of(check->dependencies, *check->provider, addresses, check->token,
                      [check, addresses](const Result<upstream::SharedKeys, std::string>& keys) -> web::Outcome {
                        if (!keys) return refuse_it(check, keys.error(), !is_fault_of_record(keys.error()));
                        return verify(check, *keys, addresses);
                      });
}

/// Nobody signs in by a provider that vouches for machines alone, so it needs no more than an issuer and its keys.
bool has_keys_alone(const Addresses& addresses) {
  return addresses.dialect == Dialect::kOidc && addresses.authorization.empty() &&
         (addresses.has_pasted_key || !addresses.jwks.empty()) && !addresses.issuer.issuer.empty() &&
         !upstream::is_template(addresses.issuer.issuer) && !addresses.has_bad_tenants;
}

}  // namespace

// The older format's host says nothing of the cloud's login host, so it is taken for the public cloud, or as `v1Issuer`
// says.
std::vector<upstream::IssuerRule> issuers_of(const IdentityProvider& provider, const Addresses& addresses) {
  std::vector<upstream::IssuerRule> out{addresses.issuer};
  if (addresses.dialect != Dialect::kEntra) return out;
  auto v1 = std::string(provider.setting("v1Issuer"));
  if (v1.empty() && addresses.issuer.issuer.starts_with(std::string(upstream::kPublicCloud.login) + "/"))
    v1 = kPublicV1;
  if (v1.empty()) return out;
  upstream::IssuerRule rule{.issuer = std::move(v1), .tenants = addresses.issuer.tenants};
  // One tenant's provider takes that tenant's tokens alone, in either format.
  if (rule.tenants.empty()) rule.tenants.push_back(tenant_in(addresses.issuer.issuer));
  if (!rule.tenants.front().empty()) out.push_back(std::move(rule));
  return out;
}

bool may_be_of(const IdentityProvider& provider, std::string_view claimed_issuer) {
  const auto rules = issuers_of(provider, addresses_of(provider));
  return std::ranges::any_of(rules, [&](const upstream::IssuerRule& rule) {
    return !rule.issuer.empty() && upstream::issuer_of_tenant(rule.issuer, tenant_in(claimed_issuer)) == claimed_issuer;
  });
}

bool is_of_issuer(const jose::VerifiedJwt& token, std::string_view key_issuer,
                  const std::vector<upstream::IssuerRule>& issuers) {
  if (issuers.empty()) return false;
  if (upstream::check_issuer(issuers.front(), token.claims(), key_issuer)) return true;
  // The key names the newer format's issuer; for the older one its tenant is what must fit, or a key for one tenant, or
  // for personal accounts alone, would sign for all.
  const auto tenant = tenant_in(key_issuer);
  if (!tenant.empty() && tenant != ascii_lower(token.text("tid"))) return false;
  return std::any_of(issuers.begin() + 1, issuers.end(), [&](const upstream::IssuerRule& rule) {
    return upstream::check_issuer(rule, token.claims(), {}).has_value();
  });
}

bool is_of_usual_type(const jose::VerifiedJwt& token, std::string_view also) {
  std::string_view type = token.header_typ();
  constexpr std::string_view kPrefix = "application/";
  if (equal_ignoring_ascii_case(type.substr(0, kPrefix.size()), kPrefix)) type.remove_prefix(kPrefix.size());
  const bool is_usual =
      std::ranges::any_of(std::initializer_list<std::string_view>{"", "JWT", "at+jwt", also},
                          [type](std::string_view each) { return equal_ignoring_ascii_case(type, each); });
  return is_usual && !token.claims().contains("events");
}

web::Outcome verify_foreign(const Dependencies& dependencies, ProviderPtr provider, std::string token,
                            SignedForeignNext next) {
  auto check = std::make_shared<Check>(dependencies, std::move(provider), std::move(token), std::move(next));
  if (const auto addresses = addresses_of(*check->provider); has_keys_alone(addresses)) {
    return fetch_keys(check, addresses);
  }
  return with_addresses(dependencies, *check->provider,
                        [check](const Result<Addresses, std::string>& addresses) -> web::Outcome {
                          if (addresses) return fetch_keys(check, *addresses);
                          return refuse_it(check, addresses.error(), !is_fault_of_record(addresses.error()));
                        });
}

}  // namespace cardea::broker
