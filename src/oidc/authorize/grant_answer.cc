#include "oidc/authorize/grant_answer.h"

#include <algorithm>

#include "core/consent.h"
#include "core/level_of_assurance.h"
#include "core/token/issue_token.h"
#include "core/token/pairwise.h"
#include "oidc/authorize/claims_parameter.h"
#include "oidc/authorize/issue_code.h"
#include "oidc/encryption.h"

namespace cardea::oidc {
namespace {

/// Tokens of the answer belong to the client's share of the session, as those of the token endpoint do. A share that is
/// there stays as it is: its refresh tokens go on.
Stored<void> store_share(Tx& tx, const Grantable& grant, const LiveSession& live) {
  ClientSession share;
  if (live.client_session) share = *live.client_session;
  share.session = live.session.id;
  share.client = grant.client->client.id;
  if (!live.client_session) share.started_at = grant.now;
  share.scope = grant.request.scope;
  share.claims = grant.request.claims;
  return grant.dependencies.repositories.sessions.put_client_session(tx, share);
}

/// kConflict: the session that was settled in this transaction is not there, so nothing of it stays.
Stored<GrantedTokens> prepare_tokens(Tx& tx, const Grantable& grant, const UserSession& session) {
  auto& sessions = grant.dependencies.repositories.sessions;
  auto live = sessions.load_to_change(tx, grant.realm->realm.id, session.id, grant.client->client.id);
  if (!live) return refuse(live.error());
  if (!*live) return refuse(StoreError::kConflict);
  if (auto stored = store_share(tx, grant, **live); !stored) return refuse(stored.error());
  auto plan = plan_for_granted(*grant.client, grant.request.scope);
  auto subject = complete_subject(tx, grant.dependencies.settings, *grant.client, *plan, std::move((*live)->subject));
  if (!subject) return refuse(subject.error());
  return GrantedTokens{std::move(plan), std::move(*subject)};
}

/// May the answer be about this person (OP-20)? The request names people as its client knows them.
bool is_wanted(const Grantable& grant, const UserId& user) {
  const auto wanted = wanted_subject(grant.request.claims);
  if (wanted.empty()) return true;
  const auto plan = plan_for_granted(*grant.client, grant.request.scope);
  const auto subject = subject_for(*plan, grant.client->client, user, grant.issuer);
  return subject && wanted == *subject;
}

/// An essential `acr` is a condition of the answer, not a wish (OpenID Connect Core section 5.5.1.1).
bool is_level_met(const Grantable& grant) {
  if (!grant.request.acr_essential) return true;
  const LevelNames names(grant.realm->realm, grant.client->client);
  return names.level_of(grant.proven.acr).value_or(kNoLevel) >= requested_level(names, grant.request.acr_values);
}

/// Judged with what holds now, not with what held when the request came.
Stored<std::optional<OAuthError>> why_not_granted(Tx& tx, const Grantable& grant, const UserSession& session) {
  using Answer = std::optional<OAuthError>;
  if (!is_wanted(grant, session.user)) {
    return Answer({OAuthCode::kLoginRequired, "", 0, "another_subject_wanted"});  // OP-20
  }
  if (!is_level_met(grant)) return Answer({OAuthCode::kUnmetAuthenticationRequirements, "", 0, "acr_not_reached"});
  const auto lacks =
      lacks_consent(tx, grant.dependencies.repositories, *grant.client, session.user, grant.request.scope);
  if (!lacks) return refuse(lacks.error());
  if (*lacks) return Answer({OAuthCode::kInteractionRequired, "", 0, "consent_gone"});
  return Answer();
}

Answerer answerer_of(const Grantable& grant, const web::Request& http) {
  return {grant.dependencies, http, *grant.realm, grant.client->client, grant.issuer, grant.now};
}

/// `session`: empty when none was settled.
web::Response answer_refused(const Grantable& grant, const web::Request& http, const SessionId& session,
                             const OAuthError& error) {
  log_grant(grant, http, session, error.note);
  return send_error(answerer_of(grant, http), target_of(grant.request), error);
}

}  // namespace

Stored<Granted> store_grant(Tx& tx, const Grantable& grant, const UserSession& session) {
  const auto& repositories = grant.dependencies.repositories;
  auto refusal = why_not_granted(tx, grant, session);
  if (!refusal) return refuse(refusal.error());
  if (*refusal) return Granted(refuse(std::move(**refusal)));
  if (!grant.request.pushed_hash.empty()) {
    const auto taken = repositories.tickets.take(tx, grant.realm->realm.id, TicketKind::kPushedRequest,
                                                 grant.request.pushed_hash, grant.now);
    if (!taken) return refuse(taken.error());
    if (!*taken) {
      return Granted(refuse(OAuthError{OAuthCode::kInvalidRequest, "The pushed request was used before or has expired",
                                       0, "pushed_request_gone"}));
    }
  }
  StoredGrant granted;
  if (wants_tokens(grant.request)) {
    auto prepared = prepare_tokens(tx, grant, session);
    if (!prepared) return refuse(prepared.error());
    granted.tokens = std::move(*prepared);
  }
  if (grant.request.asks_for("code")) {
    auto made = make_code(grant.realm->realm, grant.client->client, grant.request, session, grant.proven, grant.now,
                          grant.dependencies.random);
    if (auto stored = repositories.codes.insert(tx, made.record); !stored) return refuse(stored.error());
    granted.code = std::move(made.code);
  }
  return Granted(std::move(granted));
}

void log_grant(const Grantable& grant, const web::Request& http, const SessionId& session, std::string_view refused) {
  grant.dependencies.log.info(refused.empty() ? "login" : "authorize_refused",
                              {{"realm", grant.realm->realm.name},
                               {"client_id", grant.request.client_id},
                               {"user_id", grant.proven.user.str()},
                               {"session_id", session.str()},
                               {"ip", http.remote_address},
                               {"reason", refused.empty() ? std::string_view("signed_in") : refused},
                               {"correlation_id", http.correlation_id}});
}

web::Response answer_nobody(const Grantable& grant, const web::Request& http, std::string_view reason) {
  return answer_refused(grant, http, {}, {OAuthCode::kLoginRequired, "", 0, std::string(reason)});
}

web::Response answer_grant(const Grantable& grant, const web::Request& http, const UserSession& session,
                           Granted granted) {
  const auto& request = grant.request;
  const auto refused = [&](const OAuthError& error) { return answer_refused(grant, http, session.id, error); };
  if (!granted) return refused(granted.error());
  AnswerContent content;
  if (granted->tokens) {
    const bool has_state = request.state && !request.state->empty();
    const TokenContext context{.realm = *grant.realm,
                               .client = *grant.client,
                               .plan = *granted->tokens->plan,
                               .subject = granted->tokens->subject,
                               .issuer = grant.issuer,
                               .now = grant.now,
                               .session = &session,
                               .acr = grant.proven.acr,
                               .nonce = request.nonce,
                               .grant = "na",
                               .with_refresh = false,
                               .requested_claims = request.claims,
                               .with_access = request.asks_for("token"),
                               .with_id = request.asks_for("id_token"),
                               .implicit = granted->code.empty(),
                               .code = granted->code,
                               .state = has_state ? std::string_view(*request.state) : std::string_view{}};
    auto tokens = issue_tokens(context, grant.dependencies.random);
    if (!tokens) {
      return refused({OAuthCode::kServerError, "", 0, std::string(describe(tokens.error()))});
    }
    if (!tokens->id_token.empty()) {
      auto id_token =
          encrypted_for(grant.dependencies, grant.client->client, Encrypted::kIdToken, std::move(tokens->id_token));
      if (!id_token) return refused({OAuthCode::kServerError, "", 0, std::move(id_token.error())});
      content.id_token = std::move(*id_token);
    }
    content.access_token = std::move(tokens->access_token);
    content.expires_in = tokens->expires_in;
    if (grant.client->client.attribute_is_true("token.response.type.bearer.lower-case")) content.token_type = "bearer";
  }
  content.code = std::move(granted->code);
  log_grant(grant, http, session.id, "");
  return send_granted(answerer_of(grant, http), target_of(request), std::move(content), session.id.str());
}

}  // namespace cardea::oidc
