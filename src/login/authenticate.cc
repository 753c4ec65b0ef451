#include "login/authenticate.h"

#include "base/uri.h"
#include "core/sealed_interaction.h"
#include "login/endpoint.h"
#include "login/flow_cookie.h"
#include "login/held.h"
#include "login/login_form.h"
#include "login/open_step.h"
#include "login/registration.h"
#include "login/required_action.h"
#include "login/step_pages.h"
#include "login/texts.h"
#include "login/upstream_login.h"
#include "web/cookie.h"
#include "web/error_page.h"
#include "web/rounds.h"

namespace cardea::login {
namespace {

Interaction open_new(const Dependencies& dependencies, const Realm& realm, AuthorizationRequest authorization,
                     AwaitingLogin begin, std::string_view cookie) {
  Interaction out;
  out.id = random_handle(dependencies.random, kTabIdBytes);
  out.realm = realm.id;
  out.browser_hash = browser_hash(cookie);
  out.expires_at = dependencies.clock.now() + realm.lifespans.access_code_login;
  out.request = std::move(authorization);
  out.stage = std::move(begin);
  return out;
}

constexpr std::string_view kLoop =
    "Signing in at the provider was begun several times in a row and lost each time. Are cookies allowed for this site "
    "and "
    "for the application?";

/// To the provider without asking. An application that forgets each sign-in would send the browser round and round, so
/// after a few rounds the page is shown, and the person goes on by hand (guides.md section 6).
web::Response leave_at_once(const StepRun& run, std::string_view alias) {
  const auto& realm = run.realm->realm;
  const auto name =
      run.request.is_https() ? "__Host-cardea-rounds-" + percent_encode(realm.name) : std::string("CARDEA_ROUNDS");
  const auto rounds = web::Rounds::read(run.request, name, run.dependencies.clock.now());
  if (rounds.is_loop()) {
    run.dependencies.log.info("login_loop", {{"realm", realm.name},
                                             {"provider", alias},
                                             {"client_id", run.interaction.request.client_id},
                                             {"correlation_id", run.request.correlation_id}});
    return show_step(run, {.error = std::string(kLoop)});
  }
  auto response = web::redirect(provider_url(run, alias, *redirector_of(run)));
  web::SetCookie cookie{.name = name, .value = rounds.after_one_more(), .max_age = web::Rounds::kWindow};
  cookie.secure = run.request.is_https();
  web::add_cookie(response, cookie);
  return response;
}

// Seals a new interaction and shows the first form of its flow, with this to say.
web::Outcome show_new(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                      Interaction interaction, std::string error = {}) {
  auto sealed = seal_interaction(dependencies.sealer, interaction);
  if (!sealed) {
    dependencies.log.info("login_refused", {{"reason", describe(sealed.error())},
                                            {"realm", realm->realm.name},
                                            {"client_id", interaction.request.client_id},
                                            {"correlation_id", request.correlation_id}});
    return web::error_page(
        dependencies.pages, 400, frame_for(request, realm->realm),
        "The request is too long. The parameters state, nonce and redirect_uri of the application must "
        "be shorter.",
        request);
  }
  auto link = make_link(interaction.request, interaction.id, std::move(*sealed), "");
  if (interaction.request.prompt_create) {
    return open_registration(dependencies, request, std::move(realm), std::move(link), std::move(interaction));
  }
  return run_interaction(dependencies, request, std::move(realm), std::move(link), std::move(interaction),
                         [error = std::move(error)](const StepRunPtr& run) -> web::Outcome {
                           if (const auto alias = provider_to_start_with(*run)) return leave_at_once(*run, *alias);
                           return show_step(*run, {.error = error});
                         });
}

// Not an answer to the step but a wish to take another one; the executor's choices bound it.
std::optional<web::Response> answer_choice(const StepRun& run, const web::Form& form) {
  if (form.value("tryAnotherWay")) return show_choices(run);
  if (form.value("authenticationExecution")) return show_step(run, {});
  return std::nullopt;
}

}  // namespace

web::Outcome start_login(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                         AuthorizationRequest authorization, AwaitingLogin begin) {
  const auto held = read_flow_cookie(request, realm->realm);
  const auto cookie = held ? *held : new_flow_cookie(dependencies.random);
  auto outcome = show_new(dependencies, request, realm,
                          open_new(dependencies, realm->realm, std::move(authorization), std::move(begin), cookie));
  if (held) return outcome;
  return with_answer(std::move(outcome), [&dependencies, &request, realm, cookie](web::Response& response) {
    if (response.status < 400) set_flow_cookie(response, request, realm->realm, dependencies.base_url, cookie);
  });
}

web::Outcome show_login(const Dependencies& dependencies, const web::Request& request, RealmPtr realm) {
  auto link = read_link(request);
  if (!link) return refuse_login(dependencies, request, realm, {}, Refusal::kMalformed);
  return with_held(dependencies, request, realm, std::move(*link),
                   [&dependencies, &request, realm](LoginLink held_link, Interaction interaction) {
                     return run_interaction(
                         dependencies, request, realm, std::move(held_link), std::move(interaction),
                         [](const StepRunPtr& run) -> web::Outcome {
                           const auto alias = is_source(*run->execution) ? provider_to_start_with(*run) : std::nullopt;
                           if (alias) return web::redirect(provider_url(*run, *alias, *redirector_of(*run)));
                           return show_step(*run, {});
                         });
                   });
}

web::Outcome restart_login(const Dependencies& dependencies, const web::Request& request, RealmPtr realm) {
  auto link = read_link(request);
  if (!link) return refuse_login(dependencies, request, realm, {}, Refusal::kMalformed);
  return with_held(dependencies, request, realm, std::move(*link),
                   [&dependencies, &request, realm](const LoginLink&, Interaction interaction) {
                     interaction.expires_at = dependencies.clock.now() + realm->realm.lifespans.access_code_login;
                     interaction.stage = AwaitingLogin{};
                     interaction.request.prompt_create = false;
                     return show_new(dependencies, request, realm, std::move(interaction));
                   });
}

web::Outcome begin_anew(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                        Interaction interaction) {
  dependencies.log.info("login_refused", {{"reason", "expired_code"},
                                          {"realm", realm->realm.name},
                                          {"client_id", interaction.request.client_id},
                                          {"ip", request.remote_address},
                                          {"correlation_id", request.correlation_id}});
  interaction.expires_at = dependencies.clock.now() + realm->realm.lifespans.access_code_login;
  return show_new(dependencies, request, std::move(realm), std::move(interaction), "${loginTimeout}");
}

web::Outcome submit_login(const Dependencies& dependencies, const web::Request& request, RealmPtr realm) {
  auto link = read_link(request);
  if (!link) return refuse_login(dependencies, request, realm, {}, Refusal::kMalformed);
  auto form = read_posted_form(request, dependencies.base_url.of(request));
  if (!form) return refuse_login(dependencies, request, realm, *link, form.error());
  // Another way: the step that is named instead of the one in the link.
  if (const auto other = form->value("authenticationExecution")) link->execution = *other;
  return with_held(dependencies, request, realm, std::move(*link),
                   [&dependencies, &request, realm, form = std::make_shared<const web::Form>(std::move(*form))](
                       LoginLink held_link, Interaction interaction) {
                     return run_interaction(dependencies, request, realm, std::move(held_link), std::move(interaction),
                                            [form](const StepRunPtr& run) -> web::Outcome {
                                              if (auto answer = answer_choice(*run, *form)) return std::move(*answer);
                                              // A form of a step that is not asked now: show what is.
                                              if (run->execution->id != run->link.execution) return show_step(*run, {});
                                              return form_of(*run).submit(run, *form);
                                            });
                   });
}

}  // namespace cardea::login
