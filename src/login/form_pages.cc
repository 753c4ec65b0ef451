#include "login/form_pages.h"

#include "login/flow_run.h"
#include "login/refusals.h"
#include "web/error_page.h"

namespace cardea::login {
namespace {

// The client's name as people know it; names like "${client_account}" are keys of a catalogue that we do not have.
std::string client_name(const Dependencies& dependencies, const RealmEntry& realm, std::string_view client_id) {
  const auto client = dependencies.settings.cached_client(realm, client_id);
  if (client == nullptr || client->client.name.starts_with("${")) return {};
  return client->client.name;
}

// What every step's page needs: where it posts to, how to start over, and whether there is another way.
web::PageData step_data(const StepRun& run, const StepView& view) {
  const auto& realm = run.realm->realm;
  const auto base = run.dependencies.base_url.of(run.request);
  const auto link = step_link(run, view);
  auto data = web::realm_page_data(display_name(realm));
  data.text("client_name", client_name(run.dependencies, *run.realm, run.interaction.request.client_id))
      .text("action", link_url(base, realm.name, "authenticate", link))
      .text("restart_url", link_url(base, realm.name, "restart", link))
      .text("error", view.error)
      .flag("other_ways", run.choices.size() > 1);
  return data;
}

web::Response render_step(const StepRun& run, std::string_view name, const web::PageData& data) {
  return run.dependencies.pages.render(
      name, 200, data, {.form_targets = web::form_targets_of(run.interaction.request.redirect_uri), .popup = true});
}

}  // namespace

web::Response login_page(const StepRun& run, const StepView& view, LoginFields fields) {
  const auto& realm = run.realm->realm;
  const bool asks_password = fields != LoginFields::kUsername;
  const bool fixed = run.is_username_fixed() || fields == LoginFields::kPassword;
  auto username = fixed || view.username.empty() ? run.username() : view.username;
  auto data = step_data(run, view);
  data.text("heading", "Sign in to your account")
      .text("username_label", realm.login_with_email_allowed ? "Username or email" : "Username")
      .flag("username_fixed", fixed)
      .flag("asks_password", asks_password)
      .flag("focus_username", username.empty() || !asks_password)
      .flag("remember_me", realm.remember_me && fields != LoginFields::kPassword)
      .flag("remember_me_checked", view.remember_me)
      .text("username", std::move(username));
  if (realm.reset_password_allowed) {
    const auto base = run.dependencies.base_url.of(run.request);
    data.text("reset_url", link_url(base, realm.name, "reset-credentials", step_link(run, view)));
  }
  return render_step(run, "login", data);
}

web::Response otp_page(const StepRun& run, const OtpPage& page) {
  auto data = step_data(run, page.view);
  std::vector<web::PageData> devices;
  for (const auto& device : page.devices) {
    devices.push_back(web::PageData()
                          .text("id", device.id)
                          .text("label", device.label.empty() ? "Unnamed device" : device.label)
                          .flag("checked", devices.empty()));
  }
  data.text("heading", "Sign in to your account")
      .text("username", run.username())
      .flag("several", devices.size() > 1)
      .list("devices", std::move(devices));
  return render_step(run, "login-otp", data);
}

web::Response choice_page(const StepRun& run, const ChoicePage& page) {
  auto data = step_data(run, {});
  std::vector<web::PageData> choices;
  for (const auto& choice : page.choices) {
    choices.push_back(
        web::PageData().text("execution", choice.execution).text("name", choice.name).text("help", choice.help));
  }
  data.text("heading", "Select login method").list("choices", std::move(choices));
  return render_step(run, "select-authenticator", data);
}

}  // namespace cardea::login
