// grant_type=password (RFC 6749 section 4.3; keycloak.md section 1.9), for classic clients that switched it on. The
// password is looked at by endpoint/check_password; here is what the flow asks besides, and what the client is told.
#include "base/limits.h"
#include "core/level_of_assurance.h"
#include "core/otp_credential.h"
#include "core/proof_holds.h"
#include "core/session.h"
#include "core/session_limits.h"
#include "core/token/token_subject.h"
#include "endpoint/check_password.h"
#include "oidc/encryption.h"
#include "oidc/endpoint.h"
#include "oidc/token/grants/all_grants.h"
#include "oidc/token/grants/direct_grant_flow.h"
#include "oidc/token/is_set_up.h"
#include "oidc/token/join_session.h"

namespace cardea::oidc {
namespace {

struct PasswordRequest {
  TokenRequestPtr request;
  std::shared_ptr<const TokenPlan> plan;
  std::string username;
  LoginAttempt attempt = {};
  bool needs_otp = false;
};
using PasswordRequestPtr = std::shared_ptr<PasswordRequest>;

std::optional<OAuthError> refusal_of(const TokenRequest& request) {
  const auto& client = request.client->client;
  if (!client.direct_access_grants_enabled || client.policy() != ClientPolicy::kClassic) {
    return OAuthError{OAuthCode::kUnauthorizedClient, "Client not allowed for direct access grants", 0,
                      "direct_access_off"};
  }
  if (client.consent_required)
    return OAuthError{OAuthCode::kInvalidClient, "Client requires user consent", 400, "consent_required"};
  return std::nullopt;
}

/// Too many attempts; the same for names of nobody.
web::Response refuse_attempt(const TokenRequest& request, const TooManyAttempts& refused) {
  auto response = refuse_token(
      request, {OAuthCode::kTemporarilyUnavailable, "Too many attempts, try again later", 429, "too_many_attempts"});
  response.set("Retry-After", std::to_string(refused.retry_after.count()));
  return response;
}

struct Signed {
  JoinedSession joined;
  TokenSubject subject;
};

struct NotSigned {
  OAuthError error;
  bool had_bad_otp = false;  // counts as a failed login
};
using Signing = Result<Signed, NotSigned>;

/// Uses up the code in the request (`totp`, or `otp`); false when none of the user's devices made it, or it was used.
Stored<bool> take_otp(Tx& tx, const PasswordRequest& login) {
  const auto& request = *login.request;
  auto& credentials = request.dependencies.repositories.credentials;
  const auto& user = login.attempt.user->id;
  const auto code = request.form.value_or("totp", request.form.value_or("otp", ""));
  const auto policy = otp_policy(request.realm->realm);
  const auto devices = credentials.list(tx, user, kOtpCredential);
  if (!devices) return refuse(devices.error());
  for (const auto& device : *devices) {
    const auto accepted = check_otp(device, policy, code, request.now);
    if (!accepted) continue;
    if (!accepted->data) return true;
    const auto used = credentials.change_data(tx, user, device.id, device.credential_data, *accepted->data);
    if (!used && used.error() != StoreError::kConflict) return refuse(used.error());
    return used.has_value();
  }
  return false;
}

/// The limits of the flow of this grant (user-session-limits).
Stored<bool> has_room(Tx& tx, const TokenRequest& request, const UserId& user) {
  const auto* flow = request.realm->flows.direct_grant_flow(request.client->client);
  const auto limits = flow == nullptr ? std::nullopt : session_limits(*flow);
  if (!limits) return true;
  return make_room(tx, request.dependencies.repositories, request.dependencies.random, *limits,
                   {.realm = request.realm->realm,
                    .user = user,
                    .client = request.client->client.id,
                    .issuer = request.issuer,
                    .now = request.now});
}

/// Guesses wait for the hash lane, and so do right passwords: what was read before the wait must still hold, as at the
/// end of a login by pages.
Stored<std::optional<std::string_view>> why_over(Tx& tx, const PasswordRequest& login, const User& user) {
  if (!user.is_active()) return std::optional<std::string_view>("user_disabled");
  const auto& request = *login.request;
  const ProofBasis basis{.session = std::nullopt, .credential_stamp = credential_stamp(login.attempt.password_set_at)};
  return why_proof_is_over(tx, request.dependencies.repositories, request.realm->realm, user, basis, request.now);
}

Stored<Signing> open_session(Tx& tx, const PasswordRequest& login, const UserSession& session,
                             const std::string& refresh_id) {
  const auto& request = *login.request;
  const auto& repositories = request.dependencies.repositories;
  const auto locked = is_locked_meanwhile(tx, repositories, request.realm->realm, session.user, request.now);
  if (!locked) return refuse(locked.error());
  if (*locked) {
    return Signing(refuse(NotSigned{invalid_grant("Invalid user credentials", "user_temporarily_disabled")}));
  }
  if (login.needs_otp) {
    const auto taken = take_otp(tx, login);
    if (!taken) return refuse(taken.error());
    if (!*taken) return Signing(refuse(NotSigned{invalid_grant("Invalid user credentials", "bad_otp"), true}));
  }
  auto subject = repositories.subjects.load(tx, request.realm->realm.id, session.user);
  if (!subject) return refuse(subject.error());
  if (!*subject) return refuse(StoreError::kConflict);
  if (const auto over = why_over(tx, login, (*subject)->user); !over) {
    return refuse(over.error());
  } else if (*over) {
    return Signing(refuse(NotSigned{invalid_grant("Invalid user credentials", std::string(**over))}));
  }
  auto complete =
      complete_subject(tx, request.dependencies.settings, *request.client, *login.plan, std::move(**subject));
  if (!complete) return refuse(complete.error());
  const auto fits = has_room(tx, request, session.user);
  if (!fits) return refuse(fits.error());
  if (!*fits) {
    return Signing(refuse(NotSigned{invalid_grant("Too many sessions", "user_session_limit_exceeded")}));
  }
  auto joined = join_session(tx, request,
                             {.plan = *login.plan,
                              .subject = *complete,
                              .session = session,
                              .is_new = true,
                              .share = std::nullopt,
                              .scope = login.plan->full_scope,
                              .refresh_id = refresh_id});
  if (!joined) return refuse(joined.error());
  if (!*joined) return Signing(refuse(NotSigned{std::move(joined->error())}));
  if (login.attempt.has_failures) {
    const auto forgotten = record_login_success(tx, repositories, request.realm->realm, session.user);
    if (!forgotten) return refuse(forgotten.error());
  }
  return Signing(Signed{std::move(**joined), std::move(*complete)});
}

web::Outcome store_and_sign(const PasswordRequestPtr& login) {
  const auto& request = login->request;
  Authentication proven;
  proven.user = login->attempt.user->id;
  auto session = make_session(request->realm->realm, proven, request->http.remote_address, request->now,
                              request->dependencies.random);
  note_user_agent(session, request->http.header("User-Agent"));
  const auto refresh_id = random_uuid(request->dependencies.random);
  // The password was right and gave its attempt back: the code has one of its own, reserved before it is looked at, or
  // codes could be guessed without end (attack class 27).
  HeldAttempt code;
  if (login->needs_otp) {
    const auto reserved = request->dependencies.login_guard.reserve(request->realm->realm.id, login->username,
                                                                    request->http.remote_address);
    if (!reserved) return refuse_attempt(*request, reserved.error());
    code = HeldAttempt(request->dependencies.login_guard, *reserved);
  }
  auto opened = write_to(request->dependencies.repositories.store,
                         [&](Tx& tx) { return open_session(tx, *login, session, refresh_id); });
  if (!opened) return token_store_failed(*request, opened.error());
  if (!*opened) {
    if (opened->error().had_bad_otp) {
      code.count();
      const auto counted = write_to(request->dependencies.repositories.store, [&](Tx& tx) {
        return record_login_failure(tx, request->dependencies.repositories, request->realm->realm,
                                    login->attempt.user->id, request->http.remote_address, request->now);
      });
      if (!counted) return token_store_failed(*request, counted.error());
      log_lockout(request->dependencies.log, *counted, request->realm->realm, login->attempt.user->id,
                  {request->http.remote_address, request->http.correlation_id});
    }
    return refuse_token(*request, opened->error().error, login->attempt.user->id.str());
  }
  return web::then(answer_lane(*login->request->realm, *login->request->client),
                   [login, opened = std::move(**opened), refresh_id]() -> web::Outcome {
                     const auto& r = login->request;
                     const auto acr = LevelNames(r->realm->realm, r->client->client).name_of(1, "");
                     const TokenContext context{.realm = *r->realm,
                                                .client = *r->client,
                                                .plan = *login->plan,
                                                .subject = opened.subject,
                                                .issuer = r->issuer,
                                                .now = r->now,
                                                .session = &opened.joined.session,
                                                .acr = acr,
                                                .nonce = {},
                                                .grant = "ro",
                                                .refresh_id = refresh_id,
                                                .share_started_at = opened.joined.share_started_at};
                     const auto tokens = issue_for(*r, context);
                     if (!tokens) return refuse_token(*r, tokens.error());
                     return token_answer(*r, *login->plan, *tokens, &opened.joined.session);
                   });
}

web::Outcome decide(const PasswordRequestPtr& login, PasswordVerdict verdict) {
  const auto& request = *login->request;
  const auto refused = [&](std::string description, std::string note) {
    return refuse_token(request, invalid_grant(std::move(description), std::move(note)),
                        login->attempt.user ? std::string_view(login->attempt.user->id.str()) : std::string_view());
  };
  if (verdict == PasswordVerdict::kRefused)
    return refused("Invalid user credentials",
                   login->attempt.is_locked ? "user_temporarily_disabled" : "bad_credentials");
  if (verdict == PasswordVerdict::kDisabled) return refused("Account disabled", "user_disabled");
  const auto* flow = request.realm->flows.direct_grant_flow(request.client->client);
  const auto wanted = decide_direct_grant(flow, login->attempt.user->id, login->attempt.credentials);
  if (wanted == DirectGrant::kDenied) return refused("Invalid user credentials", "flow_denied");
  login->needs_otp = wanted == DirectGrant::kPasswordAndOtp;
  if (!is_set_up(*request.realm, *login->attempt.user, request.now)) {
    return refused("Account is not fully set up", "required_actions");
  }
  return web::then(web::Lane::kStore, [login] { return store_and_sign(login); });
}

web::Outcome tell_unchecked(const TokenRequest& request, const endpoint::UncheckedPassword& why) {
  if (const auto* refused = std::get_if<TooManyAttempts>(&why)) return refuse_attempt(request, *refused);
  return token_store_failed(request, std::get<StoreError>(why));
}

}  // namespace

web::Outcome password_grant(TokenRequestPtr request) {
  if (auto refusal = refusal_of(*request)) return refuse_token(*request, std::move(*refusal));
  const auto username = request->form.value("username");
  const auto password = request->form.value_or("password", "");
  if (!username) {  // in Keycloak's words
    return refuse_token(*request, {OAuthCode::kInvalidRequest, "Missing parameter: username", 401, "no_username"});
  }
  if (username->size() > kUsernameBytesMax || password.size() > kPasswordBytesMax) {
    return refuse_token(*request, invalid_grant("Invalid user credentials", "too_long"));
  }
  auto plan = requested_plan(*request);
  if (!plan) return refuse_token(*request, plan.error());
  const auto& r = *request;
  auto login = std::make_shared<PasswordRequest>(request, std::move(*plan), std::string(*username));
  return endpoint::check_password(
      endpoint::password_dependencies(r.dependencies),
      {r.realm, std::string(*username), SecretBytes::copy_of(password), r.http.remote_address, r.http.correlation_id},
      [login = std::move(login)](endpoint::PasswordEnd end) -> web::Outcome {
        if (!end) return tell_unchecked(*login->request, end.error());
        login->attempt = std::move(end->attempt);
        return decide(login, end->verdict);
      });
}

}  // namespace cardea::oidc
