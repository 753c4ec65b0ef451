#include "login/fail_step.h"

#include "base/limits.h"
#include "core/brute_force.h"
#include "core/sealed_interaction.h"
#include "login/endpoint.h"
#include "login/flow_cookie.h"
#include "login/required_action.h"
#include "login/step_pages.h"
#include "login/texts.h"

namespace cardea::login {
namespace {

// On the store lane.
web::Outcome count_failure(const StepRunPtr& run, StepView view, const std::optional<NextRow>& next) {
  auto& interactions = run->dependencies.repositories.interactions;
  auto lockout = Lockout::kNone;
  const auto stored = run->dependencies.repositories.store.write([&](Tx& tx) -> Stored<void> {
    lockout = Lockout::kNone;  // a transaction may run again
    if (auto taken = interactions.take(tx, handle_hash(run->link.session_code)); !taken) return taken;
    if (run->user && form_of(*run).facts.proof != Proof::kPassword) {  // a password counts its own
      const auto counted = record_login_failure(tx, run->dependencies.repositories, run->realm->realm, run->user->id,
                                                run->request.remote_address, run->dependencies.clock.now());
      if (!counted) return refuse(counted.error());
      lockout = *counted;
    }
    return next ? interactions.insert(tx, handle_hash(next->handle), next->interaction) : Stored<void>();
  });
  if (!stored && stored.error() != StoreError::kConflict) {
    return store_failed(run->dependencies, run->request, run->realm.get(), stored.error());
  }
  if (stored && run->user) tell_lockout(run->dependencies, run->request, run->realm->realm, run->user->id, lockout);
  if (!stored || !next) return refuse_login(run->dependencies, run->request, run->realm, run->link, Refusal::kGone);
  view.session_code = next->handle;
  auto response = show_step(*run, view);
  set_flow_cookie(response, run->request, run->realm->realm, run->dependencies.base_url, next->cookie);
  return response;
}

// A wrong answer of somebody whose session is stepped up: there is no row yet to count it in, but the account does.
web::Outcome count_stepped_failure(const StepRunPtr& run, StepView view) {
  return web::then(web::Lane::kStore, [run, view = std::move(view)]() -> web::Outcome {
    const auto counted = write_to(run->dependencies.repositories.store, [&](Tx& tx) {
      return record_login_failure(tx, run->dependencies.repositories, run->realm->realm, run->user->id,
                                  run->request.remote_address, run->dependencies.clock.now());
    });
    if (!counted) return store_failed(run->dependencies, run->request, run->realm.get(), counted.error());
    tell_lockout(run->dependencies, run->request, run->realm->realm, run->user->id, *counted);
    return show_step(*run, view);
  });
}
}  // namespace

web::Response refuse_attempt(const StepRun& run, const TooManyAttempts& refused, StepView view) {
  run.dependencies.log.info("login_failed", {{"reason", "too_many_attempts"},
                                             {"realm", run.realm->realm.name},
                                             {"client_id", run.interaction.request.client_id},
                                             {"user_id", answered_by(run, {})},
                                             {"ip", run.request.remote_address},
                                             {"correlation_id", run.request.correlation_id}});
  view.error = "${tooManyAttempts}";
  auto response = show_step(run, view);
  response.status = 429;
  response.set("Retry-After", std::to_string(refused.retry_after.count()));
  return response;
}

web::Outcome fail_step(const StepRunPtr& run, std::string_view reason, StepView view) {
  run->dependencies.log.info("login_failed", {{"reason", reason},
                                              {"realm", run->realm->realm.name},
                                              {"client_id", run->interaction.request.client_id},
                                              {"user_id", answered_by(*run, view)},
                                              {"ip", run->request.remote_address},
                                              {"correlation_id", run->request.correlation_id}});
  if (run->steps() == nullptr && run->user && form_of(*run).facts.proof != Proof::kPassword) {
    return count_stepped_failure(run, std::move(view));  // a password counts its own
  }
  if (run->steps() == nullptr) return show_step(*run, view);
  auto stage = *run->steps();
  ++stage.failures;
  std::optional<NextRow> next;
  if (stage.failures < kStepFailuresMax) {
    next =
        make_row(run->dependencies, run->realm->realm, run->interaction.id, run->interaction.request, std::move(stage));
    next->interaction.expires_at = run->interaction.expires_at;  // a wrong answer wins no time
  }
  return web::then(web::Lane::kStore, [run, view = std::move(view), next = std::move(next)]() mutable {
    return count_failure(run, std::move(view), next);
  });
}

}  // namespace cardea::login
