#include "oidc/userinfo/userinfo_endpoint.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "core/client_urls.h"
#include "crypto/hash.h"
#include "jose/signing_key.h"
#include "oidc/cors.h"
#include "oidc/dpop/take_proof.h"
#include "oidc/encryption.h"
#include "oidc/endpoint.h"
#include "oidc/error.h"
#include "oidc/presented_token.h"
#include "oidc/userinfo/bearer_token.h"

namespace cardea::oidc {
namespace {

struct Refusal {
  int status = 401;
  std::string_view error;  // empty: no token was sent (RFC 6750 section 3.1)
  std::string_view description;
  std::string_view scheme = "Bearer";
};

/// The same told to somebody who sent a proof, or should have (RFC 9449 section 7.1).
Refusal of_dpop(Refusal refusal) {
  refusal.scheme = "DPoP";
  return refusal;
}

constexpr Refusal kNoToken{};
constexpr Refusal kBadToken{401, "invalid_token", "Token verification failed"};
constexpr Refusal kBadProof{401, "invalid_dpop_proof", "DPoP proof is missing or not valid"};
constexpr Refusal kSeveral{400, "invalid_request", "More than one method used for including an access token"};
constexpr Refusal kRepeated{400, "invalid_request", "Duplicate parameter"};
constexpr Refusal kNoOpenid{403, "insufficient_scope", "Missing openid scope"};
constexpr Refusal kLightweight{401, "invalid_token", "Lightweight access token not allowed for userinfo endpoint"};

web::Response refused(const Dependencies& dependencies, const web::Request& request, const RealmEntry& realm,
                      const Refusal& refusal, std::string_view note) {
  dependencies.log.info("userinfo_refused",
                        {{"reason", note}, {"realm", realm.realm.name}, {"correlation_id", request.correlation_id}});
  std::string challenge(refusal.scheme);
  if (refusal.scheme == "DPoP") {
    challenge.append(" algs=\"").append(join(proof_algorithms(), " ")).append("\", realm=\"");
  } else {
    challenge.append(" realm=\"");
  }
  challenge.append(public_text(realm.realm.name)).append("\"");
  if (!refusal.error.empty()) {
    challenge.append(", error=\"").append(refusal.error);
    challenge.append("\", error_description=\"").append(refusal.description).append("\"");
  }
  auto response = web::empty_response(refusal.status);
  response.add("WWW-Authenticate", challenge).add("Cache-Control", "no-store").add("Pragma", "no-cache");
  return response;
}

/// Before a token tells whose page asks: the answer says nothing of anybody, and a page that may not read it takes an
/// expired token for a network that is down.
web::Response refused_to_anybody(const Dependencies& dependencies, const web::Request& request, const RealmEntry& realm,
                                 const Refusal& refusal, std::string_view note) {
  auto response = refused(dependencies, request, realm, refusal, note);
  add_cors_for_all(response, request);
  if (response.find_header("Access-Control-Allow-Origin") != nullptr) {
    response.set("Access-Control-Expose-Headers", "Access-Control-Allow-Methods, WWW-Authenticate");
  }
  return response;
}

bool has_openid(const jose::VerifiedJwt& token) {
  return std::ranges::any_of(split_words(token.scope()), [](std::string_view word) { return word == "openid"; });
}

/// The claims as a JWT for clients that asked for one (OpenID Connect Core 1.0 section 5.3.2): with `iss` and `aud`.
Result<std::string, IssueError> signed_userinfo(const TokenContext& context, const std::string& claims,
                                                std::string_view algorithm) {
  const auto* key = context.realm.signing_key(algorithm);
  if (key == nullptr) return refuse(IssueError::kNoKey);
  auto document = parse_json(claims);
  if (!document || !document->is_object()) return refuse(IssueError::kBadClaim);
  document->as_object()["iss"] = context.issuer;
  document->as_object()["aud"] = context.client.client.client_id;
  return jose::sign_jwt(*key, "JWT", json::serialize(*document));
}

web::Response answer(const Dependencies& dependencies, const web::Request& request, const TokenContext& context) {
  const auto& client = context.client.client;
  const auto algorithm = client.attribute("user.info.response.signature.alg");
  const bool is_signed = !algorithm.empty() && algorithm != "none";
  const auto failed = [&](std::string_view reason) {
    dependencies.log.error("userinfo_failed", {{"reason", reason},
                                               {"realm", context.realm.realm.name},
                                               {"client_id", client.client_id},
                                               {"correlation_id", request.correlation_id}});
    return web::json_error(500, wire_name(OAuthCode::kServerError), "The claims could not be made; see the server log");
  };
  auto claims = userinfo_json(context);
  if (claims && is_signed) claims = signed_userinfo(context, *claims, algorithm);
  if (!claims) return failed(describe(claims.error()));
  auto body = encrypted_for(dependencies, client, Encrypted::kUserinfo, std::move(*claims), is_signed ? "JWT" : "");
  if (!body) return failed(body.error());
  auto response = web::no_store_json(200, std::move(*body));
  if (is_signed || wants_encrypted(client, Encrypted::kUserinfo)) response.set("Content-Type", "application/jwt");
  return response;
}

web::Response answer_presented(const Dependencies& dependencies, const web::Request& request, const RealmEntry& realm,
                               const jose::VerifiedJwt& token, const PresentedToken& presented, TimePoint now) {
  const auto& client = presented.live.client->client;
  const bool lightweight_allowed = client.attribute_is_true("allow.userinfo.with.lightweight.access.token");
  auto response = is_lightweight(token) && !lightweight_allowed
                      ? refused(dependencies, request, realm, kLightweight, "lightweight_token")
                      : answer(dependencies, request, context_of(presented, realm, token, now));
  add_cors(response, request, client, dependencies.base_url.of_realm(request, address_realm(client, realm.realm.name)));
  return response;
}

web::Outcome load_and_answer(const Dependencies& dependencies, const web::Request& request,
                             const std::shared_ptr<const RealmEntry>& realm, const jose::VerifiedJwt& token) {
  const auto now = dependencies.clock.now();
  auto loaded = read_from(dependencies.repositories.store,
                          [&](Rows& rows) { return load_presented_token(rows, dependencies, realm, token, now); });
  if (!loaded) return store_failed(dependencies, request, loaded.error());
  if (!*loaded) {
    auto response = refused(dependencies, request, *realm, kBadToken, describe(loaded->error()));
    add_cors(response, request, allowed_origins(token));
    return response;
  }
  auto presented = std::make_shared<const PresentedToken>(std::move(**loaded));
  return with_encryption_keys(dependencies, *presented->live.client,
                              [&dependencies, &request, realm, token, presented, now]() -> web::Outcome {
                                const auto& asking = presented->live.client->client;
                                if (!wants_encrypted(asking, Encrypted::kUserinfo)) {
                                  return answer_presented(dependencies, request, *realm, token, *presented, now);
                                }
                                return web::then(web::Lane::kCpu, [=, &dependencies, &request]() -> web::Outcome {
                                  return answer_presented(dependencies, request, *realm, token, *presented, now);
                                });
                              });
}

/// A verified token in the hands of whoever may use it: what it says decides.
web::Outcome go_on(const Dependencies& dependencies, const web::Request& request,
                   std::shared_ptr<const RealmEntry> realm, jose::VerifiedJwt token) {
  if (!has_openid(token)) {
    auto response = refused(dependencies, request, *realm, kNoOpenid, "no_openid_scope");
    add_cors(response, request, allowed_origins(token));
    return response;
  }
  return then_read(dependencies,
                   [&dependencies, &request, realm = std::move(realm), token = std::move(token)]() -> web::Outcome {
                     return load_and_answer(dependencies, request, realm, token);
                   });
}

/// Checks the token with what its sender proved to hold.
Result<jose::VerifiedJwt, BearerError> verify(const Dependencies& dependencies, const web::Request& request,
                                              const RealmEntry& realm, const SentToken& sent,
                                              std::string_view key_thumbprint) {
  const auto certificate =
      request.client_certificate.empty() ? std::string() : crypto::sha256_base64url(request.client_certificate);
  return verify_access_token(realm, dependencies.base_url.issuer(request, realm.realm.name), sent.token,
                             dependencies.clock.now(),
                             {.key_thumbprint = key_thumbprint, .certificate_thumbprint = certificate});
}

/// RFC 9449 section 7: the proof first, then a token that is bound to its key, then the proof is used up.
web::Outcome with_proof(const Dependencies& dependencies, const web::Request& request,
                        std::shared_ptr<const RealmEntry> realm, const SentToken& sent) {
  const auto refuse_it = [&](const Refusal& refusal, std::string_view note) {
    return refused_to_anybody(dependencies, request, *realm, of_dpop(refusal), note);
  };
  const auto header = read_proof(request);
  if (!header) return refuse_it(kBadProof, describe(header.error()));
  if (!*header) return refuse_it(kBadProof, describe(ProofError::kMissing));
  auto proof = check_request_proof(dependencies, request, **header, ClientPolicy::kClassic, sent.token);
  if (!proof) return refuse_it(kBadProof, describe(proof.error()));
  auto token = verify(dependencies, request, *realm, sent, proof->key_thumbprint);
  if (!token) return refuse_it(kBadToken, describe(token.error()));
  if (confirmation(*token, "jkt").empty()) return refuse_it(kBadToken, "dpop_scheme_for_unbound_token");
  const auto realm_id = realm->realm.id;
  auto next = [&dependencies, &request, realm = std::move(realm),
               token = std::move(*token)](bool first) mutable -> web::Outcome {
    if (!first) return refused_to_anybody(dependencies, request, *realm, of_dpop(kBadProof), "dpop_proof_used");
    return go_on(dependencies, request, std::move(realm), std::move(token));
  };
  return use_proof_up(dependencies, request, realm_id, std::move(*proof), std::move(next));
}

}  // namespace

web::Outcome userinfo_endpoint(const Dependencies& dependencies, const web::Request& request) {
  return with_path_realm(
      dependencies, request, [&dependencies, &request](std::shared_ptr<const RealmEntry> realm) -> web::Outcome {
        const auto sent = read_bearer_token(request);
        if (!sent) {
          const bool is_repeated = sent.error() == BearerReadError::kRepeated;
          return refused_to_anybody(dependencies, request, *realm, is_repeated ? kRepeated : kSeveral,
                                    "several_tokens");
        }
        if (!*sent) return refused_to_anybody(dependencies, request, *realm, kNoToken, "no_token");
        if ((*sent)->is_dpop) return with_proof(dependencies, request, std::move(realm), **sent);
        auto token = verify(dependencies, request, *realm, **sent, {});
        if (!token) return refused_to_anybody(dependencies, request, *realm, kBadToken, describe(token.error()));
        return go_on(dependencies, request, std::move(realm), std::move(*token));
      });
}

}  // namespace cardea::oidc
