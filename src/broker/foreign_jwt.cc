#include "broker/foreign_jwt.h"

#include <algorithm>

#include "base/text.h"
#include "broker/foreign_token.h"
#include "broker/identity.h"
#include "crypto/hash.h"
#include "upstream/id_token.h"

namespace cardea::broker {
namespace {

struct Check {
  const Dependencies& dependencies;
  ProviderPtr provider;
  std::string token;
  ForeignJwtRules rules;
  ForeignJwtNext next;
};
using CheckPtr = std::shared_ptr<Check>;

web::Outcome refuse_it(const CheckPtr& check, std::string reason) {
  return check->next(refuse(ForeignJwtRefusal{.reason = std::move(reason)}));
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  for (const auto word : split_words(text)) out.emplace_back(word);
  return out;
}

/// The claim that says that a person is behind it. Absent: none does.
std::optional<std::string_view> why_of_a_person(const jose::VerifiedJwt& token, bool is_entra) {
  for (const std::string_view claim : {"nonce", "at_hash", "c_hash", "scp", "sid", "auth_time"}) {
    if (token.claims().contains(claim)) return claim;
  }
  if (token.claims().contains("typ") && token.typ() != "Bearer") return "typ";  // Keycloak's ID and refresh tokens
  if (token.claims().contains("idtyp") && token.text("idtyp") != "app") return "idtyp";
  if (!is_entra || token.text("idtyp") == "app") return std::nullopt;
  // Without the optional claim: an application is its own subject, a person's `sub` is made for each application.
  const auto object = token.text("oid");
  return object.empty() || object != token.sub() ? std::optional<std::string_view>("sub") : std::nullopt;
}

/// A word for the log; absent: its times are right.
std::optional<std::string_view> why_not_now(const jose::VerifiedJwt& token, TimePoint now) {
  if (!token.exp()) return "foreign_jwt_without_expiry";
  if (now >= *token.exp()) return "foreign_jwt_expired";
  const auto latest = now + upstream::kClockLeeway;
  if ((token.nbf() && *token.nbf() > latest) || (token.iat() && *token.iat() > latest)) {
    return "foreign_jwt_not_yet_valid";
  }
  const bool is_old = token.iat() && now - *token.iat() > kForeignJwtLifeMax;
  if (is_old || *token.exp() - now > kForeignJwtLifeMax) return "foreign_jwt_valid_for_too_long";
  return std::nullopt;
}

/// Whose it may be, and what must be said of them. At other providers than Entra ID `azp` is the application that a
/// person used, and roles are people's as well.
std::optional<std::string_view> why_not_this_one(const jose::VerifiedJwt& token, const ForeignJwtRules& rules) {
  if (rules.subject.empty() && (rules.roles.empty() || !rules.is_entra)) return "foreign_jwt_of_anybody";
  if (token.sub().empty()) return "foreign_jwt_without_subject";
  // Roles are given by the administrators of the caller's tenant: where any tenant may come, they are anybody's.
  const bool is_of_any_tenant = std::ranges::any_of(rules.issuers, [](const upstream::IssuerRule& issuer) {
    return std::ranges::find(issuer.tenants, upstream::kEveryTenant) != issuer.tenants.end();
  });
  if (rules.subject.empty() && is_of_any_tenant) return "foreign_jwt_of_any_tenant";
  const bool is_application = rules.is_entra && (rules.subject == token.azp() || rules.subject == token.text("appid"));
  if (!rules.subject.empty() && rules.subject != token.sub() && !is_application) return "foreign_jwt_wrong_subject";
  const auto roles = claim_texts(token.claims(), "roles");
  const bool has_roles = std::ranges::all_of(
      rules.roles, [&](const std::string& role) { return std::ranges::find(roles, role) != roles.end(); });
  if (!has_roles) return "foreign_jwt_policy";
  return std::nullopt;
}

web::Outcome judge(const CheckPtr& check, const SignedForeign& shown) {
  check->rules.issuers = issuers_of(*check->provider, shown.addresses);
  check->rules.is_entra = shown.addresses.dialect == Dialect::kEntra;
  auto judged = judge_foreign_jwt(shown.token, shown.key_issuer, check->rules);
  if (!judged) return refuse_it(check, std::move(judged.error()));
  judged->provider = check->provider->alias;
  return check->next(std::move(*judged));
}

bool is_good_once(const IdentityProvider& provider, const Client& client) {
  if (client.attribute_is_true("jwt.credential.once")) return true;
  const auto reuse = provider.setting("supportsClientAssertionReuse");
  const bool is_entra = provider.kind == "entra" || provider.kind == "microsoft";
  return reuse.empty() ? !is_entra : reuse != "true";
}

}  // namespace

Result<ForeignJwt, std::string> judge_foreign_jwt(const jose::VerifiedJwt& token, std::string_view key_issuer,
                                                  const ForeignJwtRules& rules) {
  const auto no = [](std::string_view reason) { return refuse(std::string(reason)); };
  if (!is_of_issuer(token, key_issuer, rules.issuers)) return no("foreign_jwt_wrong_issuer");
  if (rules.audiences.empty()) return no("foreign_jwt_no_audience_configured");
  const bool for_us =
      std::ranges::any_of(rules.audiences, [&](const std::string& each) { return token.has_audience(each); });
  if (!for_us) return no("foreign_jwt_wrong_audience");
  if (const auto reason = why_not_now(token, rules.now)) return no(*reason);
  if (token.claims().contains("cnf")) return no("foreign_jwt_bound_to_a_key");
  if (!is_of_usual_type(token, "client-authentication+jwt")) return no("foreign_jwt_of_another_type");
  if (const auto claim = why_of_a_person(token, rules.is_entra)) {
    return no("foreign_jwt_of_a_person_" + std::string(*claim));
  }
  if (const auto reason = why_not_this_one(token, rules)) return no(*reason);
  ForeignJwt out{.subject = std::string(token.sub()), .expires_at = *token.exp()};
  if (!rules.once) return out;
  const auto id = token.jti().empty() ? token.text("uti") : token.jti();
  if (id.empty()) return no("foreign_jwt_without_id");
  out.used_hash = crypto::sha256_base64url("foreign-jwt." + std::string(token.iss()) + "." + std::string(id));
  return out;
}

web::Outcome check_foreign_jwt(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                               const Client& client, std::string token, ForeignJwtNext next) {
  auto provider = enabled_provider(realm->realm, client.attribute("jwt.credential.issuer"));
  const auto issuer = dependencies.base_url.issuer(request, realm->realm.name);
  auto audiences = words_of(client.attribute("jwt.credential.audience"));
  // Where the address follows the request, a token made for another server would be for us once a request says its host
  // (attack class 9).
  if (audiences.empty() && dependencies.base_url.is_configured(realm->realm.name))
    audiences = {issuer, issuer + "/protocol/openid-connect/token"};
  const bool once = provider != nullptr && is_good_once(*provider, client);
  auto check = std::make_shared<Check>(dependencies, std::move(provider), std::move(token),
                                       ForeignJwtRules{.issuers = {},
                                                       .audiences = std::move(audiences),
                                                       .subject = std::string(client.attribute("jwt.credential.sub")),
                                                       .roles = words_of(client.attribute("jwt.credential.roles")),
                                                       .once = once,
                                                       .now = dependencies.clock.now()},
                                       std::move(next));
  if (check->provider == nullptr) return refuse_it(check, "no_such_provider");
  if (!check->provider->is_on("supportsClientAssertions")) return refuse_it(check, "provider_vouches_for_no_clients");
  return verify_foreign(dependencies, check->provider, std::move(check->token),
                        [check](const Result<SignedForeign, ForeignJwtRefusal>& shown) -> web::Outcome {
                          if (!shown) return check->next(refuse(shown.error()));
                          return judge(check, *shown);
                        });
}

}  // namespace cardea::broker
