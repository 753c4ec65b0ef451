#include "broker/upstream_check.h"

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/text.h"
#include "broker/client_proof.h"
#include "broker/kept_token.h"
#include "broker/refresh_turn.h"
#include "broker/start.h"
#include "core/logout/end_session.h"
#include "core/store_failure.h"
#include "crypto/hash.h"
#include "upstream/code_flow.h"

namespace cardea::broker {
namespace {

struct Check {
  const Dependencies& dependencies;
  const web::Request& request;
  RealmPtr realm;
  ProviderPtr provider;
  UserSession session;
  seconds interval{0};
  UpstreamCheckNext next;
  std::string refresh_token = {};
  bool is_first_try = true;  // of this token, as it stands: an answer to it may not have been lost
};
using CheckPtr = std::shared_ptr<Check>;

TimePoint last_checked(const UserSession& session) {
  const auto at = parse_integer<std::int64_t>(session.note(kUpstreamCheckedNote));
  return at ? std::max(from_epoch_seconds(*at), session.started_at) : session.started_at;
}

void log_check(const Check& check, std::string_view event, std::string_view reason, std::string_view text = {}) {
  check.dependencies.log.warning(event, {{"realm", check.realm->realm.name},
                                         {"provider", check.provider->alias},
                                         {"user_id", check.session.user.str()},
                                         {"session_id", check.session.id.str()},
                                         {"reason", reason},
                                         {"description", text},
                                         {"correlation_id", check.request.correlation_id}});
}

// The answers of this file stand in a token response (RFC 6749 section 5.2): never a page.
web::Response later(std::string_view why) {
  auto response = web::json_error(503, "temporarily_unavailable", why);
  response.set("Retry-After", "10");
  return response;
}

web::Response not_stored(const Check& check, StoreError error) {
  check.dependencies.log.write(
      level_of(error), "store_failed",
      {{"error", describe(error)}, {"at", "upstream check"}, {"correlation_id", check.request.correlation_id}});
  return later("The service is not available");
}

// Nothing was said for or against the person: nothing ends, and after a while nothing is given either.
web::Outcome wait_for_it(const CheckPtr& check, std::string_view reason) {
  log_check(*check, "upstream_check_failed", reason);
  const auto age = check->dependencies.clock.now() - last_checked(check->session);
  if (age < check->interval * kCheckIntervalsMax) return check->next(true);
  return later("The identity provider of this session cannot be asked");
}

std::string refresh_token_in(const std::optional<FederatedIdentity>& link) {
  return !link || link->token.empty() ? std::string() : refresh_token_of(link->token.reveal());
}

Stored<void> end_those_of(Tx& tx, const Check& check, bool offline) {
  const auto& dependencies = check.dependencies;
  const auto& repositories = dependencies.repositories;
  auto& kept = offline ? repositories.offline_sessions : repositories.sessions;
  const auto list = kept.list_of_user(tx, check.realm->realm.id, check.session.user);
  if (!list) return refuse(list.error());
  const auto issuer = dependencies.base_url.issuer(check.request, check.realm->realm.name);
  for (const auto& session : *list) {
    if (session.note(kProviderNote) != check.provider->alias) continue;
    const auto ended = end_session(tx, repositories, dependencies.random,
                                   {.realm = check.realm->realm,
                                    .session = session.id,
                                    .offline = offline,
                                    .issuer = issuer,
                                    .now = dependencies.clock.now()});
    if (!ended) return refuse(ended.error());
  }
  return {};
}

Stored<void> end_this(Tx& tx, const Check& check) {
  const auto& dependencies = check.dependencies;
  const auto ended = end_session(tx, dependencies.repositories, dependencies.random,
                                 {.realm = check.realm->realm,
                                  .session = check.session.id,
                                  .offline = check.session.offline,
                                  .issuer = dependencies.base_url.issuer(check.request, check.realm->realm.name),
                                  .now = dependencies.clock.now()});
  if (!ended) return refuse(ended.error());
  return {};
}

// A sign-in of the same person writes the same link (account.cc): one of the two waits, and sees what the other wrote.
Stored<void> lock_person(Tx& tx, const Check& check) {
  return check.dependencies.repositories.users.lock(tx, check.session.user);
}

// On the store lane. Every session of the person ends only by a clear word about the newest token: not when a sign-in
// brought another one meanwhile, and of a token that was sent before without an answer only this session ends, since
// the provider may have replaced it in the answer that was lost.
web::Outcome end_refused(const CheckPtr& check, std::string_view reason, std::string_view text) {
  bool is_superseded = false;
  const auto ended = write_to(check->dependencies.repositories.store, [&](Tx& tx) -> Stored<bool> {
    if (auto locked = lock_person(tx, *check); !locked) return refuse(locked.error());
    const auto link = find_kept(tx, check->dependencies, check->session.user, check->provider->alias);
    if (!link) return refuse(link.error());
    is_superseded = *link && refresh_token_in(*link) != check->refresh_token;
    if (is_superseded) return true;
    if (!check->is_first_try || check->refresh_token.empty()) {
      if (auto done = end_this(tx, *check); !done) return refuse(done.error());
      return true;
    }
    for (const bool offline : {false, true}) {
      if (auto done = end_those_of(tx, *check, offline); !done) return refuse(done.error());
    }
    return true;
  });
  if (!ended) return not_stored(*check, ended.error());
  if (is_superseded) return wait_for_it(check, "token_superseded");
  log_check(*check, "upstream_session_refused", reason, text);
  return check->next(false);
}

// False: the session is gone. The touch locks its row, so that the notes are those of now: they are written as a whole.
Stored<bool> note_checked(Tx& tx, const Check& check, const UserSession& of, TimePoint last_seen) {
  const auto& repositories = check.dependencies.repositories;
  auto& kept = of.offline ? repositories.offline_sessions : repositories.sessions;
  if (auto done = kept.touch(tx, of.id, last_seen); !done) return refuse(done.error());
  auto session = kept.find(tx, check.realm->realm.id, of.id);
  if (!session) return refuse(session.error());
  if (!*session) return false;
  auto notes = (*session)->notes;
  notes.insert_or_assign(std::string(kUpstreamCheckedNote),
                         std::to_string(epoch_seconds(check.dependencies.clock.now())));
  if (auto done = kept.set_notes(tx, of.id, notes); !done) return refuse(done.error());
  return true;
}

// The provider's word is about the person: its yes counts for each session that its no would end. Only this one is in
// use by it.
Stored<bool> note_all_checked(Tx& tx, const Check& check) {
  const auto& repositories = check.dependencies.repositories;
  Stored<bool> ours = false;
  for (const bool offline : {false, true}) {  // in the order of everybody who locks both
    if (offline == check.session.offline) {
      ours = note_checked(tx, check, check.session, check.dependencies.clock.now());
      if (!ours) return ours;
    }
    auto& kept = offline ? repositories.offline_sessions : repositories.sessions;
    const auto list = kept.list_of_user(tx, check.realm->realm.id, check.session.user);
    if (!list) return refuse(list.error());
    for (const auto& session : *list) {
      const bool is_ours = session.id == check.session.id && offline == check.session.offline;
      if (is_ours || session.note(kProviderNote) != check.provider->alias) continue;
      if (auto done = note_checked(tx, check, session, session.last_seen); !done) return done;
    }
  }
  return ours;
}

web::Outcome keep_answer(const CheckPtr& check, const upstream::TokenAnswer& answer) {
  std::string_view lost;
  const auto kept = write_to(check->dependencies.repositories.store, [&](Tx& tx) -> Stored<bool> {
    lost = "link_gone";  // taken away meanwhile
    if (auto locked = lock_person(tx, *check); !locked) return refuse(locked.error());
    auto link = find_kept(tx, check->dependencies, check->session.user, check->provider->alias);
    if (!link) return refuse(link.error());
    if (!*link) return false;
    if (refresh_token_in(*link) == check->refresh_token) {  // else a sign-in was quicker, and its token stays
      (*link)->token =
          SecretBytes::copy_of(renewed_answer((*link)->token.reveal(), answer, check->dependencies.clock.now()));
      const auto done = check->dependencies.repositories.federated_identities.update(tx, **link);
      if (!done && done.error() == StoreError::kConflict) return false;
      if (!done) return refuse(done.error());
    }
    lost = "session_gone";
    return note_all_checked(tx, *check);
  });
  if (!kept) return not_stored(*check, kept.error());
  if (!*kept) log_check(*check, "upstream_session_refused", lost);
  return check->next(*kept);
}

// RFC 6749 section 5.2: the grant is gone (at Entra ID AADSTS50057, 50173, 700082 ...), or the person must come
// themselves (OpenID Connect Core section 3.1.2.6). Everything else is about us or about the moment.
bool is_about_the_person(std::string_view error) {
  constexpr std::array kRefusals = {"invalid_grant", "interaction_required", "login_required", "consent_required",
                                    "access_denied"};
  return std::ranges::find(kRefusals, error) != kRefusals.end();
}

web::Outcome take_answer(const CheckPtr& check, const web::Fetched& fetched) {
  auto answer = upstream::read_token_answer(fetched);
  const bool is_clear = fetched && fetched->status < 500 && !answer && is_about_the_person(answer.error().error);
  if (!answer && !is_clear) return wait_for_it(check, answer.error().error);
  return web::then(web::Lane::kStore, [check, answer = std::move(answer)]() -> web::Outcome {
    if (answer) return keep_answer(check, *answer);
    return end_refused(check, answer.error().error, answer.error().description);
  });
}

web::Outcome ask(const CheckPtr& check, const Result<Addresses, std::string>& addresses) {
  if (!addresses) return wait_for_it(check, addresses.error());
  auto url = outbound_url(*addresses, addresses->token);
  if (!url) return wait_for_it(check, "bad_token_url");
  const auto proof = client_proof(check->dependencies, check->request, *check->realm, *check->provider, *addresses);
  if (!proof) return wait_for_it(check, proof.error());
  return web::fetch(upstream::token_request(std::move(*url), upstream::refresh_form(check->refresh_token), *proof),
                    web::Lane::kInline, [check](const web::Fetched& fetched) { return take_answer(check, fetched); });
}

enum class Turn { kOurs, kAnothers, kNoToken };

Stored<bool> take(Tx& tx, const Check& check, std::string_view what, TimePoint until) {
  const auto hash = crypto::sha256_base64url("upstream-check." + check.provider->alias + "." +
                                             check.session.user.str() + "." + std::string(what));
  return check.dependencies.repositories.used_ids.take(tx, check.realm->realm.id, hash, until);
}

// One request at a time for a person: a refresh token that is sent twice is a stolen one to many providers. The next
// minute is taken as well, so that two requests do not meet at the border.
Stored<Turn> take_turn(Tx& tx, Check& check) {
  const auto link = find_kept(tx, check.dependencies, check.session.user, check.provider->alias);
  if (!link) return refuse(link.error());
  check.refresh_token = refresh_token_in(*link);
  if (check.refresh_token.empty()) return Turn::kNoToken;
  const auto now = check.dependencies.clock.now();
  const auto minute = epoch_seconds(now) / kCheckIntervalMin.count();
  const auto until = now + kCheckIntervalMin * 3;
  const auto ours = take(tx, check, std::to_string(minute), until);
  if (!ours) return refuse(ours.error());
  if (!*ours) return Turn::kAnothers;
  const auto next = take(tx, check, std::to_string(minute + 1), until);
  if (!next) return refuse(next.error());
  const auto turn = take_refresh_turn(tx, check.dependencies, check.realm->realm.id, link->value().token.reveal(),
                                      now + check.interval * kCheckIntervalsMax + kCheckIntervalMin * 60);
  if (!turn) return refuse(turn.error());
  check.is_first_try = turn->is_first_try;
  return turn->is_ours ? Turn::kOurs : Turn::kAnothers;
}

web::Outcome begin(const CheckPtr& check) {
  const auto turn = write_to(check->dependencies.repositories.store, [&](Tx& tx) { return take_turn(tx, *check); });
  if (!turn) return not_stored(*check, turn.error());
  if (*turn == Turn::kAnothers) return wait_for_it(check, "asked_a_moment_ago");
  if (*turn == Turn::kNoToken) return end_refused(check, "no_refresh_token", "let its scope bring one: offline_access");
  return with_addresses(check->dependencies, *check->provider,
                        [check](const Result<Addresses, std::string>& addresses) { return ask(check, addresses); });
}

}  // namespace

std::optional<seconds> check_interval(const IdentityProvider& provider) {
  const auto text = provider.setting("sessionCheckSeconds");
  if (text.empty()) return std::nullopt;
  const auto number = parse_integer<std::int64_t>(text);
  return std::clamp(seconds(number.value_or(0)), kCheckIntervalMin, seconds(std::chrono::days(30)));
}

bool keeps_token(const IdentityProvider& provider) { return provider.store_token || check_interval(provider); }

web::Outcome check_upstream(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                            const UserSession& session, UpstreamCheckNext next) {
  const auto alias = session.note(kProviderNote);
  if (alias.empty()) return next(true);
  auto provider = enabled_provider(realm->realm, alias);
  if (provider == nullptr) return next(false);
  const auto interval = check_interval(*provider);
  if (!interval || dependencies.clock.now() - last_checked(session) < *interval) return next(true);
  auto check = std::make_shared<Check>(Check{.dependencies = dependencies,
                                             .request = request,
                                             .realm = std::move(realm),
                                             .provider = std::move(provider),
                                             .session = session,
                                             .interval = *interval,
                                             .next = std::move(next)});
  return web::then(web::Lane::kStore, [check] { return begin(check); });
}

}  // namespace cardea::broker
