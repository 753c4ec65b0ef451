#include "broker/login_groups.h"

#include "broker/group_call.h"
#include "broker/group_sync.h"
#include "core/changes/source_groups.h"

namespace cardea::broker {
namespace {

using Next = std::move_only_function<web::Outcome()>;

void log_failure(const Dependencies& dependencies, std::string_view event, const UpstreamIdentity& identity,
                 std::string_view reason, std::string_view correlation_id) {
  dependencies.log.warning(event, {{"provider", identity.provider},
                                   {"upstream_id", identity.id},
                                   {"reason", reason},
                                   {"hint", groups_hint(reason)},
                                   {"correlation_id", correlation_id}});
}
void log_failure(const Arrival& arrival, std::string_view event, std::string_view reason) {
  log_failure(arrival.dependencies, event, arrival.identity, reason, arrival.request.correlation_id);
}

// The provider did not say.
web::Outcome go_without(const ArrivalPtr& arrival, std::string_view reason, Next next) {
  switch (on_groups_failure(*arrival->provider, reason)) {
    case GroupsFailure::kKeep:
      log_failure(*arrival, "upstream_groups_kept", reason);
      return next();
    case GroupsFailure::kDrop:
      log_failure(*arrival, "upstream_groups_dropped", reason);
      // Without a note of it: whoever signs in next is asked about again.
      arrival->groups = {.said = SourceGroups(), .known = {}, .asked_at = arrival->dependencies.clock.now()};
      return next();
    case GroupsFailure::kRefuse:
      break;
  }
  return fail_arrival(*arrival, "groups_" + std::string(reason),
                      "The provider did not say which groups you are in. Try again later.");
}

web::Outcome take(const ArrivalPtr& arrival, SourceGroups said, TimePoint asked_at, Next next) {
  // The rest is made afterwards, a transaction at a time.
  arrival->groups_later = arrival->groups_later || said.size() > kSourceGroupsMadeMax;
  auto known = known_groups(*arrival->provider, said);
  arrival->groups = {.said = std::move(said), .known = std::move(known), .asked_at = asked_at};
  return next();
}

GroupsQuestion question_of(const Arrival& arrival, bool asks_for_names_alone) {
  const auto& at_hand = arrival.groups_at_hand;
  GroupsQuestion question{.dependencies = arrival.dependencies,
                          .provider = arrival.provider,
                          .graph = at_hand.graph,
                          .access_token = at_hand.access_token};
  if (asks_for_names_alone) {
    question.in_token = *at_hand.in_token;
    question.has_token_groups = true;
  }
  return question;
}

web::Outcome ask(const ArrivalPtr& arrival, bool asks_for_names_alone, Next next) {
  const auto asked_at = arrival->dependencies.clock.now();
  return ask_groups(question_of(*arrival, asks_for_names_alone),
                    [arrival, asked_at, next = std::move(next)](SaidGroups said) mutable {
                      if (!said) return go_without(arrival, said.error(), std::move(next));
                      return take(arrival, std::move(*said), asked_at, std::move(next));
                    });
}

// The token has them all.
web::Outcome take_token(const ArrivalPtr& arrival, const FederatedIdentity* link, bool names_groups, Next next) {
  const auto& in_token = *arrival->groups_at_hand.in_token;
  const auto now = arrival->dependencies.clock.now();
  if (link != nullptr && has_same_groups(link->groups_known, known_groups(*arrival->provider, in_token))) {
    const bool is_old = now - link->groups_at >= groups_freshness(*arrival->provider).refresh_after;
    arrival->groups_later = is_old && names_groups && arrival->dependencies.in_background;  // they may have new names
    if (is_old && !arrival->groups_later) {
      arrival->groups = {.said = std::nullopt, .known = link->groups_known, .asked_at = now};
    }
    return next();
  }
  return names_groups ? ask(arrival, true, std::move(next)) : take(arrival, in_token, now, std::move(next));
}

// ---- afterwards

struct Refresh {
  const Dependencies& dependencies;
  RealmPtr realm;
  ProviderPtr provider;
  UpstreamIdentity identity;  // without claims
  UserId user;
  std::string correlation_id;
  TimePoint asked_at{};
  bool is_said = true;  // else the groups are dropped because nobody said them
};
using RefreshPtr = std::shared_ptr<Refresh>;

web::Outcome write_refreshed(const RefreshPtr& refresh, const SourceGroups& groups) {
  const auto& repositories = refresh->dependencies.repositories;
  const GroupsPlace place{.dependencies = refresh->dependencies,
                          .realm = refresh->realm->realm,
                          .provider = *refresh->provider,
                          .user = refresh->user,
                          .correlation_id = refresh->correlation_id};
  Stored<bool> has_more = true;
  constexpr std::size_t kWritesMax = kSourceGroupsMax / kSourceGroupsMadeMax + 1;
  for (std::size_t i = 0; i < kWritesMax && has_more && *has_more; ++i) {
    has_more = write_to(repositories.store, [&](Tx& tx) {
      return write_said_groups(tx, place, refresh->identity.id, groups, refresh->asked_at);
    });
  }
  if (has_more && !refresh->is_said) {  // whoever signs in next is asked about again
    has_more = write_to(repositories.store, [&](Tx& tx) -> Stored<bool> {
      auto done = repositories.federated_identities.set_groups(tx, refresh->user, refresh->provider->alias, "",
                                                               refresh->asked_at);
      if (!done) return refuse(done.error());
      return false;
    });
  }
  if (!has_more) {
    log_failure(refresh->dependencies, "upstream_groups_kept", refresh->identity, describe(has_more.error()),
                refresh->correlation_id);
  }
  return web::Response(204);
}

web::Outcome take_refreshed(const RefreshPtr& refresh, SaidGroups said) {
  if (said) {
    return web::then(web::Lane::kStore,
                     [refresh, groups = std::move(*said)] { return write_refreshed(refresh, groups); });
  }
  const bool drops = on_groups_failure(*refresh->provider, said.error()) == GroupsFailure::kDrop;
  log_failure(refresh->dependencies, drops ? "upstream_groups_dropped" : "upstream_groups_kept", refresh->identity,
              said.error(), refresh->correlation_id);
  if (!drops) return web::Response(204);
  refresh->is_said = false;
  return web::then(web::Lane::kStore, [refresh] { return write_refreshed(refresh, {}); });
}

}  // namespace

web::Outcome with_login_groups(const ArrivalPtr& arrival, const FederatedIdentity* link,
                               std::optional<TimePoint> synced_at, Next next) {
  const auto& provider = *arrival->provider;
  const auto mode = groups_mode_of(provider);
  if (!mode) log_failure(*arrival, "upstream_groups_kept", "unknown_groups_mode");
  if (!mode || *mode == GroupsMode::kNone) return next();
  const auto& at_hand = arrival->groups_at_hand;
  const bool asks_graph = !at_hand.graph.empty() && *mode != GroupsMode::kToken;
  // Where the directory is looked after its word counts, not the token's (docs/adr/0025).
  const bool is_tokens_word = at_hand.in_token && !(asks_graph && (*mode == GroupsMode::kDirect || synced_at));
  if (is_tokens_word) {
    return take_token(arrival, link, asks_graph && *mode == GroupsMode::kTransitive, std::move(next));
  }
  if (!asks_graph) return go_without(arrival, "not_in_token", std::move(next));
  if (link != nullptr) {
    const auto plan = plan_groups(provider, *link, synced_at, arrival->dependencies.clock.now());
    const bool can_ask_later = static_cast<bool>(arrival->dependencies.in_background);
    if (plan == GroupsPlan::kUse || (plan == GroupsPlan::kUseAndAskLater && can_ask_later)) {
      arrival->groups_later = plan == GroupsPlan::kUseAndAskLater;
      return next();
    }
  }
  return ask(arrival, false, std::move(next));
}

void refresh_groups_later(const Arrival& arrival, const UserId& user) {
  const auto& dependencies = arrival.dependencies;
  if (!dependencies.in_background) return;
  auto identity = arrival.identity;
  identity.claims.clear();
  identity.userinfo.clear();
  identity.answer.clear();
  auto refresh = std::make_shared<Refresh>(Refresh{.dependencies = dependencies,
                                                   .realm = arrival.realm,
                                                   .provider = arrival.provider,
                                                   .identity = std::move(identity),
                                                   .user = user,
                                                   .correlation_id = arrival.request.correlation_id});
  const auto mode = groups_mode_of(*arrival.provider);
  const bool is_synced = is_directory_synced(*arrival.provider);
  const bool is_tokens_word = arrival.groups_at_hand.in_token && mode == GroupsMode::kTransitive && !is_synced;
  auto question = question_of(arrival, is_tokens_word);
  question.somebody_waits = false;
  const bool is_taken = dependencies.in_background([refresh, question = std::move(question)]() mutable -> web::Outcome {
    refresh->asked_at = refresh->dependencies.clock.now();
    return ask_groups(std::move(question),
                      [refresh](SaidGroups said) { return take_refreshed(refresh, std::move(said)); });
  });
  if (!is_taken) log_failure(arrival, "upstream_groups_kept", "too_many_wait");
}

}  // namespace cardea::broker
