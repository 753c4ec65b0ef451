// grant_type=urn:openid:params:grant-type:ciba (OpenID CIBA Core sections 10.1 and 11). A session of the person's
// begins with the poll that hears that they agreed.
#include "oidc/ciba/ciba.h"
#include "core/profile/check_profile.h"
#include "core/required_actions.h"
#include "core/session.h"
#include "core/token/token_subject.h"
#include "core/verify_credential.h"
#include "oidc/endpoint.h"
#include "oidc/token/grants/all_grants.h"
#include "oidc/token/poll_grant.h"

namespace cardea::oidc {
namespace {

constexpr PollWords kWords{
    .noun = "auth_req_id",
    .not_valid = "Invalid Auth Req ID",
    .used = "Invalid auth_req_id",
    .expired = "authentication timed out",
    .denied = "not authorized",
    .too_fast = "too early to access",
    .pending = "The authorization request is still pending as the end-user hasn't yet been authenticated.",
};

/// What has happened to the person since they were asked (attack classes 27 and 28).
Stored<std::optional<OAuthError>> why_not(Rows& rows, const TokenRequest& request, const DeviceCode& row,
                                          const std::optional<Subject>& subject) {
  using Answer = std::optional<OAuthError>;
  if (!subject) return Answer(invalid_grant(std::string(kWords.not_valid), "user_gone"));
  const auto& realm = request.realm->realm;
  const auto& user = subject->user;
  if (!user.is_active()) return Answer(invalid_grant("User disabled", "user_disabled"));
  const auto agreed_at = epoch_seconds(row.settled_at);
  if (agreed_at < realm.not_before || agreed_at < user.not_before || agreed_at < request.client->client.not_before) {
    return Answer(invalid_grant(std::string(kWords.not_valid), "not_before"));
  }
  const auto locked = is_locked_meanwhile(rows, request.dependencies.repositories, realm, user.id, request.now);
  if (!locked) return refuse(locked.error());
  if (*locked) return Answer(invalid_grant("User disabled", "user_temporarily_disabled"));
  const bool is_set_up = pending_actions(*request.realm, user, std::nullopt, request.now).empty() &&
                         is_profile_complete(realm, *request.realm->profile, user);
  if (!is_set_up) return Answer(invalid_grant("Account is not fully set up", "required_actions"));
  return Answer();
}

/// The person agreed: their session begins. `drawn`: a session of nobody yet, made before the transaction.
Stored<Result<AgreedSession, OAuthError>> new_session(Tx& tx, const TokenRequest& request, const DeviceCode& row,
                                                      UserSession drawn) {
  auto subject = request.dependencies.repositories.subjects.load(tx, request.realm->realm.id, row.user);
  if (!subject) return refuse(subject.error());
  auto refusal = why_not(tx, request, row, *subject);
  if (!refusal) return refuse(refusal.error());
  if (*refusal) return Result<AgreedSession, OAuthError>(refuse(std::move(**refusal)));
  drawn.user = row.user;
  drawn.auth_time = epoch_seconds(row.settled_at);
  return AgreedSession{
      .subject = std::move(**subject), .session = std::move(drawn), .is_new = true, .share = std::nullopt};
}

}  // namespace

web::Outcome ciba_grant(TokenRequestPtr request) {
  if (!is_ciba_enabled(request->client->client)) {
    return refuse_token(*request, invalid_grant("Client not allowed OIDC CIBA Grant", "ciba_off"));
  }
  const auto auth_req_id = request->form.value("auth_req_id");
  if (!auth_req_id) {
    return refuse_token(*request, {OAuthCode::kInvalidRequest, "Missing parameter: auth_req_id", 0, "no_auth_req_id"});
  }
  auto session = make_session(request->realm->realm, Authentication{}, request->http.remote_address, request->now,
                              request->dependencies.random);
  return poll_grant(request, request_hash(*auth_req_id),
                    {.words = kWords,
                     .grant = "ci",
                     .code_verifier = std::nullopt,
                     .session = [request, session = std::move(session)](Tx& tx, const DeviceCode& row) {
                       return new_session(tx, *request, row, session);
                     }});
}

}  // namespace cardea::oidc
