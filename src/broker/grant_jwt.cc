#include "broker/grant_jwt.h"

#include <algorithm>

#include "base/text.h"
#include "broker/foreign_token.h"
#include "broker/identity.h"
#include "broker/mappers.h"
#include "crypto/hash.h"
#include "upstream/id_token.h"

namespace cardea::broker {
namespace {

constexpr std::string_view kPrefix = "oauth2.jwt.authorization.grant.";
constexpr seconds kAgeMax{86'400};
constexpr seconds kSkewMax{300};

ForeignJwtRefusal no(std::string reason, std::string_view said) {
  return {.reason = std::move(reason), .said = std::string(said)};
}

/// [{"key": ..., "value": ...}]; absent: it is something else, and then nobody knows what was meant.
std::optional<TextPairs> read_pairs(std::string_view text) {
  TextPairs out;
  if (trim(text).empty()) return out;
  const auto document = parse_json(text, {.bytes_max = 64 * 1024, .depth_max = 4});
  if (!document || !document->is_array()) return std::nullopt;
  for (const auto& item : document->get_array()) {
    const auto* pair = item.if_object();
    if (pair == nullptr) return std::nullopt;
    out.emplace_back(string_or(*pair, "key", ""), string_or(*pair, "value", ""));
    if (out.back().first.empty() || out.back().second.empty()) return std::nullopt;
  }
  return out;
}

/// What its attribute says; Keycloak's lists are joined by "##".
bool is_listed(const Client& client, std::string_view alias) {
  std::string_view rest = client.attribute(std::string(kPrefix) + "idp");
  while (!rest.empty()) {
    const auto end = rest.find("##");
    if (rest.substr(0, end) == alias) return true;
    if (end == std::string_view::npos) return false;
    rest.remove_prefix(end + 2);
  }
  return false;
}

struct Choice {
  ProviderPtr provider;
  bool is_known = false;  // the realm has one of this issuer, but not for this client
};

/// The provider whose record says that its tokens are from this issuer: one of the client's before any other.
Choice choose(const Realm& realm, const Client& client, std::string_view issuer) {
  Choice out;
  for (auto& provider : identity_providers(realm)) {
    if (!provider.enabled || !may_be_of(provider, issuer)) continue;
    out.is_known = true;
    if (out.provider == nullptr && is_listed(client, provider.alias)) {
      out.provider = std::make_shared<const IdentityProvider>(std::move(provider));
    }
  }
  return out;
}

/// Absent: its times are right.
std::optional<ForeignJwtRefusal> why_not_now(const jose::VerifiedJwt& token, const GrantJwtRules& rules) {
  if (!token.exp()) return no("foreign_jwt_without_expiry", "Token exp claim is required");
  if (rules.now >= *token.exp()) return no("foreign_jwt_expired", "Token is not active");
  const auto latest = rules.now + std::max(upstream::kClockLeeway, rules.skew);
  if (token.nbf() && *token.nbf() > latest) return no("foreign_jwt_not_yet_valid", "Token is not active");
  if (!token.iat()) {
    if (*token.exp() - rules.now <= rules.age_max) return std::nullopt;
    return no("foreign_jwt_valid_for_too_long",
              "Token expiration is too far in the future and iat claim not present in token");
  }
  if (*token.iat() > latest) return no("foreign_jwt_not_yet_valid", "Token was issued in the future");
  if (rules.now <= *token.iat() + rules.age_max) return std::nullopt;
  return no("foreign_jwt_too_old", "Token was issued too far in the past to be used now");
}

/// An ID token says who sat before a browser, a refresh or logout token is for its issuer: none is a word for us.
bool is_for_something_else(const jose::VerifiedJwt& token) {
  if (!is_of_usual_type(token, "authorization-grant+jwt")) return true;
  for (const std::string_view claim : {"nonce", "at_hash", "c_hash"}) {
    if (token.claims().contains(claim)) return true;
  }
  return token.claims().contains("typ") && token.typ() != "Bearer";
}

/// An ID token need have neither nonce nor hash. What is for ourselves as a client of the provider must say that it is
/// for an API: by its type (RFC 9068), or by claims that ID tokens do not have (entra.md section 6).
bool may_be_id_token(const jose::VerifiedJwt& token, std::string_view own_client_id) {
  if (own_client_id.empty() || token.aud().empty() || token.aud().front() != own_client_id) return false;
  const auto& type = token.header_typ();
  if (type == "at+jwt" || type == "application/at+jwt" || type == "authorization-grant+jwt") return false;
  return std::ranges::none_of(std::to_array<std::string_view>({"scp", "scope", "azpacr", "appidacr", "idtyp"}),
                              [&](std::string_view claim) { return token.claims().contains(claim); });
}

bool says(const jose::VerifiedJwt& token, const std::pair<std::string, std::string>& wanted) {
  const auto texts = claim_texts(token.claims(), wanted.first);
  return std::ranges::find(texts, wanted.second) != texts.end();
}

GrantJwtRules rules_of(const Dependencies& dependencies, const IdentityProvider& provider) {
  const auto age = parse_integer<std::int64_t>(provider.setting("jwtAuthorizationGrantMaxAllowedAssertionExpiration"));
  GrantJwtRules out;
  out.algorithm = provider.setting("jwtAuthorizationGrantAssertionSignatureAlg");
  if (age) out.age_max = std::clamp(seconds(*age), seconds{0}, kAgeMax);
  if (const auto skew = parse_integer<std::int64_t>(provider.setting("jwtAuthorizationGrantAllowedClockSkew"))) {
    out.skew = std::clamp(seconds(*skew), seconds{0}, kSkewMax);
  }
  out.once = !provider.is_on("jwtAuthorizationGrantAssertionReuseAllowed");
  out.own_client_id = provider.setting("clientId");
  out.now = dependencies.clock.now();
  return out;
}

/// Whom it is about, as the provider's people are known here.
Result<ForeignJwt, ForeignJwtRefusal> with_subject(ForeignJwt judged, const Realm& realm,
                                                   const IdentityProvider& provider, const SignedForeign& shown) {
  auto identity = make_identity(provider, shown.addresses, shown.token.claims(), {});
  if (!identity && identity.error() == IdentityError::kNoId) {
    return refuse(no("foreign_jwt_without_subject", "Missing claim: sub"));
  }
  if (!identity) return refuse(no("foreign_jwt_" + std::string(describe(identity.error())), "User not found"));
  const auto renamed = rename_identity(mappers_of(realm, provider), shown.addresses, *identity);
  if (!renamed) return refuse(no("foreign_jwt_" + std::string(renamed.error()), "User not found"));
  judged.subject = identity->id;
  judged.proof.provider = judged.provider = provider.alias;
  judged.proof.username = identity->username;
  // Entra ID has two names for one issuer: links and sessions know people by that of the newer format.
  if (shown.addresses.dialect == Dialect::kEntra) {
    judged.proof.issuer =
        upstream::issuer_of_tenant(shown.addresses.issuer.issuer, ascii_lower(shown.token.text("tid")));
  }
  return judged;
}

}  // namespace

Result<ForeignJwt, ForeignJwtRefusal> judge_grant_jwt(const jose::VerifiedJwt& token, std::string_view key_issuer,
                                                      const GrantJwtRules& rules) {
  if (!rules.algorithm.empty() && jose::name(token.algorithm()) != rules.algorithm) {
    return refuse(no("foreign_jwt_algorithm_not_allowed", "Invalid signature algorithm"));
  }
  if (!is_of_issuer(token, key_issuer, rules.issuers)) {
    return refuse(no("foreign_jwt_wrong_issuer", "Invalid token issuer"));
  }
  if (token.sub().empty()) return refuse(no("foreign_jwt_without_subject", "Missing claim: sub"));
  if (auto refusal = why_not_now(token, rules)) return refuse(std::move(*refusal));
  // Made for several, it may come from any of them.
  if (token.aud().size() > 1) return refuse(no("foreign_jwt_several_audiences", "Multiple audiences not allowed"));
  if (token.aud().empty() || std::ranges::find(rules.audiences, token.aud().front()) == rules.audiences.end()) {
    return refuse(no("foreign_jwt_wrong_audience", "Invalid token audience"));
  }
  // Bound to a key that nobody shows here (standards.md TX-8), or for those it names to act by (TX-7).
  if (token.claims().contains("cnf")) return refuse(no("foreign_jwt_bound_to_a_key", "Invalid token"));
  if (token.claims().contains("may_act")) return refuse(no("foreign_jwt_may_act", "Invalid token"));
  if (may_be_id_token(token, rules.own_client_id)) {
    return refuse(no("foreign_jwt_may_be_an_id_token", "Invalid token type"));
  }
  if (is_for_something_else(token)) return refuse(no("foreign_jwt_of_another_type", "Invalid token type"));
  if (!std::ranges::all_of(rules.claims, [&](const auto& wanted) { return says(token, wanted); })) {
    return refuse(no("foreign_jwt_policy", "The token does not say what the client's settings ask for"));
  }
  ForeignJwt out{.subject = std::string(token.sub()), .expires_at = *token.exp()};
  out.proof.issuer = token.iss();
  out.proof.subject = token.sub();
  out.proof.sid = token.sid();
  if (token.auth_time()) out.proof.auth_time = epoch_seconds(*token.auth_time());
  if (!rules.once) return out;
  const auto id = token.jti().empty() ? token.text("uti") : token.jti();
  if (id.empty()) return refuse(no("foreign_jwt_without_id", "Token jti claim is required"));
  out.used_hash = crypto::sha256_base64url("foreign-jwt." + std::string(token.iss()) + "." + std::string(id));
  return out;
}

web::Outcome check_grant_jwt(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                             const Client& client, std::string token, ForeignJwtNext next) {
  const auto jws = jose::UnverifiedJws::parse(token);
  const auto issuer = jws ? jws->claimed_issuer() : std::string();
  if (issuer.empty()) return next(refuse(no("foreign_jwt_without_issuer", "Missing claim: iss")));
  const auto choice = choose(realm->realm, client, issuer);
  if (!choice.is_known) {
    return next(refuse(no("foreign_jwt_of_unknown_issuer", "No Identity Provider for provided issuer")));
  }
  if (choice.provider == nullptr) {
    return next(refuse(no("provider_not_of_client", "Identity Provider is not allowed for the client")));
  }
  const bool gives = choice.provider->kind == kGrantProvider || choice.provider->is_on("jwtAuthorizationGrantEnabled");
  if (!gives) {
    return next(refuse(no("provider_gives_no_grants", "JWT Authorization Grant is not enabled for the provider")));
  }
  auto rules = rules_of(dependencies, *choice.provider);
  const auto audiences = read_pairs(client.attribute(std::string(kPrefix) + "audience"));
  auto claims = read_pairs(client.attribute(std::string(kPrefix) + "claims"));
  if (!audiences || !claims) {
    return next(refuse(no("bad_grant_settings", "The client's settings for this grant cannot be read")));
  }
  rules.claims = std::move(*claims);
  for (const auto& [alias, audience] : *audiences) {
    if (alias == choice.provider->alias) rules.audiences.push_back(audience);
  }
  // Where the address follows the request, a token made for another server would be for us once a request says its host
  // (attack class 9).
  if (rules.audiences.empty() && dependencies.base_url.is_configured(realm->realm.name)) {
    const auto ours = dependencies.base_url.issuer(request, realm->realm.name);
    rules.audiences = {ours, ours + "/protocol/openid-connect/token"};
  }
  if (choice.provider->is_on("allowClientIdAsAudience") && !rules.own_client_id.empty()) {
    rules.audiences.push_back(rules.own_client_id);
  }
  return verify_foreign(dependencies, choice.provider, std::move(token),
                        [realm, provider = choice.provider, rules = std::move(rules), next = std::move(next)](
                            const Result<SignedForeign, ForeignJwtRefusal>& shown) mutable -> web::Outcome {
                          if (!shown) {
                            auto refusal = shown.error();
                            if (!refusal.may_pass_later) refusal.said = "Invalid signature";
                            return next(refuse(std::move(refusal)));
                          }
                          rules.issuers = issuers_of(*provider, shown->addresses);
                          auto judged = judge_grant_jwt(shown->token, shown->key_issuer, rules);
                          if (!judged) return next(refuse(judged.error()));
                          return next(with_subject(std::move(*judged), realm->realm, *provider, *shown));
                        });
}

}  // namespace cardea::broker
