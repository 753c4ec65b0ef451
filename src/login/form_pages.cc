#include "login/form_pages.h"

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

}  // namespace

web::Response login_page(const Dependencies& dependencies, const web::Request& request, const RealmEntry& realm,
                         const LoginPage& page) {
  const auto base = dependencies.base_url.of(request);
  auto data = web::realm_page_data(display_name(realm.realm));
  data.text("heading", "Sign in to your account")
      .text("client_name", client_name(dependencies, realm, page.request.client_id))
      .text("action", link_url(base, realm.realm.name, "authenticate", page.link))
      .text("restart_url", link_url(base, realm.realm.name, "restart", page.link))
      .text("username_label", realm.realm.login_with_email_allowed ? "Username or email" : "Username")
      .text("username", page.username)
      .text("error", page.error)
      .flag("username_fixed", page.username_fixed)
      .flag("focus_username", page.username.empty())
      .flag("remember_me", realm.realm.remember_me)
      .flag("remember_me_checked", page.remember_me);
  return dependencies.pages.render("login", 200, data,
                                   {.form_targets = web::form_targets_of(page.request.redirect_uri), .popup = true});
}

web::Response update_password_page(const Dependencies& dependencies, const web::Request& request,
                                   const RealmEntry& realm, const UpdatePasswordPage& page) {
  auto data = web::realm_page_data(display_name(realm.realm));
  std::vector<web::PageData> errors;
  for (const auto& error : page.errors) errors.push_back(web::PageData().text("text", error));
  data.text("action", link_url(dependencies.base_url.of(request), realm.realm.name, "required-action", page.link))
      .text("username", page.username)
      .text("rules", page.rules)
      .flag("has_errors", !errors.empty())
      .list("errors", std::move(errors));
  return dependencies.pages.render("update-password", 200, data,
                                   {.form_targets = web::form_targets_of(page.request.redirect_uri), .popup = true});
}

}  // namespace cardea::login
