// grant_type=urn:ietf:params:oauth:grant-type:device_code (RFC 8628 section 3.4; keycloak.md section 1.12).
#include "core/session.h"
#include "core/token/token_subject.h"
#include "crypto/hash.h"
#include "oidc/device/device_endpoints.h"
#include "oidc/endpoint.h"
#include "oidc/token/grants/all_grants.h"
#include "oidc/token/poll_grant.h"

namespace cardea::oidc {
namespace {

/// The person agreed, in a session that must still live.
Stored<Result<AgreedSession, OAuthError>> live_session(Tx& tx, const TokenRequest& request, const DeviceCode& code) {
  const auto& repositories = request.dependencies.repositories;
  auto live = repositories.sessions.load_to_change(tx, request.realm->realm.id, code.session, code.client);
  if (!live) return refuse(live.error());
  auto agreed_at = code.settled_at;
  if (agreed_at == TimePoint{}) agreed_at = *live ? from_epoch_seconds((*live)->session.auth_time) : request.now;
  if (auto refusal = why_not_joinable(request, *live, code.user, agreed_at, "Session not active")) {
    return Result<AgreedSession, OAuthError>(refuse(std::move(*refusal)));
  }
  return AgreedSession{.subject = std::move((*live)->subject),
                       .session = std::move((*live)->session),
                       .share = std::move((*live)->client_session)};
}

}  // namespace

web::Outcome device_code_grant(TokenRequestPtr request) {
  const auto device_code = request->form.value("device_code");
  if (!device_code) {
    return refuse_token(*request, {OAuthCode::kInvalidRequest, "Missing parameter: device_code", 0, "no_device_code"});
  }
  if (!is_device_grant_enabled(request->client->client)) {
    return refuse_token(*request, {OAuthCode::kInvalidGrant, "Client not allowed OAuth 2.0 Device Authorization Grant",
                                   0, "device_grant_off"});
  }
  auto hash = crypto::sha256_base64url(*device_code);
  return poll_grant(
      request, std::move(hash),
      {.words = kDeviceWords,
       .grant = "dg",
       .code_verifier = request->form.value("code_verifier"),
       .session = [request](Tx& tx, const DeviceCode& code) { return live_session(tx, *request, code); }});
}

}  // namespace cardea::oidc
