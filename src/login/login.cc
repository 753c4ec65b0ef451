#include "login/login.h"

#include "login/authenticate.h"
#include "login/endpoint.h"
#include "login/look.h"
#include "login/mail_link.h"
#include "login/registration.h"
#include "login/required_action.h"
#include "login/reset_password.h"
#include "login/theme_mailer.h"
#include "login/upstream_login.h"

namespace cardea::login {
namespace {

using RealmHandler = web::Outcome (*)(const Dependencies&, const web::Request&, RealmPtr);

web::Handler in_realm(const Dependencies& dependencies, RealmHandler handler) {
  return [&dependencies, handler](const web::Request& request) {
    return with_path_realm(dependencies, request, [&dependencies, &request, handler](RealmPtr realm) {
      return handler(dependencies, request, std::move(realm));
    });
  };
}

}  // namespace

std::shared_ptr<const Mailer> make_theme_mailer() { return std::make_shared<const ThemeMailer>(); }

Login::Login(Dependencies dependencies) : dependencies_(std::move(dependencies)) {}

web::Outcome Login::start(const web::Request& request, std::shared_ptr<const RealmEntry> realm,
                          AuthorizationRequest authorization, std::string username_shown,
                          std::optional<SessionId> steps_up) {
  return start_login(dependencies_, request, std::move(realm), std::move(authorization),
                     {.username_shown = std::move(username_shown), .session = std::move(steps_up)});
}

web::Outcome Login::require_actions(const web::Request& request, std::shared_ptr<const RealmEntry> realm,
                                    AuthorizationRequest authorization, Authentication proven,
                                    std::vector<std::string> actions) {
  return continue_login(dependencies_, request, std::move(realm), std::move(authorization), std::move(proven),
                        std::move(actions));
}

web::Outcome Login::run_mailed_actions(const web::Request& request, std::shared_ptr<const RealmEntry> realm,
                                       MailedActions mailed) {
  return start_mailed_actions(dependencies_, request, std::move(realm), std::move(mailed));
}

web::Outcome Login::pause(const web::Request& request, std::shared_ptr<const RealmEntry> realm, PausedNext next) {
  return pause_login(dependencies_, request, std::move(realm), std::move(next));
}

web::Outcome Login::check_paused(const web::Request& request, std::shared_ptr<const RealmEntry> realm,
                                 PausedLogin paused, PausedNext next) {
  return login::check_paused(dependencies_, request, std::move(realm), std::move(paused), std::move(next));
}

web::Outcome Login::resume(const web::Request& request, std::shared_ptr<const RealmEntry> realm, PausedLogin paused,
                           UpstreamSignIn signed_in) {
  return resume_login(dependencies_, request, std::move(realm), std::move(paused), std::move(signed_in));
}

web::Outcome Login::show_paused(const web::Request& request, std::shared_ptr<const RealmEntry> realm,
                                PausedLogin paused, UpstreamFailure failure) {
  return login::show_paused(dependencies_, request, std::move(realm), std::move(paused), std::move(failure));
}

void Login::add_routes(web::Router& router) {
  router.get("/realms/{realm}/login-actions/authenticate", in_realm(dependencies_, show_login));
  router.post("/realms/{realm}/login-actions/authenticate", in_realm(dependencies_, submit_login));
  router.get("/realms/{realm}/login-actions/restart", in_realm(dependencies_, restart_login));
  router.get("/realms/{realm}/login-actions/registration", in_realm(dependencies_, show_registration));
  router.post("/realms/{realm}/login-actions/registration", in_realm(dependencies_, submit_registration));
  router.get("/realms/{realm}/login-actions/required-action", in_realm(dependencies_, show_action));
  router.post("/realms/{realm}/login-actions/required-action", in_realm(dependencies_, submit_action));
  router.get("/realms/{realm}/login-actions/reset-credentials", in_realm(dependencies_, show_reset_password));
  router.post("/realms/{realm}/login-actions/reset-credentials", in_realm(dependencies_, submit_reset_password));
  router.get("/realms/{realm}/login-actions/action-token", in_realm(dependencies_, show_mail_link));
  router.post("/realms/{realm}/login-actions/action-token", in_realm(dependencies_, follow_mail_link));
  router.post("/realms/{realm}/login-actions/consent", in_realm(dependencies_, submit_action));
  router.get("/realms/{realm}" + std::string(kLookPath), in_realm(dependencies_, show_look));
}

}  // namespace cardea::login
