#include "oidc/ciba/signed_request.h"

#include "core/policy_requests.h"
#include "crypto/hash.h"
#include "jose/jws.h"
#include "oidc/authorize/request_object.h"
#include "oidc/client_keys.h"
#include "oidc/endpoint.h"
#include "oidc/keys_at_address.h"

namespace cardea::oidc {
namespace {

constexpr std::string_view kAlgorithm = "ciba.backchannel.auth.request.signing.alg";
constexpr seconds kSkew{10};
constexpr seconds kKeptLonger{60};  // used ids outlive their objects by this
constexpr std::size_t kIdBytesMax = 256;

OAuthError bad(std::string_view text, std::string_view note) {
  return {OAuthCode::kInvalidRequest, std::string(text), 400, "signed_request: " + std::string(note)};
}
OAuthError missing(std::string_view claim) {
  return bad("Missing parameter in the 'request' object: " + std::string(claim), claim);
}

bool is_allowed_algorithm(jose::Algorithm algorithm, const Client& client) {
  const auto registered = client.attribute(kAlgorithm);
  return !jose::is_hmac(algorithm) && (registered.empty() || registered == jose::name(algorithm));
}

/// One id of one client.
std::string used_id(const Client& client, std::string_view jti) {
  std::string text = "ciba_request";
  text.append(1, '\0').append(client.id.str()).append(1, '\0').append(jti);
  return crypto::sha256_base64url(text);
}

/// Section 7.1.1 names six claims; a token made for something else has a type or a subject.
Result<void, OAuthError> check_claims(const jose::VerifiedJwt& object, const Client& client, std::string_view issuer,
                                      TimePoint now) {
  const auto typ = object.header_typ();
  if (!(typ.empty() || typ == "JWT" || typ == "jwt") || !object.sub().empty())
    return refuse(bad("Invalid Request", "use"));
  if (object.iss() != client.client_id) return refuse(bad("Invalid parameter in the 'request' object: iss", "iss"));
  if (object.aud().empty()) return refuse(missing("aud"));
  if (!object.has_audience(issuer)) return refuse(bad("Invalid parameter in the 'request' object: aud", "aud"));
  if (!object.exp()) return refuse(missing("exp"));
  if (!object.nbf()) return refuse(missing("nbf"));
  if (!object.iat()) return refuse(missing("iat"));
  if (object.jti().empty() || object.jti().size() > kIdBytesMax) return refuse(missing("jti"));
  if (*object.exp() <= now) return refuse(bad("Request Expired", "expired"));
  if (*object.nbf() > now + kSkew || *object.iat() > now + kSkew) {
    return refuse(bad("Request not yet being processed", "not_yet_valid"));
  }
  const auto period = held_ciba_period(client).value_or(kSignedRequestLifeMax);
  if (*object.exp() - *object.nbf() > period || *object.exp() - now > kSignedRequestLifeMax) {
    return refuse(bad("Request's available period is long", "lives_too_long"));
  }
  return {};
}

Result<jose::VerifiedJwt, jose::JoseError> verify_object(const jose::UnverifiedJws& jws, const Client& client,
                                                         const jose::KeySet* fetched) {
  if (fetched != nullptr) return jose::verify(jws, *fetched);
  const auto keys = keys_of_objects(client, jws);
  if (!keys) return refuse(keys.error());
  return jose::verify(jws, *keys);
}

web::Outcome use_up(const ClientRequestPtr& request, SignedRequest read, CibaParametersStep next) {
  return web::then(
      web::Lane::kStore, [request, read = std::move(read), next = std::move(next)]() mutable -> web::Outcome {
        const auto& repositories = request->dependencies.repositories;
        const auto id = used_id(request->client->client, read.jti);
        const auto taken = write_to(repositories.store, [&](Tx& tx) {
          return repositories.used_ids.take(tx, request->realm->realm.id, id, read.expires_at + kKeptLonger);
        });
        if (!taken) return store_failed(request->dependencies, request->http, taken.error());
        if (!*taken) return next(refuse(bad("Request object was used before", "used_before")));
        return next(std::move(read.form));
      });
}

}  // namespace

Result<SignedRequest, OAuthError> read_signed_request(std::string_view object, const Client& client,
                                                      std::string_view issuer, TimePoint now,
                                                      const jose::KeySet* fetched) {
  const auto jws = jose::UnverifiedJws::parse(object);
  if (!jws) return refuse(bad("Failed to build JWS", jose::describe(jws.error())));
  if (!is_allowed_algorithm(jws->algorithm(), client))
    return refuse(bad("Invalid Request", "algorithm_not_registered"));
  const auto verified = verify_object(*jws, client, fetched);
  if (!verified) return refuse(bad("Invalid Request", jose::describe(verified.error())));
  if (auto checked = check_claims(*verified, client, issuer, now); !checked) return refuse(checked.error());
  auto form = parameters_of(*verified);
  if (!form || form->raw("request") || form->raw("request_uri")) return refuse(bad("Invalid Request", "parameters"));
  return SignedRequest{std::move(*form), std::string(verified->jti()), *verified->exp()};
}

web::Outcome with_ciba_parameters(const ClientRequestPtr& request, CibaParametersStep next) {
  const auto& client = request->client->client;
  const auto text = request->form.value("request");
  if (!text) {
    if (held_ciba_period(client)) {
      return next(refuse(bad("Missing parameter: 'request' or 'request_uri'", "policy_secure_ciba_signed_authn_req")));
    }
    return next(request->form);
  }
  const auto go_on = [request](Result<SignedRequest, OAuthError> read, CibaParametersStep step) -> web::Outcome {
    if (!read) return step(refuse(read.error()));
    return use_up(request, std::move(*read), std::move(step));
  };
  const auto jws = jose::UnverifiedJws::parse(*text);
  const auto url = client.attribute_is_true("use.jwks.url") ? jwks_url_of(client) : std::nullopt;
  if (!jws || !url || !is_allowed_algorithm(jws->algorithm(), client)) {
    return go_on(read_signed_request(*text, client, request->issuer, request->now), std::move(next));
  }
  WantedKey wanted{.kid = {}, .algorithm = jws->algorithm()};
  if (const auto kid = jws->kid()) wanted.kid = *kid;
  return with_keys_at(
      request->dependencies, *url, wanted,
      [request, go_on, text = std::string(*text),
       next = std::move(next)](Result<SharedKeys, std::string> keys) mutable -> web::Outcome {
        if (!keys) return next(refuse(bad("Invalid Request", keys.error())));
        return go_on(read_signed_request(text, request->client->client, request->issuer, request->now, keys->get()),
                     std::move(next));
      });
}

}  // namespace cardea::oidc
