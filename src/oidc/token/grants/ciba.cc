// grant_type=urn:openid:params:grant-type:ciba (OpenID CIBA Core sections 10.1 and 11). Poll, decision and, once the
// person agreed, a session of theirs with the client's share in it: one transaction. Signing comes after it.
#include "oidc/ciba/ciba.h"
#include "core/brute_force.h"
#include "core/profile/check_profile.h"
#include "core/required_actions.h"
#include "core/session.h"
#include "core/token/token_subject.h"
#include "oidc/device/decide_poll.h"
#include "oidc/endpoint.h"
#include "oidc/token/grants/all_grants.h"
#include "oidc/token/join_session.h"

namespace cardea::oidc {
namespace {

constexpr PollWords kWords{
    .not_valid = "Invalid Auth Req ID",
    .expired = "authentication timed out",
    .denied = "not authorized",
    .too_fast = "too early to access",
    .pending = "The authorization request is still pending as the end-user hasn't yet been authenticated.",
};

struct Polled {
  std::optional<OAuthError> refusal;
  JoinedSession joined;
  std::shared_ptr<const TokenPlan> plan;
  TokenSubject subject;
  std::string acr;
};

/// Drawn before the transaction, which may run twice.
struct Drawn {
  UserSession session;
  std::string refresh_id;
};

OAuthError invalid_grant(std::string description, std::string note) {
  return {OAuthCode::kInvalidGrant, std::move(description), 0, std::move(note)};
}

/// What has happened to the person since they were asked (attack classes 27 and 28).
Stored<std::optional<OAuthError>> why_not(Rows& rows, const TokenRequest& request, const DeviceCode& row,
                                          const std::optional<Subject>& subject) {
  using Answer = std::optional<OAuthError>;
  if (!subject) return Answer(invalid_grant(std::string(kWords.not_valid), "user_gone"));
  const auto& realm = request.realm->realm;
  const auto& user = subject->user;
  if (!user.enabled) return Answer(invalid_grant("User disabled", "user_disabled"));
  const auto agreed_at = epoch_seconds(row.settled_at);
  if (agreed_at < realm.not_before || agreed_at < user.not_before || agreed_at < request.client->client.not_before) {
    return Answer(invalid_grant(std::string(kWords.not_valid), "not_before"));
  }
  if (brute_force_settings(realm).is_on) {
    const auto failures = request.dependencies.repositories.login_failures.find(rows, realm.id, user.id);
    if (!failures) return refuse(failures.error());
    if (is_locked(*failures, request.now)) return Answer(invalid_grant("User disabled", "user_temporarily_disabled"));
  }
  const bool is_set_up = pending_actions(*request.realm, user, std::nullopt, request.now).empty() &&
                         is_profile_complete(realm, *request.realm->profile, user);
  if (!is_set_up) return Answer(invalid_grant("Account is not fully set up", "required_actions"));
  return Answer();
}

/// The person agreed: their session begins.
Stored<void> open_session(Tx& tx, const TokenRequest& request, const DeviceCode& row, const Drawn& drawn, Polled& out) {
  const auto& repositories = request.dependencies.repositories;
  auto subject = repositories.subjects.load(tx, request.realm->realm.id, row.user);
  if (!subject) return refuse(subject.error());
  auto refusal = why_not(tx, request, row, *subject);
  if (!refusal) return refuse(refusal.error());
  out.refusal = std::move(*refusal);
  if (out.refusal) return {};
  out.plan = plan_for_granted(*request.client, row.scope);
  if (out.plan == nullptr) {
    out.refusal = invalid_grant(std::string(kWords.not_valid), "scope_gone");
    return {};
  }
  auto complete = complete_subject(tx, request.dependencies.settings, *request.client, *out.plan, std::move(**subject));
  if (!complete) return refuse(complete.error());
  out.subject = std::move(*complete);
  out.acr = row.acr;
  auto session = drawn.session;
  session.user = row.user;
  session.auth_time = epoch_seconds(row.settled_at);
  auto joined = join_session(tx, request,
                             {.plan = *out.plan,
                              .subject = out.subject,
                              .session = std::move(session),
                              .is_new = true,
                              .share = std::nullopt,
                              .scope = row.scope,
                              .refresh_id = drawn.refresh_id});
  if (!joined) return refuse(joined.error());
  if (*joined) {
    out.joined = std::move(**joined);
  } else {
    out.refusal = joined->error();
  }
  return {};
}

Stored<Polled> poll(Tx& tx, const TokenRequest& request, std::string_view hash, const Drawn& drawn) {
  Polled out;
  auto& codes = request.dependencies.repositories.device_codes;
  const auto& realm = request.realm->realm.id;
  const auto row = codes.find(tx, realm, hash);
  if (!row) return refuse(row.error());
  auto decision = decide_poll(*row, request.client->client.id, std::nullopt, request.now, kWords);
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
    out.refusal = invalid_grant(std::string(kWords.not_valid), "auth_req_id_used");
    return out;
  }
  if (auto opened = open_session(tx, request, **row, drawn, out); !opened) return refuse(opened.error());
  return out;
}

web::Outcome sign(const TokenRequestPtr& request, const Polled& polled, const std::string& refresh_id) {
  const TokenContext context{.realm = *request->realm,
                             .client = *request->client,
                             .plan = *polled.plan,
                             .subject = polled.subject,
                             .issuer = request->issuer,
                             .now = request->now,
                             .session = &polled.joined.session,
                             .acr = polled.acr,
                             .nonce = {},
                             .grant = "ci",
                             .refresh_id = refresh_id,
                             .share_started_at = polled.joined.share_started_at};
  const auto tokens = issue_for(*request, context);
  if (!tokens) return refuse_token(*request, tokens.error());
  return token_answer(*request, *polled.plan, *tokens, &polled.joined.session);
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
  auto hash = request_hash(*auth_req_id);
  auto& random = request->dependencies.random;
  Drawn drawn{make_session(request->realm->realm, Authentication{}, request->http.remote_address, request->now, random),
              random_uuid(random)};
  return web::then(web::Lane::kStore, [request, hash = std::move(hash), drawn = std::move(drawn)]() -> web::Outcome {
    auto polled =
        write_to(request->dependencies.repositories.store, [&](Tx& tx) { return poll(tx, *request, hash, drawn); });
    if (!polled) return token_store_failed(*request, polled.error());
    if (polled->refusal) return refuse_token(*request, *polled->refusal);
    return web::then(web::Lane::kInline, [request, polled = std::move(*polled), refresh_id = drawn.refresh_id] {
      return sign(request, polled, refresh_id);
    });
  });
}

}  // namespace cardea::oidc
