#include "login/upstream_login.h"

#include <algorithm>

#include "base/uri.h"
#include "login/actions/idp_link.h"
#include "login/held.h"
#include "login/open_step.h"
#include "login/pass_step.h"
#include "login/step_pages.h"

namespace cardea::login {
namespace {

constexpr std::string_view kUsedBefore = "This sign-in was used already. Please try again.";

LoginLink link_of(const PausedLogin& paused) {
  return {.session_code = paused.session_code,
          .execution = paused.execution,
          .client_id = paused.client_id,
          .tab_id = paused.tab_id,
          .client_data = paused.client_data};
}

// As with a missing one-time password, only a required step makes up for what the person does not have, and only right
// after a proof. Beside another factor that they do have, whoever stole the first would bring a second of their own.
bool may_link(const StepRun& run, const Execution& redirector) {
  return run.steps() != nullptr && redirector.requirement == Requirement::kRequired && run.choices.size() == 1;
}

PausedLogin paused_of(const StepRun& run, const Execution& redirector) {
  return {.session_code = run.link.session_code,
          .execution = redirector.id,
          .client_id = run.interaction.request.client_id,
          .tab_id = run.interaction.id,
          .client_data = run.link.client_data,
          .provider = only_provider(redirector),
          .proven_as = run.user ? std::optional(run.user->id) : std::nullopt,
          .may_link = may_link(run, redirector)};
}

// Calls `next(run, redirector)` while the person may go to a provider, or refuses. Runs with the redirector as the step
// that is answered when `link` names it.
using WithRedirector = std::move_only_function<web::Outcome(StepRunPtr, const Execution&)>;
web::Outcome with_redirector(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                             LoginLink link, WithRedirector next) {
  return with_held(dependencies, request, realm, std::move(link),
                   [&dependencies, &request, realm, next = std::make_shared<WithRedirector>(std::move(next))](
                       LoginLink held, Interaction interaction) {
                     return run_interaction(
                         dependencies, request, realm, std::move(held), std::move(interaction),
                         [&dependencies, &request, realm, next](const StepRunPtr& run) -> web::Outcome {
                           const auto* redirector = redirector_of(*run);
                           if (redirector == nullptr) {
                             return refuse_login(dependencies, request, realm, run->link, Refusal::kGone);
                           }
                           return (*next)(run, *redirector);
                         });
                   });
}

// ---- the action idp_link

bool is_link_action(const LoginLink& link) { return link.execution == kLinkAction; }

PausedLogin paused_of(const ActionRun& run) {
  return {.session_code = run.link.session_code,
          .execution = run.link.execution,
          .client_id = run.interaction.request.client_id,
          .tab_id = run.interaction.id,
          .client_data = run.link.client_data,
          .provider = std::string(run.argument()),
          .proven_as = run.user.id,
          .may_link = true,
          .links = true};
}

web::Outcome show_link_failed(const ActionRunPtr& run, std::string_view reason, std::string message) {
  run->dependencies.log.info("identity_not_linked", {{"reason", reason},
                                                     {"realm", run->realm->realm.name},
                                                     {"client_id", run->interaction.request.client_id},
                                                     {"provider", run->argument().substr(0, 64)},
                                                     {"user_id", run->user.id.str()},
                                                     {"ip", run->request.remote_address},
                                                     {"correlation_id", run->request.correlation_id}});
  return find_action_form(kLinkAction)->show(run, {.errors = {std::move(message)}});
}

// Asked again on the way out and on the way back: the page may have been left aside.
web::Outcome with_link(const Dependencies& dependencies, const web::Request& request, RealmPtr realm, LoginLink link,
                       WithAction next) {
  return with_action(dependencies, request, std::move(realm), std::move(link),
                     [next = std::move(next)](const ActionRunPtr& run) mutable -> web::Outcome {
                       return check_link(
                           run,
                           [run, next = std::move(next)](std::optional<LinkRefusal> refusal) mutable -> web::Outcome {
                             if (!refusal) return next(run);
                             return show_link_failed(run, refusal->reason, std::move(refusal->message));
                           });
                     });
}

web::Outcome store_link(const ActionRunPtr& run, UpstreamSignIn linked) {
  if (linked.user.id != run->user.id) return show_link_failed(run, "other_user", "You are signed in as somebody else.");
  return pass_action(run, {.save = [save = std::move(linked.save)](Tx& tx, const User&) { return save(tx); },
                           .lost = [run]() -> web::Outcome {
                             return show_link_failed(run, "used_or_linked_before",
                                                     "This sign-in was used already. Please try again.");
                           },
                           .event = "identity_linked"});
}

web::Outcome hand_over(const Dependencies& dependencies, const web::Request& request, RealmPtr realm, LoginLink link,
                       PausedNext next) {
  if (is_link_action(link)) {
    return with_link(dependencies, request, std::move(realm), std::move(link),
                     [next = std::move(next)](const ActionRunPtr& run) mutable -> web::Outcome {
                       return next(paused_of(*run), run->interaction.request);
                     });
  }
  return with_redirector(
      dependencies, request, std::move(realm), std::move(link),
      [next = std::move(next)](const StepRunPtr& run, const Execution& redirector) mutable -> web::Outcome {
        return next(paused_of(*run, redirector), run->interaction.request);
      });
}

}  // namespace

bool is_redirector(const Execution& execution) {
  const auto* step = execution.step();
  return step != nullptr && (step->authenticator == kRedirector || step->authenticator == kSourceStep);
}

bool is_source(const Execution& execution) {
  const auto* step = execution.step();
  return step != nullptr && step->authenticator == kSourceStep;
}

std::string only_provider(const Execution& execution) {
  if (!is_source(execution)) return {};
  const auto& config = execution.step()->config;
  const auto found = config.find("provider");
  return found == config.end() ? "?" : found->second;  // a name that no provider has
}

std::vector<const Execution*> redirectors_of(const StepRun& run) {
  std::vector<const Execution*> out;
  std::ranges::copy_if(run.choices, std::back_inserter(out),
                       [](const Execution* each) { return is_redirector(*each); });
  return out;
}

const Execution* redirector_of(const StepRun& run) {
  // Of several the one that the person chose.
  if (run.execution != nullptr && is_redirector(*run.execution)) return run.execution;
  const auto all = redirectors_of(run);
  return all.empty() ? nullptr : all.front();
}

std::optional<std::string> provider_to_start_with(const StepRun& run) {
  const auto* redirector = redirector_of(run);
  if (redirector == nullptr) return std::nullopt;
  // Something can be filled in, or there are others beside it: the person chooses.
  const bool is_only = run.execution == redirector && redirectors_of(run).size() == 1;
  if (is_source(*redirector) && !is_only) return std::nullopt;
  auto wanted = is_source(*redirector) ? only_provider(*redirector) : run.interaction.request.idp_hint;
  // Whoever is here to sign in to the account that a provider's identity is to be linked to stays here.
  if (wanted.empty() && run.interaction.request.link_handle.empty()) {
    const auto& config = redirector->step()->config;
    const auto found = config.find("defaultProvider");
    if (found != config.end()) wanted = found->second;
  }
  // An unknown one is the ordinary page (keycloak.md section 1.5).
  const auto provider = wanted.empty() ? std::nullopt : find_identity_provider(run.realm->realm, wanted);
  if (!provider || !provider->enabled || provider->link_only) return std::nullopt;
  return wanted;
}

std::string provider_url(const StepRun& run, std::string_view alias, const Execution& redirector,
                         std::string_view session_code) {
  auto link = step_link(run, {.session_code = std::string(session_code)});
  link.execution = redirector.id;
  // login-actions/{action} with another place before the query.
  auto url = link_url(run.dependencies.base_url.of(run.request), run.realm->realm.name, "", link);
  const std::string_view from = "/login-actions/";
  const std::string to = "/broker/" + percent_encode(alias) + "/login";
  url.replace(url.find(from), from.size(), to);
  return url;
}

web::Outcome pause_login(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                         PausedNext next) {
  auto link = read_link(request);
  if (!link) return refuse_login(dependencies, request, realm, {}, Refusal::kMalformed);
  return hand_over(dependencies, request, std::move(realm), std::move(*link), std::move(next));
}

web::Outcome check_paused(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                          PausedLogin paused, PausedNext next) {
  return hand_over(dependencies, request, std::move(realm), link_of(paused), std::move(next));
}

web::Outcome resume_login(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                          PausedLogin paused, UpstreamSignIn signed_in) {
  if (paused.links) {
    return with_link(dependencies, request, std::move(realm), link_of(paused),
                     [signed_in = std::move(signed_in)](const ActionRunPtr& run) mutable -> web::Outcome {
                       return store_link(run, std::move(signed_in));
                     });
  }
  return with_redirector(
      dependencies, request, std::move(realm), link_of(paused),
      [signed_in = std::move(signed_in)](const StepRunPtr& run, const Execution& redirector) mutable -> web::Outcome {
        if (run->execution != &redirector) {  // the flow was changed meanwhile
          return refuse_login(run->dependencies, run->request, run->realm, run->link, Refusal::kGone);
        }
        if (!run->is_about(signed_in.user)) {
          return show_paused(run->dependencies, run->request, run->realm, paused_of(*run, redirector),
                             {.reason = "other_user", .message = "You are signed in there as somebody else."});
        }
        return pass_step(run, {.proof = Proof::kUpstream,
                               .user = std::move(signed_in.user),
                               .credentials = std::move(signed_in.credentials),
                               .password_set_at = signed_in.password_set_at,
                               .consume = std::move(signed_in.save),
                               .used_before = kUsedBefore,
                               .upstream = std::move(signed_in.proof),
                               .only_at_end = signed_in.only_at_end});
      });
}

web::Outcome show_paused(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                         PausedLogin paused, UpstreamFailure failure) {
  auto link = link_of(paused);
  if (is_link_action(link)) {
    return with_action(dependencies, request, std::move(realm), std::move(link),
                       [failure = std::move(failure)](const ActionRunPtr& run) -> web::Outcome {
                         return show_link_failed(run, failure.reason, failure.message);
                       });
  }
  link.execution.clear();
  return with_held(
      dependencies, request, realm, std::move(link),
      [&dependencies, &request, realm, failure = std::move(failure)](LoginLink held, Interaction interaction) {
        return run_interaction(dependencies, request, realm, std::move(held), std::move(interaction),
                               [failure](const StepRunPtr& run) -> web::Outcome {
                                 // No wrong answer of the person: a provider that is down must lock nobody out.
                                 run->dependencies.log.info("login_failed",
                                                            {{"reason", failure.reason},
                                                             {"realm", run->realm->realm.name},
                                                             {"client_id", run->interaction.request.client_id},
                                                             {"ip", run->request.remote_address},
                                                             {"correlation_id", run->request.correlation_id}});
                                 return show_step(*run, {.error = failure.message});
                               });
      });
}

}  // namespace cardea::login
