#include "login/reset_password.h"

#include "base/limits.h"
#include "base/text.h"
#include "core/changes/directory_address.h"
#include "core/proof_holds.h"
#include "core/verify_credential.h"
#include "login/endpoint.h"
#include "login/login_form.h"
#include "login/mail_limits.h"
#include "login/reset_flow.h"
#include "login/send_mail.h"
#include "login/texts.h"
#include "web/error_page.h"

namespace cardea::login {
namespace {

struct View {
  std::string_view error = {};  // key of a text; empty: none
  std::string username = {};
};

std::string url_of(const Dependencies& dependencies, const web::Request& request, const Realm& realm,
                   std::string_view action, const LoginLink& link) {
  return link_url(dependencies.base_url.of(request), realm.name, action, link);
}

web::Response reset_page(const Dependencies& dependencies, const web::Request& request, const Realm& realm,
                         const LoginLink& link, const View& view, int status = 200) {
  const auto frame = frame_for(request, realm, "", nullptr);
  const auto& texts = frame.texts;
  const bool by_email = realm.login_with_email_allowed;
  const auto here = url_of(dependencies, request, realm, "reset-credentials", link);
  web::PageData data;
  data.text("action", here)
      .text("lead", texts(by_email ? "emailInstruction" : "emailInstructionUsername"))
      .text("username_label", texts(by_email ? "usernameOrEmail" : "username"))
      .text("username", view.username)
      .text("error", view.error.empty() ? std::string() : texts(view.error))
      .text("login_url", link.session_code.empty() ? "" : url_of(dependencies, request, realm, "authenticate", link));
  web::add_languages(data, frame, here);
  auto response = dependencies.pages.render("login-reset-password", status, data, {.frame = &frame});
  web::keep_language(response, request, frame, dependencies.base_url);
  return response;
}

web::Response sent_page(const Dependencies& dependencies, const web::Request& request, const Realm& realm,
                        const LoginLink& link) {
  const auto frame = frame_for(request, realm, "", nullptr);
  const auto& texts = frame.texts;
  const web::PageLink back{link.session_code.empty() ? "" : url_of(dependencies, request, realm, "authenticate", link),
                           texts("backToLoginPlain")};
  return web::info_page(dependencies.pages, frame, texts("emailForgotTitle"), texts("emailSentMessage"),
                        back.url.empty() ? nullptr : &back);
}

web::Response refuse_reset(const Dependencies& dependencies, const web::Request& request, const Realm& realm) {
  dependencies.log.info("reset_refused", {{"reason", "not_allowed"},
                                          {"realm", realm.name},
                                          {"remote_address", request.remote_address},
                                          {"correlation_id", request.correlation_id}});
  return web::error_page(dependencies.pages, 400, frame_for(request, realm), "Reset Credential not allowed", request);
}

/// One request for a link on its way through the lanes.
struct Asking {
  const Dependencies& dependencies;
  const web::Request& request;
  RealmPtr realm;
  LoginLink link;
  std::string username;
  std::string base;
  std::string client_id;  // empty: none that exists
  std::string language;   // of the page
};
using AskingPtr = std::shared_ptr<const Asking>;

bool may_reset(const User& user) { return user.is_active() && !user.email.empty() && !user.service_account_client; }

/// Writes the mail, to nobody when nobody is meant.
web::Outcome write_mail(const AskingPtr& asking, const LoginAttempt& attempt) {
  const auto& dependencies = asking->dependencies;
  const auto& user = attempt.user;
  const bool is_known = user && may_reset(*user);
  const auto ids = draw_ids(dependencies.random);
  const auto now = dependencies.clock.now();
  const auto mail = write_action_mail(*dependencies.mailer, *asking->realm,
                                      {.kind = ActionKind::kResetCredentials,
                                       .user = is_known ? &*user : nullptr,
                                       .base = asking->base,
                                       .client_id = asking->client_id,
                                       .credential_stamp = credential_stamp(attempt.password_set_at),
                                       .page_language = asking->language},
                                      ids, now);
  const auto newest = newest_link(reset_ticket(is_known ? user->id : UserId(ids.mail)), asking->realm->realm, ids,
                                  ActionKind::kResetCredentials, now);
  return web::then(web::Lane::kStore, [asking, mail, newest, is_known]() -> web::Outcome {
    const auto& d = asking->dependencies;
    const auto stored =
        d.repositories.store.write([&](Tx& tx) { return store_link_mail(tx, d.repositories, mail, newest); });
    if (!stored) return store_failed(d, asking->request, asking->realm.get(), stored.error());
    d.log.info("reset_requested", {{"realm", asking->realm->realm.name},
                                   {"known", is_known},
                                   {"mail", mail.id},
                                   {"remote_address", asking->request.remote_address},
                                   {"correlation_id", asking->request.correlation_id}});
    return sent_page(d, asking->request, asking->realm->realm, asking->link);
  });
}

web::Outcome find_and_write(const AskingPtr& asking) {
  const auto& dependencies = asking->dependencies;
  auto attempt = read_from(dependencies.repositories.store, [&](Rows& rows) {
    auto loaded = load_login_attempt(rows, dependencies.repositories, asking->realm->realm, asking->username,
                                     dependencies.clock.now());
    if (!loaded) return loaded;
    const auto may =
        may_reset_by_mail(rows, dependencies.repositories, asking->realm->realm, loaded->user.value_or(User()));
    if (!may) return decltype(loaded)(refuse(may.error()));
    if (!*may) loaded->user.reset();  // answered as a name that nobody has
    return loaded;
  });
  if (!attempt) return store_failed(dependencies, asking->request, asking->realm.get(), attempt.error());
  return write_mail(asking, *attempt);
}

}  // namespace

web::Outcome show_reset_password(const Dependencies& dependencies, const web::Request& request, RealmPtr realm) {
  const auto link = read_link(request);
  if (!link) return refuse_login(dependencies, request, realm, {}, Refusal::kMalformed);
  if (!can_reset(*realm)) return refuse_reset(dependencies, request, realm->realm);
  return reset_page(dependencies, request, realm->realm, *link, {});
}

web::Outcome submit_reset_password(const Dependencies& dependencies, const web::Request& request, RealmPtr realm) {
  auto link = read_link(request);
  if (!link) return refuse_login(dependencies, request, realm, {}, Refusal::kMalformed);
  const auto form = read_posted_form(request, dependencies.base_url.of(request));
  if (!form) return refuse_login(dependencies, request, realm, *link, form.error());
  if (!can_reset(*realm)) return refuse_reset(dependencies, request, realm->realm);
  std::string username(trim(form->value_or("username", "")));
  if (username.empty() || username.size() > kUsernameBytesMax) {
    return reset_page(dependencies, request, realm->realm, *link, {.error = "missingUsernameMessage"});
  }
  auto base = ready_to_mail(dependencies, request, realm->realm);
  if (!base) return mail_failed(dependencies, request, realm->realm);
  if (!dependencies.mail_limits->take(realm->realm.id, username, request.remote_address, dependencies.clock.now())) {
    return reset_page(dependencies, request, realm->realm, *link, {.error = "tooManyMails", .username = username}, 429);
  }
  const auto client_id = link->client_id;
  return with_client_entry(dependencies, request, realm, client_id,
                           [&dependencies, &request, realm, link = std::move(*link), username = std::move(username),
                            base = std::move(*base)](const ClientPtr& client) mutable -> web::Outcome {
                             auto asking = std::make_shared<const Asking>(
                                 dependencies, request, realm, std::move(link), std::move(username), std::move(base),
                                 client != nullptr ? client->client.client_id : std::string(),
                                 texts_for(request, realm->realm, "", nullptr).language());
                             return then_read(dependencies, [asking] { return find_and_write(asking); });
                           });
}

}  // namespace cardea::login
