#include "oidc/authenticators/client_federated_jwt.h"

#include "oidc/authenticators/client_assertion.h"
#include "oidc/endpoint.h"

namespace cardea::oidc {
namespace {

web::Response refuse_it(const Unproven& unproven, std::string note) {
  return refuse_proof(unproven, {.code = OAuthCode::kInvalidClient,
                                 .description = "Client authentication with federated JWT failed",
                                 .status = 401,
                                 .note = std::move(note),
                                 .challenge_basic = unproven.presented.used_header});
}

/// The error is a word for the log.
Result<std::string, std::string_view> shown_token(const PresentedClient& presented) {
  if (presented.method == AuthenticationMethod::kAssertion) {
    if (presented.assertion_type != kAssertionType) return refuse(std::string_view("wrong_assertion_type"));
    if (presented.assertion.empty()) return refuse(std::string_view("no_assertion"));
    return presented.assertion;
  }
  if (presented.secret_as_sent.empty()) return refuse(std::string_view("no_assertion"));
  return std::string(presented.secret_as_sent.reveal());
}

/// Remembered beyond its end, for nodes whose clocks are behind and requests that waited for keys.
constexpr seconds kKeptLonger{60};

web::Outcome accept(Unproven unproven, const ForeignJwt& token) {
  if (const auto allowed = check_bearer_only(unproven.request->client->client, unproven.rules.bearer_only); !allowed) {
    return refuse_proof(unproven, allowed.error());
  }
  unproven.request->proof_ends = token.expires_at;
  if (token.used_hash.empty()) {
    return web::then(web::Lane::kInline,
                     [unproven = std::move(unproven)]() mutable { return accept_client(std::move(unproven)); });
  }
  return web::then(web::Lane::kStore, [unproven = std::move(unproven), token]() mutable -> web::Outcome {
    const auto& request = *unproven.request;
    const auto& repositories = request.dependencies.repositories;
    const auto taken = write_to(repositories.store, [&](Tx& tx) {
      return repositories.used_ids.take(tx, request.realm->realm.id, token.used_hash, token.expires_at + kKeptLonger);
    });
    if (!taken) return store_failed(request.dependencies, request.http, taken.error());
    if (!*taken) return refuse_it(unproven, "foreign_jwt_used_before");
    return web::then(web::Lane::kInline,
                     [unproven = std::move(unproven)]() mutable { return accept_client(std::move(unproven)); });
  });
}

}  // namespace

web::Outcome prove_by_foreign_jwt(Unproven unproven) {
  auto token = shown_token(unproven.presented);
  if (!token) return refuse_it(unproven, std::string(token.error()));
  const auto request = unproven.request;
  if (!request->dependencies.check_foreign_jwt) return refuse_it(unproven, "no_upstream_providers");
  return request->dependencies.check_foreign_jwt(
      request->http, request->realm, request->client->client, std::move(*token),
      [unproven = std::move(unproven)](Result<ForeignJwt, ForeignJwtRefusal> checked) mutable -> web::Outcome {
        if (checked) return accept(std::move(unproven), *checked);
        if (!checked.error().may_pass_later) return refuse_it(unproven, checked.error().reason);
        return refuse_proof(unproven, {.code = OAuthCode::kTemporarilyUnavailable,
                                       .description = "The provider of the token cannot be reached",
                                       .status = 503,
                                       .note = checked.error().reason});
      });
}

}  // namespace cardea::oidc
