// grant_type=authorization_code (RFC 6749 section 4.1.3; keycloak.md section 1.9). The code is taken, the decision made
// and the client's share of the session stored in one transaction; signing comes after it, so the writer never waits
// for RSA.
#include "core/logout/adapter_message.h"
#include "core/logout/end_session.h"
#include "core/session.h"
#include "core/token/token_subject.h"
#include "crypto/hash.h"
#include "oidc/authorize/issue_code.h"
#include "oidc/encryption.h"
#include "oidc/endpoint.h"
#include "oidc/token/grants/all_grants.h"
#include "oidc/token/grants/redeem_code.h"
#include "oidc/token/join_session.h"

namespace cardea::oidc {
namespace {

/// What the transaction found and stored.
struct Redeemed {
  AuthorizationCode code;
  std::shared_ptr<const TokenPlan> plan;
  TokenSubject subject;
  JoinedSession joined;
  std::string refresh_id;
};
/// The error is the client's answer; what was stored with it stays stored.
using Redemption = Result<Redeemed, OAuthError>;

/// Keycloak's adapters say what they call their session, to be told by that name when it ends. Only a client that
/// proved itself may name a host to be called at: a public client's words are anybody's.
void note_adapter(const TokenRequest& request, SessionShare& joining) {
  const auto session = request.form.value_or("client_session_state", "");
  const auto& client = request.client->client;
  if (client.admin_url.empty() || session.empty() || session.size() > kAdapterSessionBytesMax) return;
  joining.adapter_session = session;
  const auto host = request.form.value_or("client_session_host", "");
  if (!client.public_client && is_node(host)) joining.adapter_host = host;
}

/// After the code was found good: the session must live, and the client gets its share in it.
Stored<Redemption> join(Tx& tx, const TokenRequest& request, AuthorizationCode code, std::string refresh_id) {
  const auto& repositories = request.dependencies.repositories;
  auto live = repositories.sessions.load_to_change(tx, request.realm->realm.id, code.session, code.client);
  if (!live) return refuse(live.error());
  const auto issued_at = code.expires_at - code_life(request.realm->realm, request.client->client);
  if (auto refusal = why_not_joinable(request, *live, code.user, issued_at, "Code not valid")) {
    return Redemption(refuse(std::move(*refusal)));
  }
  auto plan = plan_for_granted(*request.client, code.scope);
  auto subject =
      complete_subject(tx, request.dependencies.settings, *request.client, *plan, std::move((*live)->subject));
  if (!subject) return refuse(subject.error());
  SessionShare joining{.plan = *plan,
                       .subject = *subject,
                       .session = std::move((*live)->session),
                       .share = std::move((*live)->client_session),
                       .scope = code.scope,
                       .refresh_id = refresh_id,
                       .claims = code.claims};
  note_adapter(request, joining);
  auto joined = oidc::join_session(tx, request, joining);
  if (!joined) return refuse(joined.error());
  if (!*joined) return Redemption(refuse(std::move(joined->error())));
  return Redemption(
      Redeemed{std::move(code), std::move(plan), std::move(*subject), std::move(**joined), std::move(refresh_id)});
}

Stored<Redemption> take_and_store(Tx& tx, const TokenRequest& request, std::string_view hash,
                                  const std::string& refresh_id) {
  const auto& repositories = request.dependencies.repositories;
  auto taken = repositories.codes.take(tx, request.realm->realm.id, hash, request.now);
  if (!taken) return refuse(taken.error());
  const auto decision = redeem_code(
      *taken, {request.client->client.id.str(), request.form.value("redirect_uri"), request.form.value("code_verifier"),
               request.binding.key_thumbprint, request.client->client.policy() == ClientPolicy::kClassic});
  if (decision) return join(tx, request, std::move(taken->code), refresh_id);
  if (decision.error().revokes_first_use) {
    for (auto* sessions : {&repositories.sessions, &repositories.offline_sessions}) {
      auto detached = sessions->detach(tx, taken->code.session, taken->code.client);
      if (!detached) return refuse(detached.error());
    }
  }
  return Redemption(refuse(decision.error().error));  // Committed all the same: a failed exchange burns the code.
}

web::Outcome sign(const TokenRequestPtr& request, const Redeemed& redeemed) {
  const TokenContext context{.realm = *request->realm,
                             .client = *request->client,
                             .plan = *redeemed.plan,
                             .subject = redeemed.subject,
                             .issuer = request->issuer,
                             .now = request->now,
                             .session = &redeemed.joined.session,
                             .acr = redeemed.code.acr,
                             .nonce = redeemed.code.nonce,
                             .grant = "ac",
                             .refresh_id = redeemed.refresh_id,
                             .share_started_at = redeemed.joined.share_started_at,
                             .resources = redeemed.code.resources,
                             .requested_claims = redeemed.code.claims};
  const auto tokens = issue_for(*request, context);
  if (!tokens) return refuse_token(*request, tokens.error());
  return token_answer(*request, *redeemed.plan, *tokens, &redeemed.joined.session);
}

}  // namespace

web::Outcome authorization_code_grant(TokenRequestPtr request) {
  const auto code = request->form.value("code");
  if (!code) return refuse_token(*request, {OAuthCode::kInvalidRequest, "Missing parameter: code", 0, "no_code"});
  auto hash = crypto::sha256_base64url(*code);
  auto refresh_id = random_uuid(request->dependencies.random);
  return web::then(web::Lane::kStore,
                   [request, hash = std::move(hash), refresh_id = std::move(refresh_id)]() -> web::Outcome {
                     auto redeemed = write_to(request->dependencies.repositories.store,
                                              [&](Tx& tx) { return take_and_store(tx, *request, hash, refresh_id); });
                     if (!redeemed) return token_store_failed(*request, redeemed.error());
                     if (!*redeemed) return refuse_token(*request, redeemed->error());
                     return web::then(answer_lane(*request->realm, *request->client),
                                      [request, redeemed = std::move(**redeemed)] { return sign(request, redeemed); });
                   });
}

}  // namespace cardea::oidc
