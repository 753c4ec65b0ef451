#include "oidc/token/poll_grant.h"

#include <utility>

#include "oidc/encryption.h"
#include "oidc/endpoint.h"

namespace cardea::oidc {
namespace {

Stored<void> join(Tx& tx, const TokenRequest& request, const DeviceCode& code, AgreedSession agreed,
                  const std::string& refresh_id, Polled& out) {
  out.plan = plan_for_granted(*request.client, code.scope);
  auto subject =
      complete_subject(tx, request.dependencies.settings, *request.client, *out.plan, std::move(agreed.subject));
  if (!subject) return refuse(subject.error());
  out.subject = std::move(*subject);
  out.acr = code.acr;
  auto joined = join_session(tx, request,
                             {.plan = *out.plan,
                              .subject = out.subject,
                              .session = std::move(agreed.session),
                              .is_new = agreed.is_new,
                              .share = std::move(agreed.share),
                              .scope = code.scope,
                              .refresh_id = refresh_id});
  if (!joined) return refuse(joined.error());
  if (*joined) {
    out.joined = std::move(**joined);
  } else {
    out.refusal = joined->error();
  }
  return {};
}

Stored<Polled> poll(Tx& tx, const TokenRequest& request, std::string_view hash, const PollRules& rules,
                    const std::string& refresh_id) {
  Polled out;
  auto& codes = request.dependencies.repositories.device_codes;
  const auto& realm = request.realm->realm.id;
  const auto code = codes.find(tx, realm, hash);
  if (!code) return refuse(code.error());
  auto decision = decide_poll(*code, request.client->client.id, rules.code_verifier, request.now, rules.words);
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
    out.refusal = OAuthError{OAuthCode::kInvalidGrant, std::string(rules.words.not_valid), 0,
                             std::string(rules.words.noun) + "_used"};
    return out;
  }
  auto agreed = rules.session(tx, **code);
  if (!agreed) return refuse(agreed.error());
  if (!*agreed) {
    out.refusal = std::move(agreed->error());
    return out;
  }
  if (auto joined = join(tx, request, **code, std::move(**agreed), refresh_id, out); !joined)
    return refuse(joined.error());
  return out;
}

web::Outcome sign(const TokenRequestPtr& request, const Polled& polled, std::string_view grant,
                  const std::string& refresh_id) {
  const TokenContext context{.realm = *request->realm,
                             .client = *request->client,
                             .plan = *polled.plan,
                             .subject = polled.subject,
                             .issuer = request->issuer,
                             .now = request->now,
                             .session = &polled.joined.session,
                             .acr = polled.acr,
                             .nonce = {},
                             .grant = grant,
                             .refresh_id = refresh_id,
                             .share_started_at = polled.joined.share_started_at};
  const auto tokens = issue_for(*request, context);
  if (!tokens) return refuse_token(*request, tokens.error());
  return token_answer(*request, *polled.plan, *tokens, &polled.joined.session);
}

}  // namespace

web::Outcome poll_grant(TokenRequestPtr request, std::string hash, PollRules rules) {
  auto refresh_id = random_uuid(request->dependencies.random);
  return web::then(web::Lane::kStore,
                   [request = std::move(request), hash = std::move(hash), rules = std::move(rules),
                    refresh_id = std::move(refresh_id)]() -> web::Outcome {
                     auto polled = write_to(request->dependencies.repositories.store,
                                            [&](Tx& tx) { return poll(tx, *request, hash, rules, refresh_id); });
                     if (!polled) return token_store_failed(*request, polled.error());
                     if (polled->refusal) return refuse_token(*request, *polled->refusal);
                     return web::then(answer_lane(*request->realm, *request->client),
                                      [request, polled = std::move(*polled), grant = rules.grant, refresh_id] {
                                        return sign(request, polled, grant, refresh_id);
                                      });
                   });
}

}  // namespace cardea::oidc
