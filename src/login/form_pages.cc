#include "login/form_pages.h"

#include <set>

#include "login/refusals.h"
#include "login/registration.h"
#include "login/remembered_name.h"
#include "login/reset_flow.h"
#include "login/step_pages.h"
#include "login/texts.h"
#include "login/upstream_login.h"
#include "login/webauthn_answer.h"
#include "web/error_page.h"

namespace cardea::login {
namespace {

web::PageFrame step_frame(const StepRun& run) {
  return frame_for(run.request, run.realm->realm, run.interaction.request.ui_locales, run.user ? &*run.user : nullptr);
}

web::Texts step_texts(const StepRun& run) { return step_frame(run).texts; }

// The client's name as people know it; empty: it has none.
std::string client_lead(const StepRun& run, const web::Texts& texts) {
  const auto& name = run.client->client.name;
  return name.empty() ? std::string() : texts("toContinueTo", {texts.resolve(name)});
}

// Who is nobody yet may make an account.
bool may_register(const StepRun& run) {
  return run.login() != nullptr && run.login()->username_shown.empty() && is_registration_open(*run.realm) &&
         run.interaction.request.device_user_code.empty();
}

// The providers whose buttons stand on the page.
void add_providers(web::PageData& data, const StepRun& run, const StepView& view) {
  std::vector<web::PageData> providers;
  std::set<std::string, std::less<>> shown;
  for (const auto* redirector : redirectors_of(run)) {
    // Whoever proved something already is offered the providers of steps that ask for one, not those to begin with.
    if (run.steps() != nullptr && redirector != run.execution && !is_source(*redirector)) continue;
    const auto only = only_provider(*redirector);
    for (const auto& provider : login_providers(run.realm->realm)) {
      if (only.empty() ? provider.hide_on_login : provider.alias != only) continue;
      if (!shown.insert(provider.alias).second) continue;
      providers.push_back(web::PageData()
                              .text("alias", provider.alias)
                              .text("name", provider.label())
                              .text("url", provider_url(run, provider.alias, *redirector, view.session_code)));
    }
  }
  data.flag("has_providers", !providers.empty()).list("providers", std::move(providers));
}

// Ways to go on by a form: providers have buttons of their own.
std::size_t count_forms(const StepRun& run) { return run.choices.size() - redirectors_of(run).size(); }

// What every step's page needs: where it posts to, how to start over, and whether there is another way.
web::PageData step_data(const StepRun& run, const StepView& view) {
  const auto& realm = run.realm->realm;
  const auto base = run.dependencies.base_url.of(run.request);
  const auto link = step_link(run, view);
  const auto frame = step_frame(run);
  const auto& texts = frame.texts;
  web::PageData data;
  web::add_languages(data, frame, link_url(base, realm.name, "authenticate", link));
  if (may_register(run)) data.text("registration_url", link_url(base, realm.name, "registration", link));
  data.text("client_lead", client_lead(run, texts))
      .text("action", link_url(base, realm.name, "authenticate", link))
      .text("restart_url", link_url(base, realm.name, "restart", link))
      .text("error", texts.said(texts.resolve(view.error)))
      .flag("other_ways", count_forms(run) > 1);
  add_providers(data, run, view);
  return data;
}

web::Response render_step(const StepRun& run, std::string_view name, const web::PageData& data, bool script = false) {
  const auto frame = step_frame(run);
  auto response =
      run.dependencies.pages.render(name, 200, data,
                                    {.form_targets = web::form_targets_of(run.interaction.request.redirect_uri),
                                     .script = script,
                                     .frame = &frame,
                                     .popup = true});
  web::keep_language(response, run.request, frame, run.dependencies.base_url);
  return response;
}

std::string_view username_label(const Realm& realm) {
  if (!realm.login_with_email_allowed) return "username";
  return realm.registration_email_as_username ? "email" : "usernameOrEmail";
}

}  // namespace

web::Response login_page(const StepRun& run, const StepView& view, LoginFields fields) {
  const auto& realm = run.realm->realm;
  const bool asks_password = fields != LoginFields::kUsername;
  const bool fixed = run.is_username_fixed() || fields == LoginFields::kPassword;
  auto username = fixed || view.username.empty() ? run.username() : view.username;
  bool ticked = view.remember_me;
  if (username.empty() && view.error.empty()) {  // who was here last, until somebody says otherwise
    username = remembered_name(run.request, realm);
    ticked = !username.empty();
  }
  auto data = step_data(run, view);
  data.text("heading", step_texts(run)("loginAccountTitle"))
      .text("username_label", step_texts(run)(username_label(realm)))
      .flag("username_fixed", fixed)
      .flag("asks_password", asks_password)
      .flag("focus_username", username.empty() || !asks_password)
      .flag("remember_me", realm.remember_me && fields != LoginFields::kPassword)
      .flag("remember_me_checked", ticked)
      .text("username", std::move(username))
      .flag("passkeys", run.offers_passkeys());
  if (run.offers_passkeys()) add_webauthn(data, run, view, WebauthnKind::kPasswordless);
  if (can_reset(*run.realm)) {
    const auto base = run.dependencies.base_url.of(run.request);
    data.text("reset_url", link_url(base, realm.name, "reset-credentials", step_link(run, view)));
  }
  return render_step(run, "login", data, run.offers_passkeys());
}

web::Response providers_page(const StepRun& run, const StepView& view) {
  auto data = step_data(run, view);
  data.text("heading", step_texts(run)("loginAccountTitle"));
  return render_step(run, "login-providers", data);
}

web::Response otp_page(const StepRun& run, const OtpPage& page) {
  const auto texts = step_texts(run);
  auto data = step_data(run, page.view);
  std::vector<web::PageData> devices;
  for (const auto& device : page.devices) {
    devices.push_back(web::PageData()
                          .text("id", device.id)
                          .text("label", device.label.empty() ? texts("deviceWithoutName") : device.label)
                          .flag("checked", devices.empty()));
  }
  data.text("heading", texts("loginAccountTitle"))
      .text("username", run.username())
      .flag("several", devices.size() > 1)
      .list("devices", std::move(devices));
  return render_step(run, "login-otp", data);
}

web::Response webauthn_page(const StepRun& run, const StepView& view, WebauthnKind kind) {
  const auto texts = step_texts(run);
  auto data = step_data(run, view);
  add_webauthn(data, run, view, kind);
  std::vector<web::PageData> authenticators;
  for (const auto& credential : run.credentials) {
    if (credential.type != credential_type(kind)) continue;
    authenticators.push_back(
        web::PageData().text("label", credential.label.empty() ? texts("passkeyWithoutName") : credential.label));
  }
  data.text("heading", texts("webauthn-login-title"))
      .text("username", run.user ? run.username() : std::string())
      .flag("has_authenticators", !authenticators.empty())
      .list("authenticators", std::move(authenticators));
  return render_step(run, "webauthn-authenticate", data, true);
}

web::Response recovery_code_page(const StepRun& run, const RecoveryCodePage& page) {
  const auto texts = step_texts(run);
  auto data = step_data(run, page.view);
  data.text("heading", texts("auth-recovery-code-header"))
      .text("username", run.username())
      .text("prompt", texts("auth-recovery-code-prompt", {std::to_string(page.number)}))
      .text("remaining", page.few ? texts("recoveryCodesLeft", {std::to_string(page.remaining)}) : std::string());
  return render_step(run, "login-recovery-code", data);
}

web::Response choice_page(const StepRun& run, const ChoicePage& page) {
  const auto texts = step_texts(run);
  auto data = step_data(run, {});
  std::vector<web::PageData> choices;
  for (const auto& choice : page.choices) {
    choices.push_back(web::PageData()
                          .text("execution", choice.execution)
                          .text("name", texts(choice.name))
                          .text("help", texts(choice.help)));
  }
  data.text("heading", texts("loginChooseAuthenticator")).list("choices", std::move(choices));
  return render_step(run, "select-authenticator", data);
}

}  // namespace cardea::login
