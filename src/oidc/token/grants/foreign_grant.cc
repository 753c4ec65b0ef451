#include "oidc/token/grants/foreign_grant.h"

#include <algorithm>

#include "base/text.h"
#include "core/foreign_word.h"
#include "core/session.h"
#include "core/token/token_subject.h"
#include "core/verify_credential.h"
#include "jose/jws.h"
#include "oidc/encryption.h"
#include "oidc/endpoint.h"
#include "oidc/token/is_set_up.h"

namespace cardea::oidc {
namespace {

/// Remembered and kept beyond its end, for nodes whose clocks are behind and requests that waited for keys.
constexpr seconds kKeptLonger{60};

struct Granting {
  ForeignGrant asked;
  ForeignJwt word;
  UserSession session;

  TokenSubject subject;
  bool has_session = false;  // a service account acts without one
};
using GrantingPtr = std::shared_ptr<Granting>;

OAuthError refused(const ForeignGrant& asked, std::string said, std::string note) {
  return {asked.refused, std::move(said), 0, std::move(note)};
}

web::Outcome sign(const GrantingPtr& granting) {
  const auto& asked = granting->asked;
  const auto& request = *asked.request;
  const auto* session = granting->has_session ? &granting->session : nullptr;
  auto end = granting->word.expires_at;
  if (request.proof_ends) end = std::min(end, *request.proof_ends);
  const TokenContext context{
      .realm = *request.realm,
      .client = *request.client,
      .plan = *asked.plan,
      .subject = granting->subject,
      .issuer = request.issuer,
      .now = request.now,
      .session = session,
      .acr = session == nullptr ? "1" : "0",  // the person proved nothing to us
      .nonce = {},
      .grant = asked.grant,
      .with_refresh = false,
      .only_audiences = asked.audiences.empty() ? nullptr : &asked.audiences,
      .latest_end = end,
      .share_started_at = session == nullptr ? std::optional<TimePoint>() : std::optional(request.now)};
  auto tokens = issue_for(request, context);
  if (!tokens) return refuse_token(request, tokens.error());
  request.dependencies.log.info("token_granted_on_foreign_word", {{"realm", request.realm->realm.name},
                                                                  {"client_id", request.client->client.client_id},
                                                                  {"provider", granting->word.provider},
                                                                  {"user_id", granting->subject.subject.user.id.str()},
                                                                  {"correlation_id", request.http.correlation_id}});
  return token_answer(request, *asked.plan, *tokens, session, asked.issued_type);
}

using Found = Result<UserId, OAuthError>;

/// Whose link it is, and whether they may be acted for now.
Stored<Found> find_person(Tx& tx, const Granting& granting) {
  const auto& asked = granting.asked;
  const auto& request = *asked.request;
  const auto& repositories = request.dependencies.repositories;
  const auto& realm = request.realm->realm;
  const auto no = [&](std::string said, std::string note) {
    return Found(refuse(refused(asked, std::move(said), std::move(note))));
  };
  const auto link = repositories.federated_identities.find(tx, realm.id, granting.word.provider, granting.word.subject);
  if (!link) return refuse(link.error());
  if (!*link) return no("User not found", "no_link");
  if (!(*link)->issuer.empty() && (*link)->issuer != granting.word.proof.issuer) {
    return no("User not found", "link_of_other_issuer");
  }
  const auto user = repositories.users.find(tx, realm.id, (*link)->user);
  if (!user) return refuse(user.error());
  if (!*user) return no("User not found", "no_user");
  const auto locked = is_locked_meanwhile(tx, repositories, realm, (*user)->id, request.now);
  if (!locked) return refuse(locked.error());
  if (!(*user)->is_active() || *locked) return no("User is not enabled", "user_disabled");
  if (!(*user)->service_account_client && !is_set_up(*request.realm, **user, request.now)) {
    return no("Account is not fully set up", "required_actions");
  }
  return Found((*user)->id);
}

/// The session is good for these tokens alone, so it is gone when they are.
Stored<void> store_session(Tx& tx, const Granting& granting) {
  const auto& request = *granting.asked.request;
  auto& sessions = request.dependencies.repositories.sessions;
  const auto end =
      std::min(session_end(request.realm->realm, granting.session), granting.word.expires_at + kKeptLonger);
  if (auto done = sessions.insert(tx, granting.session, end); !done) return done;
  ClientSession share;
  share.session = granting.session.id;
  share.client = request.client->client.id;
  share.started_at = request.now;
  share.chain.rotated_at = request.now;
  share.scope = granting.asked.plan->full_scope;
  return sessions.put_client_session(tx, share);
}

Stored<std::optional<OAuthError>> settle(Tx& tx, Granting& granting) {
  using Answer = std::optional<OAuthError>;
  const auto& request = *granting.asked.request;
  const auto& repositories = request.dependencies.repositories;
  const auto& realm = request.realm->realm;
  auto person = find_person(tx, granting);
  if (!person) return refuse(person.error());
  if (!*person) return Answer(std::move(person->error()));
  if (!granting.word.used_hash.empty()) {
    const auto taken =
        repositories.used_ids.take(tx, realm.id, granting.word.used_hash, granting.word.expires_at + kKeptLonger);
    if (!taken) return refuse(taken.error());
    if (!*taken) return Answer(refused(granting.asked, "Token reuse detected", "foreign_jwt_used_before"));
  }
  auto subject = repositories.subjects.load(tx, realm.id, **person);
  if (!subject) return refuse(subject.error());
  if (!*subject) return refuse(StoreError::kConflict);
  auto complete =
      complete_subject(tx, request.dependencies.settings, *request.client, *granting.asked.plan, std::move(**subject));
  if (!complete) return refuse(complete.error());
  granting.subject = std::move(*complete);
  granting.has_session = !granting.subject.subject.user.service_account_client;
  if (!granting.has_session) return Answer();
  granting.session.user = **person;
  if (auto done = store_session(tx, granting); !done) return refuse(done.error());
  return Answer();
}

/// `claimed`: as the token itself says; Entra ID's older format says otherwise than the provider's links.
bool is_as_named(const ForeignGrant& asked, const ForeignJwt& word, std::string_view claimed) {
  const auto& name = asked.named_issuer;
  return name.empty() || name == word.provider || name == word.proof.issuer || name == claimed;
}

web::Outcome accept(ForeignGrant asked, ForeignJwt word) {
  auto granting = std::make_shared<Granting>();
  granting->asked = std::move(asked);
  granting->word = std::move(word);
  const auto& request = *granting->asked.request;
  Authentication proven;
  proven.upstream = granting->word.proof;
  proven.auth_time = granting->word.proof.auth_time.value_or(epoch_seconds(request.now));
  granting->session =
      make_session(request.realm->realm, proven, request.http.remote_address, request.now, request.dependencies.random);
  granting->session.notes.insert_or_assign(std::string(kForeignWordEndNote),
                                           std::to_string(epoch_seconds(granting->word.expires_at)));
  return web::then(web::Lane::kStore, [granting]() -> web::Outcome {
    const auto& r = *granting->asked.request;
    auto refusal = write_to(r.dependencies.repositories.store, [&](Tx& tx) { return settle(tx, *granting); });
    if (!refusal) return token_store_failed(r, refusal.error());
    if (*refusal) return refuse_token(r, std::move(**refusal));
    return web::then(answer_lane(*r.realm, *r.client), [granting] { return sign(granting); });
  });
}

}  // namespace

std::optional<OAuthError> why_no_foreign_grant(const Client& client, OAuthCode refused) {
  if (client.public_client) {
    return OAuthError{refused, "Public client not allowed to use authorization grant", 0, "public_client"};
  }
  if (!client.attribute_is_true("oauth2.jwt.authorization.grant.enabled")) {
    return OAuthError{refused, "JWT Authorization Grant is not supported for the requested client", 0, "jwt_grant_off"};
  }
  if (client.consent_required) {
    return OAuthError{OAuthCode::kInvalidClient, "Client requires user consent", 400, "consent_required"};
  }
  return std::nullopt;
}

web::Outcome grant_on_foreign_word(ForeignGrant asked) {
  const auto request = asked.request;
  const auto& check = request->dependencies.check_grant_jwt;
  if (!check) return refuse_token(*request, refused(asked, "No Identity Provider for provided issuer", "no_upstream"));
  auto token = std::move(asked.token);
  const auto jws = jose::UnverifiedJws::parse(token);
  auto claimed = jws ? jws->claimed_issuer() : std::string();
  return check(request->http, request->realm, request->client->client, std::move(token),
               [asked = std::move(asked),
                claimed = std::move(claimed)](Result<ForeignJwt, ForeignJwtRefusal> word) mutable -> web::Outcome {
                 if (word && !is_as_named(asked, *word, claimed)) {
                   return refuse_token(*asked.request, refused(asked, "Invalid token", "subject_issuer"));
                 }
                 if (word) return accept(std::move(asked), std::move(*word));
                 if (word.error().may_pass_later) {
                   return refuse_token(*asked.request,
                                       {OAuthCode::kTemporarilyUnavailable,
                                        "The provider of the token cannot be reached", 503, word.error().reason});
                 }
                 return refuse_token(*asked.request, refused(asked, word.error().said, word.error().reason));
               });
}

}  // namespace cardea::oidc
