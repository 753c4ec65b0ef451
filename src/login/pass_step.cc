#include "login/pass_step.h"

#include <algorithm>

#include "base/assert.h"
#include "core/authentication_methods.h"
#include "core/brute_force.h"
#include "core/level_of_assurance.h"
#include "core/proof_holds.h"
#include "core/required_actions.h"
#include "core/sealed_interaction.h"
#include "core/second_factor.h"
#include "core/verify_credential.h"
#include "login/endpoint.h"
#include "login/fail_step.h"
#include "login/flow_cookie.h"
#include "login/flow_decision.h"
#include "login/open_step.h"
#include "login/remembered_name.h"
#include "login/required_action.h"
#include "login/step_pages.h"

namespace cardea::login {
namespace {

// What is stored when a step was passed: the proof used up, the row before taken, the row after it written.
struct Settlement {
  bool takes_row = false;
  std::optional<NextRow> next;
};
enum class Settled { kDone, kUsedBefore, kLocked, kGone };

Stored<Settled> settle(Tx& tx, const StepRun& run, const StepPassed& passed, const Settlement& settlement,
                       Settled& lost) {
  auto& interactions = run.dependencies.repositories.interactions;
  lost = Settled::kUsedBefore;
  if (passed.consume) {
    if (auto done = passed.consume(tx); !done) return refuse(done.error());
  }
  lost = Settled::kGone;
  if (settlement.takes_row) {
    if (auto taken = interactions.take(tx, handle_hash(run.link.session_code)); !taken) return refuse(taken.error());
  }
  if (!settlement.next && brute_force_settings(run.realm->realm).is_on) {
    // Guesses that came side by side may have locked the account: a right one among them must not unlock it.
    const auto locked = is_locked_meanwhile(tx, run.dependencies.repositories, run.realm->realm, passed.user.id,
                                            run.dependencies.clock.now());
    if (!locked) return refuse(locked.error());
    if (*locked) {
      lost = Settled::kLocked;
      return refuse(StoreError::kConflict);
    }
    const auto forgotten = record_login_success(tx, run.dependencies.repositories, run.realm->realm, passed.user.id);
    if (!forgotten) return refuse(forgotten.error());
  }
  if (settlement.next) {
    const auto& row = *settlement.next;
    if (auto stored = interactions.insert(tx, handle_hash(row.handle), row.interaction); !stored) {
      return refuse(stored.error());
    }
  }
  return Settled::kDone;
}

// 1 of a flow without levels, which may have a name as any.
std::string acr_of(const StepRun& run, const std::vector<int>& levels) {
  const int reached = levels.empty() ? 1 : *std::ranges::max_element(levels);
  return LevelNames(run.realm->realm, run.client->client).name_of(reached, run.interaction.request.acr_values);
}

// Of the first proof: later steps must not renew it.
std::int64_t stamp_of(const StepRun& run, const StepPassed& passed) {
  if (run.steps() != nullptr && run.steps()->credential_stamp) return *run.steps()->credential_stamp;
  return credential_stamp(passed.password_set_at);
}

std::optional<UpstreamProof> upstream_of(const StepRun& run, const StepPassed& passed) {
  if (passed.upstream) return passed.upstream;
  return run.steps() != nullptr ? run.steps()->upstream : std::nullopt;
}

// When the person proved themselves to whoever vouches, if it says so; never before what says that proofs before it do
// not count, or nobody could come back after that.
std::int64_t auth_time_of(const StepRun& run, const User& user, const std::optional<UpstreamProof>& upstream,
                          TimePoint now) {
  const auto at = epoch_seconds(now);
  if (!upstream || !upstream->auth_time) return at;
  return std::min(at, std::max({*upstream->auth_time, run.realm->realm.not_before, user.not_before}));
}

// The realm's own references and what the provider's word is translated to; that one is as old as the sign-in there.
std::vector<AuthenticationMethod> all_methods(const StepRun& run, const FlowProgress& progress,
                                              const std::optional<UpstreamProof>& upstream, std::int64_t now) {
  std::vector<AuthenticationMethod> out;
  for (const auto* flow : flows_of_login(run, progress, upstream)) {
    std::ranges::move(methods_of(*flow, progress, now), std::back_inserter(out));
  }
  if (!upstream) return out;
  for (const auto& reference : upstream->methods) {
    out.push_back({.reference = reference, .max_age = 0, .auth_time = upstream->auth_time.value_or(now)});
  }
  return out;
}

web::Outcome finish(const StepRunPtr& run, const StepPassed& passed, const FlowProgress& progress,
                    const Complete& end) {
  const auto& realm = run->realm->realm;
  const auto now = run->dependencies.clock.now();
  auto user = passed.user;
  user.required_actions.insert(user.required_actions.end(), end.setup_actions.begin(), end.setup_actions.end());
  auto upstream = upstream_of(*run, passed);
  Authentication proven{.user = progress.user,
                        .auth_time = auth_time_of(*run, user, upstream, now),
                        .acr = acr_of(*run, end.levels),
                        .remember_me = realm.remember_me && progress.remember_me,
                        .levels = end.levels,
                        .session = run->stepped ? std::optional(run->stepped->id) : std::nullopt,
                        .credential_stamp = stamp_of(*run, passed),
                        .methods = all_methods(*run, progress, upstream, epoch_seconds(now)),
                        .upstream = std::move(upstream),
                        .has_second_factor = has_second_factor(progress)};
  const auto kept = proven.remember_me ? user.username : std::string();
  auto outcome = continue_login(run->dependencies, run->request, run->realm, run->interaction.request,
                                std::move(proven), pending_actions(*run->realm, user, passed.password_set_at, now));
  if (run->stepped) return outcome;  // one more proof of who is signed in already
  return with_answer(std::move(outcome), [run, kept](web::Response& response) {
    if (response.status >= 400) return;  // tried again
    keep_name(response, run->request, run->realm->realm, run->dependencies.base_url, kept);
  });
}

// On the store lane.
web::Outcome save(const StepRunPtr& run, const StepPassed& passed, const Settlement& settlement,
                  const FlowProgress& progress, const Complete& end) {
  auto lost = Settled::kGone;
  const auto saved = write_to(run->dependencies.repositories.store,
                              [&](Tx& tx) { return settle(tx, *run, passed, settlement, lost); });
  if (!saved && saved.error() == StoreError::kConflict) {
    if (lost == Settled::kUsedBefore) return fail_step(run, "used_before", {.error = std::string(passed.used_before)});
    const auto refusal = lost == Settled::kLocked ? Refusal::kUserDisabled : Refusal::kGone;
    return refuse_login(run->dependencies, run->request, run->realm, run->link, refusal);
  }
  if (!saved) return store_failed(run->dependencies, run->request, run->realm.get(), saved.error());
  if (!settlement.next) return finish(run, passed, progress, end);
  const auto& row = *settlement.next;
  const auto link = make_link(row.interaction.request, row.interaction.id, row.handle, "");
  auto response = web::redirect(
      link_url(run->dependencies.base_url.of(run->request), run->realm->realm.name, "authenticate", link));
  set_flow_cookie(response, run->request, run->realm->realm, run->dependencies.base_url, row.cookie);
  return response;
}

web::Outcome go_on(const StepRunPtr& run, StepPassed passed, FlowProgress progress, const Roles& roles) {
  const auto decision =
      decide(*run, progress,
             {.user = &passed.user, .credentials = passed.credentials, .upstream = upstream_of(*run, passed)}, roles);
  if (const auto* denied = std::get_if<Denied>(&decision)) return deny(*run, *denied);
  if (passed.only_at_end && !std::holds_alternative<Complete>(decision)) {
    run->dependencies.log.info("login_failed", {{"reason", "link_before_the_end"},
                                                {"realm", run->realm->realm.name},
                                                {"user_id", passed.user.id.str()},
                                                {"correlation_id", run->request.correlation_id}});
    return show_step(*run, {.error = "This account there is not linked to yours yet."});
  }
  Settlement settlement{.takes_row = run->steps() != nullptr, .next = {}};
  Complete end;
  if (const auto* complete = std::get_if<Complete>(&decision)) {
    CARDEA_ASSERT(complete->user == passed.user.id);
    end = *complete;
    if (!passed.consume && !settlement.takes_row && !passed.has_failures) return finish(run, passed, progress, end);
  } else {
    settlement.next = make_row(run->dependencies, run->realm->realm, run->interaction.id, run->interaction.request,
                               AwaitingSteps{.progress = progress,
                                             .session = run->stepped ? std::optional(run->stepped->id) : std::nullopt,
                                             .credential_stamp = stamp_of(*run, passed),
                                             .upstream = upstream_of(*run, passed)});
  }
  return web::then(web::Lane::kStore,
                   [run, passed = std::move(passed), settlement = std::move(settlement), progress = std::move(progress),
                    end = std::move(end)] { return save(run, passed, settlement, progress, end); });
}
}  // namespace

web::Outcome pass_step(const StepRunPtr& run, StepPassed passed) {
  auto progress = progress_of(run->interaction);
  if (run->steps() != nullptr && progress.user != passed.user.id) return deny(*run, Denied{DenyReason::kForeignResult});
  if (run->stepped && run->stepped->user != passed.user.id) return deny(*run, Denied{DenyReason::kForeignResult});
  progress.user = passed.user.id;
  for (auto& result : progress.results) result.user = passed.user.id;  // the name that was typed is this user's
  progress.results.push_back(
      {run->execution->id, passed.proof, passed.user.id, passed.upstream ? passed.upstream->provider : std::string()});
  const auto* login = run->login();
  progress.remember_me = progress.remember_me || passed.remember_me || (login != nullptr && login->remember_me);
  if (!asks_for_roles(flows_of_login(*run, progress, upstream_of(*run, passed)))) {
    return go_on(run, std::move(passed), std::move(progress), nullptr);
  }
  return then_read(run->dependencies,
                   [run, passed = std::move(passed), progress = std::move(progress)]() mutable -> web::Outcome {
                     auto roles = read_from(run->dependencies.repositories.store, [&](Rows& rows) {
                       return load_roles(rows, run->dependencies, *run->realm, progress.user);
                     });
                     if (!roles) return store_failed(run->dependencies, run->request, run->realm.get(), roles.error());
                     return go_on(run, std::move(passed), std::move(progress), *roles);
                   });
}

web::Outcome pass_username(const StepRunPtr& run, std::string typed_name, bool remember_me) {
  CARDEA_ASSERT(run->login() != nullptr);
  auto interaction = run->interaction;
  auto& stage = std::get<AwaitingLogin>(interaction.stage);
  stage.typed_name = std::move(typed_name);
  stage.named_by = run->execution->id;
  stage.remember_me = remember_me;
  auto sealed = seal_interaction(run->dependencies.sealer, interaction);
  if (!sealed) return fail_step(run, describe(sealed.error()), {.error = "The request is too long."});
  auto link = run->link;
  link.session_code = std::move(*sealed);
  link.execution.clear();
  return run_interaction(run->dependencies, run->request, run->realm, std::move(link), std::move(interaction),
                         [](const StepRunPtr& next) -> web::Outcome { return show_step(*next, {}); });
}

}  // namespace cardea::login
