#include "broker/more_claims.h"

#include <algorithm>

#include "base/text.h"
#include "broker/keys_of_provider.h"
#include "upstream/code_flow.h"

namespace cardea::broker {
namespace {

constexpr std::size_t kAddressesBytesMax = 64 * 1024;

struct Profile {
  ProfileQuestion question;
  ProfileNext next;
  std::string jwt = {};
};
using ProfilePtr = std::shared_ptr<Profile>;

bool is_jwt(const web::FetchResponse& response) {
  const auto type = ascii_lower(response.header("Content-Type").value_or(""));
  return trim(std::string_view(type).substr(0, type.find(';'))) == "application/jwt";
}

std::optional<std::string_view> why_not_ours(const jose::VerifiedJwt& token, const Profile& profile) {
  const auto& question = profile.question;
  const auto& claims = token.claims();
  if (claims.contains("iss") && token.iss() != question.addresses.issuer.issuer) return "wrong_issuer";
  if (claims.contains("aud") && !token.has_audience(question.provider->setting("clientId"))) return "wrong_audience";
  const auto now = question.dependencies.clock.now();
  if (token.exp() && now >= *token.exp() + upstream::kClockLeeway) return "expired";
  return std::nullopt;
}

web::Outcome read_jwt(const ProfilePtr& profile, const Result<upstream::SharedKeys, std::string>& keys) {
  if (!keys) return profile->next(refuse(keys.error()));
  const auto jws = jose::UnverifiedJws::parse(profile->jwt);
  if (!jws) return profile->next(refuse("jwt_" + std::string(jose::describe(jws.error()))));
  const auto allowed = algorithms_of(profile->question.addresses);
  if (std::ranges::find(allowed, jws->algorithm()) == allowed.end()) {
    return profile->next(refuse(std::string("jwt_algorithm_not_allowed")));
  }
  const auto token = jose::verify(*jws, (*keys)->keys);
  if (!token) return profile->next(refuse("jwt_" + std::string(jose::describe(token.error()))));
  if (const auto reason = why_not_ours(*token, *profile)) {
    return profile->next(refuse("jwt_" + std::string(*reason)));
  }
  auto claims = token->claims();
  for (const std::string_view registered : {"iss", "aud", "exp", "nbf", "iat", "jti"}) claims.erase(registered);
  return profile->next(std::move(claims));
}

// Verified ones alone: the profile itself may have none, or one that somebody only wrote down.
void put_address(const json::array& list, json::object& claims) {
  for (const auto& item : list) {
    const auto* each = item.if_object();
    if (each == nullptr || !bool_or(*each, "primary", false) || !bool_or(*each, "verified", false)) continue;
    claims["email"] = string_or(*each, "email", "");
    claims["email_verified"] = true;
    return;
  }
}

web::Outcome ask_addresses(const ProfilePtr& profile, json::object claims) {
  const auto& question = profile->question;
  auto url = outbound_url(question.addresses, question.addresses.userinfo + "/emails");
  if (!url) return profile->next(std::move(claims));
  return web::fetch(upstream::bearer_request(std::move(*url), question.access_token), web::Lane::kInline,
                    [profile, claims = std::move(claims)](const web::Fetched& fetched) mutable -> web::Outcome {
                      const auto document =
                          fetched && fetched->status == 200
                              ? parse_json(fetched->body, {.bytes_max = kAddressesBytesMax, .depth_max = 4})
                              : Result<json::value, JsonError>(refuse(JsonError::kMalformed));
                      if (document && document->is_array()) {
                        put_address(document->get_array(), claims);
                      } else {
                        const auto& asked = profile->question;
                        asked.dependencies.log.warning("upstream_addresses_not_read",
                                                       {{"provider", asked.provider->alias},
                                                        {"hint", "the scope user:email lets them be read"},
                                                        {"correlation_id", asked.correlation_id}});
                      }
                      return profile->next(std::move(claims));
                    });
}

web::Outcome take_answer(const ProfilePtr& profile, const web::Fetched& fetched) {
  const auto& question = profile->question;
  const bool has_keys = question.addresses.dialect == Dialect::kOidc;
  if (has_keys && fetched && fetched->status == 200 && is_jwt(*fetched)) {
    profile->jwt = trim(fetched->body);
    return with_keys_of(
        question.dependencies, *question.provider, question.addresses, profile->jwt,
        [profile](const Result<upstream::SharedKeys, std::string>& keys) { return read_jwt(profile, keys); });
  }
  auto claims = upstream::read_object(fetched);
  if (!claims || question.provider->kind != "github") return profile->next(std::move(claims));
  return ask_addresses(profile, std::move(*claims));
}

}  // namespace

web::Outcome ask_profile(ProfileQuestion question, ProfileNext next) {
  auto url = outbound_url(question.addresses, question.addresses.userinfo);
  if (!url) return next(refuse(std::string("bad_url")));
  auto request = upstream::bearer_request(std::move(*url), question.access_token);
  auto profile = std::make_shared<Profile>(std::move(question), std::move(next));
  return web::fetch(std::move(request), web::Lane::kInline,
                    [profile](const web::Fetched& fetched) { return take_answer(profile, fetched); });
}

Result<json::object, std::string> access_token_claims(const IdentityProvider& provider,
                                                      const upstream::ProviderKeys& keys,
                                                      const upstream::IdTokenPolicy& policy,
                                                      const json::object& id_token) {
  const bool must_be = provider.is_on("isAccessTokenJWT");
  if (!must_be && provider.kind != "keycloak-oidc") return json::object();
  // One that nobody said is a JWT, and that we cannot read, is nobody's business but the provider's.
  const auto cannot = [must_be](std::string_view why) -> Result<json::object, std::string> {
    if (!must_be) return json::object();
    return refuse("access_token_" + std::string(why));
  };
  const auto jws = jose::UnverifiedJws::parse(policy.access_token);
  if (!jws) return cannot(jose::describe(jws.error()));
  if (std::ranges::find(policy.algorithms, jws->algorithm()) == policy.algorithms.end()) {
    return cannot("algorithm_not_allowed");
  }
  const auto token = jose::verify(*jws, keys.keys);
  if (!token) return cannot(jose::describe(token.error()));
  if (!upstream::check_issuer(policy.issuer, token->claims(), keys.issuer_of(token->kid()))) {
    return cannot("wrong_issuer");
  }
  if (token->exp() && policy.now >= *token->exp() + policy.leeway) return cannot("expired");
  if (!token->sub().empty() && token->sub() != string_or(id_token, "sub", "")) {
    return refuse(std::string("access_token_of_other_subject"));
  }
  return token->claims();
}

void add_access_claims(json::object access, json::object& claims) {
  for (auto& [name, value] : access) {
    const bool is_roles = name == "realm_access" || name == "resource_access";
    if (is_roles || !claims.contains(name)) claims[name] = std::move(value);
  }
}

}  // namespace cardea::broker
