#include "login/step_pages.h"

#include "login/endpoint.h"
#include "login/form_pages.h"
#include "login/login_form.h"
#include "login/texts.h"
#include "login/upstream_login.h"
#include "web/error_page.h"

namespace cardea::login {

std::string_view answered_by(const StepRun& run, const StepView& view) {
  if (!view.user.empty()) return view.user.str();
  return run.user ? std::string_view(run.user->id.str()) : std::string_view();
}

web::Response deny(const StepRun& run, const Denied& why) {
  const auto& realm = run.realm->realm;
  run.dependencies.log.info("login_failed", {{"reason", describe(why.reason)},
                                             {"realm", realm.name},
                                             {"client_id", run.interaction.request.client_id},
                                             {"user_id", answered_by(run, {})},
                                             {"ip", run.request.remote_address},
                                             {"correlation_id", run.request.correlation_id}});
  const auto frame = frame_for(run.request, realm, run.interaction.request.ui_locales, nullptr);
  std::string message = "This login cannot be completed. Ask your administrator.";
  if (why.reason == DenyReason::kAccessDenied)
    message = why.message.empty() ? "Access denied" : frame.texts(why.message);
  if (why.reason == DenyReason::kNotConfigured) message = "Cannot login, credential setup required.";
  return web::error_page(run.dependencies.pages, 401, frame, message, run.request);
}

LoginLink step_link(const StepRun& run, const StepView& view) {
  return make_link(run.interaction.request, run.interaction.id,
                   view.session_code.empty() ? run.link.session_code : view.session_code, run.execution->id);
}

web::Response show_step(const StepRun& run, const StepView& view) { return form_of(run).show(run, view); }

web::Response show_choices(const StepRun& run) {
  std::vector<ChoicePage::Choice> choices;
  for (const auto* execution : run.choices) {
    if (is_redirector(*execution)) continue;
    const auto* form = find_step_form(execution->step()->authenticator);
    choices.push_back({execution->id, std::string(form->name), std::string(form->help)});
  }
  return choice_page(run, {std::move(choices)});
}

}  // namespace cardea::login
