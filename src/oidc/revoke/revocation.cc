#include "oidc/revoke/revocation.h"

#include "core/check_bearer.h"
#include "oidc/client_request.h"
#include "oidc/endpoint.h"

namespace cardea::oidc {
namespace {

constexpr ClientRequestRules kRules{};

void log_revoked(const ClientRequest& request, std::string_view kind, const jose::VerifiedJwt& token) {
  request.dependencies.log.info("token_revoked", {{"kind", kind},
                                                  {"realm", request.realm->realm.name},
                                                  {"client_id", request.client->client.client_id},
                                                  {"user_id", token.sub()},
                                                  {"correlation_id", request.http.correlation_id}});
}

web::Response done() {
  auto response = web::empty_response(200);
  response.add("Cache-Control", "no-store").add("Pragma", "no-cache");
  return response;
}

/// RFC 7009 section 2.2: an unknown token is no error to act on. Keycloak says so in the body, with status 200.
web::Response nothing_to_revoke() { return web::json_error(200, wire_name(OAuthCode::kInvalidToken), "Invalid token"); }

web::Outcome revoke_access_token(ClientRequestPtr request, jose::VerifiedJwt token) {
  return web::then(web::Lane::kStore, [request = std::move(request), token = std::move(token)]() -> web::Outcome {
    const auto& repositories = request->dependencies.repositories;
    const auto stored = repositories.store.write([&](Tx& tx) {
      return repositories.revocations.insert(tx, request->realm->realm.id, token.jti(), token.exp().value());
    });
    if (!stored) return store_failed(request->dependencies, request->http, stored.error());
    log_revoked(*request, "access_token", token);
    return done();
  });
}

web::Outcome revoke_refresh_token(ClientRequestPtr request, jose::VerifiedJwt token) {
  return web::then(web::Lane::kStore, [request = std::move(request), token = std::move(token)]() -> web::Outcome {
    const auto& repositories = request->dependencies.repositories;
    const auto removed = write_to(repositories.store, [&](Tx& tx) {
      return sessions_of(repositories, token)
          .remove_client_session(tx, SessionId(token.sid()), request->client->client.id);
    });
    if (!removed) return store_failed(request->dependencies, request->http, removed.error());
    log_revoked(*request, *removed ? "refresh_token_and_session" : "refresh_token", token);
    return done();
  });
}

web::Outcome revoke(ClientRequestPtr request) {
  const auto refused = [&](OAuthCode code, std::string_view text) {
    return refuse_client(*request, {.code = code, .description = std::string(text), .note = {}});
  };
  const auto text = request->form.value("token");
  if (!text) return refused(OAuthCode::kInvalidRequest, "Token not provided");
  const auto& realm = *request->realm;
  // The kind is read from the token; a hint could only be wrong (RFC 7009 section 2.1).
  auto access = verify_access_token(realm, request->issuer, *text, request->now, {.is_waived = true});
  auto refresh = access ? Result<jose::VerifiedJwt, BearerError>(refuse(BearerError::kInvalid))
                        : verify_refresh_token(realm, request->issuer, *text, request->now);
  if (!access && !refresh) {
    const bool is_id_token = verify_id_token_hint(realm, request->issuer, *text, request->now).has_value();
    if (is_id_token) return refused(OAuthCode::kUnsupportedTokenType, "Unsupported token type");
    return nothing_to_revoke();
  }
  const auto owner = access ? access->azp() : refresh->azp();
  if (owner != request->client->client.client_id) {
    return refused(OAuthCode::kInvalidRequest, "Unmatching clients");  // and the token stays valid (RV-3)
  }
  return access ? revoke_access_token(std::move(request), std::move(*access))
                : revoke_refresh_token(std::move(request), std::move(*refresh));
}

}  // namespace

web::Outcome revocation_endpoint(const Dependencies& dependencies, const web::Request& request) {
  return with_proven_client(dependencies, request, kRules, &revoke);
}

}  // namespace cardea::oidc
