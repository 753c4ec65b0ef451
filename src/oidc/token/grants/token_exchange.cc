// grant_type=urn:ietf:params:oauth:grant-type:token-exchange (RFC 8693; keycloak.md section 1.9): a service that was
// called with a person's token gets one of its own to call on with. The person's session stays what everything hangs
// on. A token of one of the realm's providers is exchanged, too, where the client may bring those (foreign_grant.h).
#include "oidc/token/grants/token_exchange.h"

#include <algorithm>

#include "base/text.h"
#include "core/check_bearer.h"
#include "core/consent.h"
#include "core/foreign_word.h"
#include "core/session.h"
#include "core/token/refresh_rotation.h"
#include "core/token/token_subject.h"
#include "oidc/encryption.h"
#include "oidc/endpoint.h"
#include "oidc/token/grants/all_grants.h"
#include "oidc/token/grants/foreign_grant.h"
#include "oidc/token/rotate_refresh.h"

namespace cardea::oidc {
namespace {

OAuthError invalid_request(std::string description, std::string note) {
  return {OAuthCode::kInvalidRequest, std::move(description), 0, std::move(note)};
}

/// What the steps hand on.
struct Exchange {
  TokenRequestPtr request;
  ExchangeRequest asked;
  std::shared_ptr<const TokenPlan> plan;
  TimePoint subject_end{};
  std::string acr;
  bool with_id = false;  // an ID token comes along where the request itself says `openid`

  TokenSubject subject;
  std::optional<UserSession> session;  // absent: the subject is a service account without one
  std::optional<TimePoint> share_started_at;
  std::string refresh_id;
  bool lacks_consent = false;  // by the transaction that pays out
};
using ExchangePtr = std::shared_ptr<Exchange>;

Result<ExchangeFor, OAuthError> requested_type(const web::Form& form, const Client& client) {
  const auto type = form.value_or("requested_token_type", kAccessTokenType);
  if (type == kAccessTokenType) return ExchangeFor::kAccessToken;
  if (type == kIdTokenType) return ExchangeFor::kIdToken;
  const bool may_refresh =
      client.attribute("standard.token.exchange.enableRefreshRequestedTokenType") == "SAME_SESSION" &&
      client.attribute("use.refresh.tokens") != "false";
  if (type == kRefreshTokenType && may_refresh) return ExchangeFor::kRefreshToken;
  return refuse(invalid_request("requested_token_type unsupported", "requested_token_type"));
}

std::string_view issued_type(ExchangeFor requested) {
  switch (requested) {
    case ExchangeFor::kAccessToken:
      return kAccessTokenType;
    case ExchangeFor::kRefreshToken:
      return kRefreshTokenType;
    case ExchangeFor::kIdToken:
      return kIdTokenType;
  }
  return kAccessTokenType;
}

/// An ID token is answered where the access token stands, and says that it is none (RFC 8693 section 2.2.1).
web::Response id_token_answer(const TokenRequest& request, const TokenPlan& plan, IssuedTokens tokens,
                              const UserSession* session) {
  tokens.access_token = std::move(tokens.id_token);
  tokens.id_token.clear();
  return token_answer(request, plan, tokens, session, kIdTokenType, "N_A");
}

web::Outcome sign(const ExchangePtr& exchange) {
  const auto& request = *exchange->request;
  const auto* session = exchange->session ? &*exchange->session : nullptr;
  const auto& audiences = exchange->asked.audiences;
  const TokenContext context{.realm = *request.realm,
                             .client = *request.client,
                             .plan = *exchange->plan,
                             .subject = exchange->subject,
                             .issuer = request.issuer,
                             .now = request.now,
                             .session = session,
                             .acr = exchange->acr,
                             .nonce = {},
                             .grant = "te",
                             .refresh_id = exchange->refresh_id,
                             .with_refresh = exchange->asked.requested == ExchangeFor::kRefreshToken,
                             .only_audiences = audiences.empty() ? nullptr : &audiences,
                             .latest_end = exchange->subject_end,
                             .share_started_at = exchange->share_started_at,
                             .with_id = exchange->with_id};
  auto tokens = issue_for(request, context);
  if (!tokens) return refuse_token(request, tokens.error());
  request.dependencies.log.info("token_exchanged", {{"realm", request.realm->realm.name},
                                                    {"client_id", request.client->client.client_id},
                                                    {"user_id", exchange->subject.subject.user.id.str()},
                                                    {"correlation_id", request.http.correlation_id}});
  if (exchange->asked.requested == ExchangeFor::kIdToken) {
    return id_token_answer(request, *exchange->plan, std::move(*tokens), session);
  }
  return token_answer(request, *exchange->plan, *tokens, session, issued_type(exchange->asked.requested));
}

OAuthError consent_missing(const Exchange& exchange) {
  return {OAuthCode::kInvalidScope,
          "Missing consents for Token Exchange in client " + exchange.request->client->client.client_id, 400,
          "consent_missing"};
}

/// The client's share in the person's session: without one its token would not count.
Stored<void> store_share(Tx& tx, Exchange& exchange) {
  const auto& request = *exchange.request;
  const auto& repositories = request.dependencies.repositories;
  auto& sessions = exchange.session->offline ? repositories.offline_sessions : repositories.sessions;
  const auto live =
      sessions.load_to_change(tx, request.realm->realm.id, exchange.session->id, request.client->client.id);
  if (!live) return refuse(live.error());
  if (!*live) return refuse(StoreError::kConflict);  // it ended this moment
  // Taken back since it was read, it must not come to life again with the share (core/consent.h).
  const auto lacks =
      lacks_consent(tx, repositories, *request.client, exchange.subject.subject.user.id, exchange.plan->full_scope);
  if (!lacks) return refuse(lacks.error());
  exchange.lacks_consent = *lacks;
  if (*lacks) return {};
  const auto& known = (*live)->client_session;
  const bool goes_on = known && request.now < client_session_end(request.realm->realm, request.client->client,
                                                                 (*live)->session, known->started_at);
  exchange.share_started_at = goes_on ? known->started_at : request.now;
  if (goes_on && exchange.asked.requested != ExchangeFor::kRefreshToken) return {};
  ClientSession share;
  if (known) {
    share.adapter_session = known->adapter_session;
    share.adapter_host = known->adapter_host;
    share.claims = known->claims;
    const auto rule = refresh_rotation(request.realm->realm, request.client->client);
    if (goes_on) share.other_chains = chains_behind_a_new_one(rule, *known);
  }
  share.session = exchange.session->id;
  share.client = request.client->client.id;
  share.started_at = *exchange.share_started_at;
  share.chain = {.refresh_id = exchange.refresh_id, .previous_refresh_id = {}, .rotated_at = request.now};
  share.scope = exchange.plan->full_scope;
  return sessions.put_client_session(tx, share);
}

web::Outcome store_then_sign(const ExchangePtr& exchange) {
  if (!exchange->session) {
    if (exchange->asked.requested == ExchangeFor::kAccessToken) return sign(exchange);
    return refuse_token(*exchange->request, invalid_request("requested_token_type unsupported", "no_session"));
  }
  return web::then(web::Lane::kStore, [exchange]() -> web::Outcome {
    const auto& request = *exchange->request;
    const auto stored =
        request.dependencies.repositories.store.write([&](Tx& tx) { return store_share(tx, *exchange); });
    if (!stored && stored.error() == StoreError::kConflict) {
      return refuse_token(request, invalid_request("Invalid token", "session_gone"));
    }
    if (!stored) return token_store_failed(request, stored.error());
    if (exchange->lacks_consent) return refuse_token(request, consent_missing(*exchange));
    return web::then(answer_lane(*request.realm, *request.client), [exchange] { return sign(exchange); });
  });
}

/// Of the audiences that are asked for, one that is switched off, or that nobody is called and no mapper gives.
Stored<std::optional<OAuthError>> why_no_audience(Rows& rows, const Exchange& exchange) {
  const auto& request = *exchange.request;
  for (const auto& name : exchange.asked.audiences) {
    const auto client = request.dependencies.settings.load_client(rows, request.realm, name);
    if (!client) return refuse(client.error());
    if (*client && !(*client)->client.enabled) {
      return std::optional(OAuthError{OAuthCode::kInvalidClient, "Client disabled", 400, "audience_disabled"});
    }
    const bool is_given = std::ranges::any_of(exchange.plan->operations, [&](const MapperOp& op) {
      return op.kind == MapperKind::kAudience && op.text == name;
    });
    if (*client || is_given) continue;
    return std::optional(OAuthError{OAuthCode::kInvalidClient, "Audience not found", 400, "audience_unknown"});
  }
  return std::optional<OAuthError>();
}

/// What may not live on in a token that refreshes itself: what another server said, and a session that no end of the
/// person's sign-in ends (whoever gets an offline token asked for `offline_access` at a sign-in of its own).
std::optional<OAuthError> why_no_refresh(const Exchange& exchange) {
  if (!exchange.session || exchange.asked.requested != ExchangeFor::kRefreshToken) return std::nullopt;
  if (!exchange.session->note(kForeignWordEndNote).empty()) {
    return invalid_request("Invalid token", "refresh_of_a_foreign_word");
  }
  if (!exchange.session->offline) return std::nullopt;
  return invalid_request("Refresh token not valid as requested_token_type because creating a new session is needed",
                         "refresh_of_an_offline_session");
}

/// The session, person and client behind the token must live, as everywhere (attack class 28).
web::Outcome load(const ExchangePtr& exchange, const jose::VerifiedJwt& token) {
  const auto& request = *exchange->request;
  const auto& dependencies = request.dependencies;
  std::optional<OAuthError> refusal;
  const auto read = dependencies.repositories.store.read([&](Rows& rows) -> Stored<void> {
    refusal.reset();
    auto live =
        load_live_token(rows, dependencies.repositories, dependencies.settings, request.realm, token, request.now);
    if (!live) return refuse(live.error());
    if (!*live) {
      refusal = invalid_request("Invalid token", std::string(describe(live->error())));
      return {};
    }
    if ((*live)->live) exchange->session = (*live)->live->session;
    auto unknown = why_no_audience(rows, *exchange);
    if (!unknown) return refuse(unknown.error());
    refusal = std::move(*unknown);
    if (!refusal) refusal = why_no_refresh(*exchange);
    if (refusal) return {};
    const auto lacks = lacks_consent(rows, dependencies.repositories, *request.client, (*live)->subject.user.id,
                                     exchange->plan->full_scope);
    if (!lacks) return refuse(lacks.error());
    if (*lacks) {
      refusal = consent_missing(*exchange);
      return {};
    }
    auto subject =
        complete_subject(rows, dependencies.settings, *request.client, *exchange->plan, std::move((*live)->subject));
    if (!subject) return refuse(subject.error());
    exchange->subject = std::move(*subject);
    return {};
  });
  if (!read) return token_store_failed(request, read.error());
  if (refusal) return refuse_token(request, std::move(*refusal));
  return store_then_sign(exchange);
}

OAuthError not_supported(const std::string& name) {
  return invalid_request("Parameter '" + name + "' is not supported for standard token exchange",
                         "parameter_not_supported");
}

bool has_openid(std::string_view scope) {
  const auto words = split_words(scope);
  return std::ranges::find(words, std::string_view("openid")) != words.end();
}

Result<std::shared_ptr<const TokenPlan>, OAuthError> plan_of(const TokenRequest& request, ExchangeRequest& asked) {
  if (asked.requested == ExchangeFor::kIdToken && !has_openid(asked.scope)) {
    asked.scope = asked.scope.empty() ? "openid" : "openid " + asked.scope;
  }
  auto plan = plan_for(*request.client, asked.scope);
  if (plan) return std::move(*plan);
  return refuse(OAuthError{OAuthCode::kInvalidScope, "Invalid scopes: " + asked.scope, 0, "scope_not_allowed"});
}

/// Without a scope parameter: the client's default scopes, whatever the token that is shown was granted; a client that
/// shows a token of its own stays one of OpenID Connect.
std::string scope_unless_named(const Client& client, const jose::VerifiedJwt& token) {
  return token.azp() == client.client_id && has_openid(token.scope()) ? "openid" : "";
}

/// The token and its type.
std::optional<OAuthError> why_no_subject(const web::Form& form, bool (*is_right)(std::string_view type)) {
  if (!form.value("subject_token")) {
    return invalid_request("Parameter 'subject_token' required for standard token exchange", "no_subject_token");
  }
  const auto type = form.value("subject_token_type");
  if (!type) {
    return invalid_request("Parameter 'subject_token_type' required for standard token exchange", "no_subject_type");
  }
  if (is_right(*type)) return std::nullopt;
  return invalid_request("Parameter 'subject_token' supports access tokens only", "subject_type");
}

/// What the client may, and what it asks for.
Result<ExchangeRequest, OAuthError> read_rest(const web::Form& form, const Client& client) {
  if (!client.attribute_is_true("standard.token.exchange.enabled")) {
    return refuse(
        invalid_request("Standard token exchange is not enabled for the requested client", "token_exchange_off"));
  }
  if (client.public_client) {
    return refuse(
        OAuthError{OAuthCode::kInvalidClient, "Public client is not allowed to exchange token", 400, "public_client"});
  }
  ExchangeRequest asked;
  const auto requested = requested_type(form, client);
  if (!requested) return refuse(requested.error());
  asked.requested = *requested;
  asked.subject_token = form.value_or("subject_token", "");
  asked.scope = form.value_or("scope", "");
  const auto words = split_words(asked.scope);
  if (std::ranges::find(words, std::string_view("offline_access")) != words.end()) {
    return refuse(invalid_request("Scope offline_access not allowed for token exchange", "offline_access"));
  }
  for (const auto& [name, value] : form.parameters()) {
    if (name == "audience" && !value.empty()) asked.audiences.push_back(value);
  }
  if (asked.audiences.size() > kAudiencesMax) {
    return refuse(invalid_request("Too many audiences", "too_many_audiences"));
  }
  return asked;
}

web::Outcome exchange_from_outside(TokenRequestPtr request) {
  auto asked = read_exchange_from_outside(request->form, request->client->client);
  if (!asked) return refuse_token(*request, asked.error());
  auto plan = plan_of(*request, *asked);
  if (!plan) return refuse_token(*request, plan.error());
  return grant_on_foreign_word({.request = request,
                                .plan = std::move(*plan),
                                .token = std::move(asked->subject_token),
                                .grant = "te",
                                .audiences = std::move(asked->audiences),
                                .issued_type = kAccessTokenType,
                                .named_issuer = std::string(request->form.value_or("subject_issuer", "")),
                                .refused = OAuthCode::kInvalidRequest});
}

}  // namespace

Result<ExchangeRequest, OAuthError> read_exchange(const web::Form& form, const Client& client) {
  for (const auto* name :
       {"requested_subject", "requested_issuer", "subject_issuer", "actor_token", "actor_token_type"}) {
    if (form.value(name)) return refuse(not_supported(name));
  }
  if (auto refusal = why_no_subject(form, [](std::string_view type) { return type == kAccessTokenType; })) {
    return refuse(std::move(*refusal));
  }
  return read_rest(form, client);
}

bool is_of_outside(const web::Form& form, const Client& client) {
  if (!client.attribute_is_true("oauth2.jwt.authorization.grant.enabled")) return false;
  return form.value_or("subject_token_type", "") == kJwtType || form.value("subject_issuer");
}

Result<ExchangeRequest, OAuthError> read_exchange_from_outside(const web::Form& form, const Client& client) {
  for (const auto* name : {"requested_subject", "requested_issuer", "actor_token", "actor_token_type"}) {
    if (form.value(name)) return refuse(not_supported(name));
  }
  const auto is_right = [](std::string_view type) { return type == kAccessTokenType || type == kJwtType; };
  if (auto refusal = why_no_subject(form, is_right)) return refuse(std::move(*refusal));
  if (client.consent_required) {  // whoever comes from outside was never asked
    return refuse(OAuthError{OAuthCode::kInvalidClient, "Client requires user consent", 400, "consent_required"});
  }
  auto asked = read_rest(form, client);
  if (asked && asked->requested != ExchangeFor::kAccessToken) {
    return refuse(invalid_request("requested_token_type unsupported", "requested_token_type"));
  }
  return asked;
}

Result<void, OAuthError> check_subject_token(const jose::VerifiedJwt& token, const Client& client) {
  // Bound to a key: whoever only forwards it cannot show that key, and must not launder the binding away.
  if (token.claims().contains("cnf")) return refuse(invalid_request("Invalid token", "sender_constrained"));
  if (token.azp() == client.client_id || token.has_audience(client.client_id)) return {};
  return refuse(
      OAuthError{OAuthCode::kAccessDenied, "Client is not within the token audience", 403, "client_not_in_audience"});
}

web::Outcome token_exchange_grant(TokenRequestPtr request) {
  if (is_of_outside(request->form, request->client->client)) return exchange_from_outside(std::move(request));
  auto asked = read_exchange(request->form, request->client->client);
  if (!asked) return refuse_token(*request, asked.error());
  auto token = verify_access_token(*request->realm, request->issuer, asked->subject_token, request->now);
  if (!token) return refuse_token(*request, invalid_request("Invalid token", std::string(describe(token.error()))));
  if (auto allowed = check_subject_token(*token, request->client->client); !allowed) {
    return refuse_token(*request, allowed.error());
  }
  if (!request->form.value("scope")) asked->scope = scope_unless_named(request->client->client, *token);
  auto exchange = std::make_shared<Exchange>();
  auto plan = plan_of(*request, *asked);
  if (!plan) return refuse_token(*request, plan.error());
  exchange->with_id = asked->requested == ExchangeFor::kIdToken || has_openid(request->form.value_or("scope", ""));
  exchange->plan = std::move(*plan);
  exchange->asked = std::move(*asked);
  exchange->subject_end = token->exp().value();
  exchange->acr = token->text("acr");
  exchange->refresh_id = random_uuid(request->dependencies.random);
  exchange->request = std::move(request);
  const auto& dependencies = exchange->request->dependencies;
  return then_read(dependencies,
                   [exchange, token = std::move(*token)]() -> web::Outcome { return load(exchange, token); });
}

}  // namespace cardea::oidc
