#include "oidc/authenticators/client_assertion.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/policy_requests.h"
#include "crypto/hash.h"
#include "oidc/endpoint.h"

namespace cardea::oidc {
namespace {

constexpr seconds kLifeMax{3600};
constexpr seconds kFapiLifeMax{300};
constexpr seconds kKeptLonger{60};  // used ids outlive their assertions by this
constexpr std::size_t kIdBytesMax = 256;

std::optional<seconds> parse_seconds(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value <= 0) return std::nullopt;
  return seconds(std::min<std::int64_t>(value, kLifeMax.count()));
}

/// None, "JWT" or the type of draft-ietf-oauth-rfc7523bis; any other names another use (CA-8).
bool is_type_allowed(std::string_view typ) {
  constexpr std::array<std::string_view, 4> kAllowed = {"", "JWT", "jwt", "client-authentication+jwt"};
  return std::ranges::find(kAllowed, typ) != kAllowed.end();
}

bool is_ours(std::string_view audience, const AssertionRules& rules) {
  if (audience == rules.issuer) return true;
  if (rules.policy != ClientPolicy::kClassic || !audience.starts_with(rules.issuer)) return false;
  const auto path = audience.substr(rules.issuer.size());
  return path == "/protocol/openid-connect/token" || path == "/protocol/openid-connect/ext/par/request";
}

bool is_audience_right(const jose::VerifiedJwt& assertion, const AssertionRules& rules) {
  const auto& audiences = assertion.aud();
  if (audiences.empty()) return false;
  if (rules.issuer_alone) return audiences.size() == 1 && audiences.front() == rules.issuer;
  if (rules.policy == ClientPolicy::kFapi2 && !assertion.claims().at("aud").is_string()) return false;
  return std::ranges::all_of(audiences, [&](const std::string& audience) { return is_ours(audience, rules); });
}

AssertionError from_jose(jose::JoseError error) {
  switch (error) {
    case jose::JoseError::kWrongIssuer:
      return AssertionError::kWrongIssuer;
    case jose::JoseError::kMissingExpiry:
      return AssertionError::kNoExpiry;
    case jose::JoseError::kExpired:
      return AssertionError::kExpired;
    case jose::JoseError::kNotYetValid:
      return AssertionError::kNotYetValid;
    case jose::JoseError::kUnknownKey:
    case jose::JoseError::kWrongAlgorithm:
    case jose::JoseError::kBadKey:
    case jose::JoseError::kWeakKey:
      return AssertionError::kNoKey;
    case jose::JoseError::kBadSignature:
      return AssertionError::kBadSignature;
    default:
      return AssertionError::kMalformed;
  }
}

OAuthError missing(std::string_view text) {
  return {.code = OAuthCode::kInvalidClient, .description = std::string(text), .status = 400, .note = "no_assertion"};
}

/// One id of one client: another client's assertion with the same jti is another one.
std::string used_id(const Client& client, std::string_view jti) {
  std::string text = "client_assertion";
  text.append(1, '\0').append(client.id.str()).append(1, '\0').append(jti);
  return crypto::sha256_base64url(text);
}

/// Uses the id up; the endpoint goes on only after that is durable.
web::Outcome use_up(Unproven unproven, std::string id, TimePoint expires_at) {
  return web::then(
      web::Lane::kStore, [unproven = std::move(unproven), id = std::move(id), expires_at]() mutable -> web::Outcome {
        const auto& request = *unproven.request;
        const auto& repositories = request.dependencies.repositories;
        const auto taken = write_to(repositories.store, [&](Tx& tx) {
          return repositories.used_ids.take(tx, request.realm->realm.id, id, expires_at);
        });
        if (!taken) return store_failed(request.dependencies, request.http, taken.error());
        if (!*taken) {
          return refuse_proof(unproven,
                              {.code = OAuthCode::kInvalidClient,
                               .description = "Client authentication with signed JWT failed: Token reuse detected",
                               .status = 401,
                               .note = "assertion_used_before"});
        }
        return web::then(web::Lane::kInline,
                         [unproven = std::move(unproven)]() mutable { return accept_client(std::move(unproven)); });
      });
}

}  // namespace

std::string_view describe(AssertionError error) {
  switch (error) {
    case AssertionError::kMalformed:
      return "Invalid token";
    case AssertionError::kWrongType:
      return "Token has a type that is not for client authentication";
    case AssertionError::kWrongAlgorithm:
      return "Invalid signature algorithm";
    case AssertionError::kNoKey:
      return "Unable to load public key";
    case AssertionError::kBadSignature:
      return "Signature on JWT token failed validation";
    case AssertionError::kWrongIssuer:
      return "Issuer and subject must be the client";
    case AssertionError::kWrongAudience:
      return "Invalid token audience";
    case AssertionError::kNoExpiry:
      return "Token exp claim is required";
    case AssertionError::kExpired:
      return "Token is not active";
    case AssertionError::kNotYetValid:
      return "Token was issued in the future";
    case AssertionError::kTooLong:
      return "Token expiration is too far in the future";
    case AssertionError::kNoId:
      return "Missing ID on the token";
  }
  return "Invalid token";
}

AssertionRules assertion_rules(const Client& client, std::string_view issuer, TimePoint now) {
  const auto policy = client.policy();
  const auto policy_max = policy == ClientPolicy::kFapi2 ? kFapiLifeMax : kLifeMax;
  const auto asked = parse_seconds(client.attribute("token.endpoint.auth.signing.max.exp"));
  return {.client_id = client.client_id,
          .issuer = issuer,
          .policy = policy,
          .issuer_alone = client.attribute_is_true(kHeldAudience),
          .life_max = asked ? std::min(*asked, policy_max) : policy_max,
          .now = now};
}

Result<void, AssertionError> check_assertion_algorithm(jose::Algorithm algorithm, const Client& client) {
  const auto registered = client.attribute("token.endpoint.auth.signing.alg");
  if (!registered.empty() && registered != jose::name(algorithm)) return refuse(AssertionError::kWrongAlgorithm);
  if (client.attribute_is_true(kHeldAlgorithm) && !has_strong_name(jose::name(algorithm))) {
    return refuse(AssertionError::kWrongAlgorithm);
  }
  const bool is_fapi = algorithm == jose::Algorithm::kPS256 || algorithm == jose::Algorithm::kES256 ||
                       algorithm == jose::Algorithm::kEdDSA;
  if (client.policy() == ClientPolicy::kFapi2 && !is_fapi) return refuse(AssertionError::kWrongAlgorithm);
  return {};
}

Result<void, AssertionError> check_assertion(const jose::VerifiedJwt& assertion, const AssertionRules& rules) {
  if (!is_type_allowed(assertion.header_typ())) return refuse(AssertionError::kWrongType);
  if (assertion.sub() != rules.client_id) return refuse(AssertionError::kWrongIssuer);
  if (!is_audience_right(assertion, rules)) return refuse(AssertionError::kWrongAudience);
  const auto checked =
      jose::check_claims(assertion, {.issuer = rules.client_id, .audience = std::nullopt, .now = rules.now});
  if (!checked) return refuse(from_jose(checked.error()));
  const auto begin = std::min(assertion.iat().value_or(rules.now), rules.now);
  if (*assertion.exp() - begin > rules.life_max) return refuse(AssertionError::kTooLong);
  if (assertion.jti().empty() || assertion.jti().size() > kIdBytesMax) return refuse(AssertionError::kNoId);
  return {};
}

OAuthError assertion_refused(AssertionError error) {
  return {.code = OAuthCode::kInvalidClient,
          .description = "Client authentication with signed JWT failed: " + std::string(describe(error)),
          .status = 401,
          .note = "assertion"};
}

Result<jose::UnverifiedJws, OAuthError> read_assertion(const Unproven& unproven) {
  const auto& presented = unproven.presented;
  if (presented.assertion_type.empty()) return refuse(missing("Parameter client_assertion_type is missing"));
  if (presented.assertion_type != kAssertionType) {
    return refuse(missing("Parameter client_assertion_type must be " + std::string(kAssertionType)));
  }
  if (presented.assertion.empty()) return refuse(missing("client_assertion parameter missing"));
  auto assertion = jose::UnverifiedJws::parse(presented.assertion);
  if (!assertion) return refuse(assertion_refused(AssertionError::kMalformed));
  const auto allowed = check_assertion_algorithm(assertion->algorithm(), unproven.request->client->client);
  if (!allowed) return refuse(assertion_refused(allowed.error()));
  return std::move(*assertion);
}

web::Outcome prove_by_assertion(Unproven unproven, const jose::UnverifiedJws& assertion, const jose::KeySet& keys) {
  const auto& request = *unproven.request;
  const auto& client = request.client->client;
  const auto verified = jose::verify(assertion, keys);
  if (!verified) return refuse_proof(unproven, assertion_refused(from_jose(verified.error())));
  const auto checked = check_assertion(*verified, assertion_rules(client, request.issuer, request.now));
  if (!checked) return refuse_proof(unproven, assertion_refused(checked.error()));
  if (const auto allowed = check_bearer_only(client, unproven.rules.bearer_only); !allowed) {
    return refuse_proof(unproven, allowed.error());
  }
  return use_up(std::move(unproven), used_id(client, verified->jti()), *verified->exp() + kKeptLonger);
}

}  // namespace cardea::oidc
