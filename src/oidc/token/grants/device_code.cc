// grant_type=urn:ietf:params:oauth:grant-type:device_code (RFC 8628 section 3.4; keycloak.md section 1.12). Poll,
// decision and, once the person agreed, the client's share in their session: one transaction. Signing comes after it.
#include "core/session.h"
#include "core/token/token_subject.h"
#include "crypto/hash.h"
#include "oidc/device/decide_poll.h"
#include "oidc/device/device_endpoints.h"
#include "oidc/endpoint.h"
#include "oidc/token/grants/all_grants.h"
#include "oidc/token/join_session.h"

namespace cardea::oidc {
namespace {

struct Polled {
  std::optional<OAuthError> refusal;
  JoinedSession joined;
  std::shared_ptr<const TokenPlan> plan;
  TokenSubject subject;
  std::string acr;
  std::string refresh_id;
};

OAuthError invalid_grant(std::string description, std::string note) {
  return {OAuthCode::kInvalidGrant, std::move(description), 0, std::move(note)};
}

/// The person agreed, in a session that must still live.
Stored<void> join(Tx& tx, const TokenRequest& request, const DeviceCode& code, Polled& out) {
  const auto& repositories = request.dependencies.repositories;
  auto live = repositories.sessions.load(tx, request.realm->realm.id, code.session, code.client);
  if (!live) return refuse(live.error());
  auto agreed_at = code.settled_at;
  if (agreed_at == TimePoint{}) agreed_at = *live ? from_epoch_seconds((*live)->session.auth_time) : request.now;
  out.refusal = why_not_joinable(request, *live, code.user, agreed_at, "Session not active");
  if (out.refusal) return {};
  out.plan = plan_for_granted(*request.client, code.scope);
  auto subject =
      complete_subject(tx, request.dependencies.settings, *request.client, *out.plan, std::move((*live)->subject));
  if (!subject) return refuse(subject.error());
  out.subject = std::move(*subject);
  out.acr = code.acr;
  auto joined = join_session(tx, request,
                             {.plan = *out.plan,
                              .subject = out.subject,
                              .session = std::move((*live)->session),
                              .share = std::move((*live)->client_session),
                              .scope = code.scope,
                              .refresh_id = out.refresh_id});
  if (!joined) return refuse(joined.error());
  if (*joined) {
    out.joined = std::move(**joined);
  } else {
    out.refusal = joined->error();
  }
  return {};
}

Stored<Polled> poll(Tx& tx, const TokenRequest& request, std::string_view hash, const std::string& refresh_id) {
  Polled out;
  out.refresh_id = refresh_id;
  auto& codes = request.dependencies.repositories.device_codes;
  const auto& realm = request.realm->realm.id;
  const auto code = codes.find(tx, realm, hash);
  if (!code) return refuse(code.error());
  auto decision = decide_poll(*code, request.client->client.id, request.form.value("code_verifier"), request.now);
  if (decision.is_noted) {
    const auto noted = codes.note_poll(tx, realm, hash, request.now, decision.interval);
    if (!noted) return refuse(noted.error());
  }
  if (decision.error) {
    out.refusal = std::move(decision.error);
    return out;
  }
  const auto taken = codes.take(tx, realm, hash, request.now);
  if (!taken) return refuse(taken.error());
  if (!*taken) {
    out.refusal = invalid_grant("Device code not valid", "device_code_used");
    return out;
  }
  if (auto joined = join(tx, request, **code, out); !joined) return refuse(joined.error());
  return out;
}

web::Outcome sign(const TokenRequestPtr& request, const Polled& polled) {
  const TokenContext context{.realm = *request->realm,
                             .client = *request->client,
                             .plan = *polled.plan,
                             .subject = polled.subject,
                             .issuer = request->issuer,
                             .now = request->now,
                             .session = &polled.joined.session,
                             .acr = polled.acr,
                             .nonce = {},
                             .grant = "dg",
                             .refresh_id = polled.refresh_id,
                             .share_started_at = polled.joined.share_started_at};
  const auto tokens = issue_for(*request, context);
  if (!tokens) return refuse_token(*request, tokens.error());
  return token_answer(*request, *polled.plan, *tokens, &polled.joined.session);
}

}  // namespace

web::Outcome device_code_grant(TokenRequestPtr request) {
  const auto device_code = request->form.value("device_code");
  if (!device_code) {
    return refuse_token(*request, {OAuthCode::kInvalidRequest, "Missing parameter: device_code", 0, "no_device_code"});
  }
  if (!is_device_grant_enabled(request->client->client)) {
    return refuse_token(*request,
                        invalid_grant("Client not allowed OAuth 2.0 Device Authorization Grant", "device_grant_off"));
  }
  auto hash = crypto::sha256_base64url(*device_code);
  auto refresh_id = random_uuid(request->dependencies.random);
  return web::then(
      web::Lane::kStore, [request, hash = std::move(hash), refresh_id = std::move(refresh_id)]() -> web::Outcome {
        auto polled = write_to(request->dependencies.repositories.store,
                               [&](Tx& tx) { return poll(tx, *request, hash, refresh_id); });
        if (!polled) return token_store_failed(*request, polled.error());
        if (polled->refusal) return refuse_token(*request, *polled->refusal);
        return web::then(web::Lane::kInline, [request, polled = std::move(*polled)] { return sign(request, polled); });
      });
}

}  // namespace cardea::oidc
