// grant_type=client_credentials (RFC 6749 section 4.4; keycloak.md section 1.9): a token for the client's own service
// account. The hot path: everything from memory, one signature, no write.
#include <array>

#include "core/session.h"
#include "core/token/service_account.h"
#include "oidc/encryption.h"
#include "oidc/endpoint.h"
#include "oidc/token/grants/all_grants.h"
#include "oidc/token/join_session.h"

namespace cardea::oidc {
namespace {

OAuthError unauthorized(std::string description, std::string note) {
  return {OAuthCode::kUnauthorizedClient, std::move(description), 401, std::move(note)};
}

std::optional<OAuthError> refusal_of(const Client& client) {
  if (client.bearer_only)
    return unauthorized("Bearer-only client not allowed to retrieve service account", "bearer_only");
  if (client.public_client)
    return unauthorized("Public client not allowed to retrieve service account", "public_client");
  if (!client.service_accounts_enabled)
    return unauthorized("Client not enabled to retrieve service account", "service_accounts_off");
  return std::nullopt;
}

std::array<TransientNote, 3> notes_of(const TokenRequest& request) {
  const std::string_view address = request.http.remote_address;
  return {{{"client_id", request.client->client.client_id}, {"clientHost", address}, {"clientAddress", address}}};
}

struct Opened {
  TokenRequestPtr request;
  std::shared_ptr<const TokenPlan> plan;
  std::shared_ptr<const TokenSubject> subject;
  JoinedSession joined;
  std::string refresh_id;
};

web::Outcome sign(const Opened& opened) {
  const auto& request = *opened.request;
  const TokenContext context{.realm = *request.realm,
                             .client = *request.client,
                             .plan = *opened.plan,
                             .subject = *opened.subject,
                             .issuer = request.issuer,
                             .now = request.now,
                             .session = &opened.joined.session,
                             .acr = "1",
                             .nonce = {},
                             .grant = "cc",
                             .refresh_id = opened.refresh_id,
                             .share_started_at = opened.joined.share_started_at};
  const auto tokens = issue_for(request, context);
  if (!tokens) return refuse_token(request, tokens.error());
  return token_answer(request, *opened.plan, *tokens, context.session);
}

/// With attribute `client_credentials.use_refresh_token` the client gets a session, as a person would.
web::Outcome open_session(const TokenRequestPtr& request, std::shared_ptr<const TokenPlan> plan,
                          std::shared_ptr<const TokenSubject> subject) {
  Authentication proven;
  proven.user = subject->subject.user.id;
  auto& random = request->dependencies.random;
  auto session = make_session(request->realm->realm, proven, request->http.remote_address, request->now, random);
  for (const auto& [name, value] : notes_of(*request)) session.notes.emplace(name, value);
  auto refresh_id = random_uuid(random);
  return web::then(web::Lane::kStore,
                   [request, plan = std::move(plan), subject = std::move(subject), session = std::move(session),
                    refresh_id = std::move(refresh_id)]() -> web::Outcome {
                     auto joined = write_to(request->dependencies.repositories.store, [&](Tx& tx) {
                       return join_session(tx, *request,
                                           {.plan = *plan,
                                            .subject = *subject,
                                            .session = session,
                                            .is_new = true,
                                            .share = std::nullopt,
                                            .scope = plan->full_scope,
                                            .refresh_id = refresh_id});
                     });
                     if (!joined) return token_store_failed(*request, joined.error());
                     if (!*joined) return refuse_token(*request, joined->error());
                     // Never here: neighbours of the group commit would wait for the signature.
                     return web::then(answer_lane(*request->realm, *request->client),
                                      [opened = Opened{request, plan, subject, std::move(**joined), refresh_id}] {
                                        return sign(opened);
                                      });
                   });
}

web::Outcome issue_alone(const TokenRequest& request, const TokenPlan& plan, const ServiceAccounts::Ready& ready) {
  const auto notes = notes_of(request);
  const TokenContext context{.realm = *request.realm,
                             .client = *request.client,
                             .plan = plan,
                             .subject = *ready.account,
                             .issuer = request.issuer,
                             .now = request.now,
                             .acr = "1",
                             .nonce = {},
                             .grant = "cc",
                             .notes = notes,
                             .written = ready.written.get()};
  const auto tokens = issue_for(request, context);
  if (!tokens) return refuse_token(request, tokens.error());
  return token_answer(request, plan, *tokens, nullptr);
}

web::Outcome issue(const TokenRequestPtr& request, const std::shared_ptr<const TokenPlan>& plan,
                   const ServiceAccounts::Ready& ready) {
  if (request->client->rules.refreshes_credentials) return open_session(request, plan, ready.account);
  const auto lane = answer_lane(*request->realm, *request->client);
  if (lane == web::Lane::kInline) return issue_alone(*request, *plan, ready);  // the hot path: no step more
  return web::then(lane, [request, plan, ready] { return issue_alone(*request, *plan, ready); });
}

}  // namespace

web::Outcome client_credentials_grant(TokenRequestPtr request) {
  if (auto refusal = refusal_of(request->client->client)) return refuse_token(*request, std::move(*refusal));
  auto plan = requested_plan(*request);
  if (!plan) return refuse_token(*request, plan.error());
  if (const auto ready = request->client->service_accounts->find(**plan); ready.account != nullptr)
    return issue(request, *plan, ready);
  const auto& dependencies = request->dependencies;
  return then_read(dependencies, [request, plan = std::move(*plan)]() -> web::Outcome {
    const auto& repositories = request->dependencies.repositories;
    const auto ready = read_from(repositories.store, [&](Rows& rows) {
      return load_service_account(rows, repositories.subjects, request->dependencies.settings, *request->client, plan);
    });
    if (!ready) return token_store_failed(*request, ready.error());
    if (ready->account == nullptr)
      return refuse_token(*request,
                          {OAuthCode::kServerError, "Service account user is missing", 500, "service_account_missing"});
    return issue(request, plan, *ready);
  });
}

}  // namespace cardea::oidc
