#include "login/authenticate.h"

#include "base/text.h"
#include "core/required_actions.h"
#include "core/sealed_interaction.h"
#include "core/verify_credential.h"
#include "login/endpoint.h"
#include "login/flow_cookie.h"
#include "login/form_pages.h"
#include "login/login_form.h"
#include "login/required_action.h"
#include "web/error_page.h"

namespace cardea::login {
namespace {

constexpr std::size_t kTabIdBytes = 8;
constexpr std::string_view kWrongPassword = "Invalid username or password.";
constexpr std::string_view kDisabledAccount = "Account is disabled, contact your administrator.";

const std::string& username_shown(const Interaction& interaction) {
  return std::get<AwaitingLogin>(interaction.stage).username_shown;
}

Interaction open_new(const Dependencies& dependencies, const Realm& realm, AuthorizationRequest authorization,
                     std::string username_shown, std::string_view cookie) {
  Interaction out;
  out.id = random_handle(dependencies.random, kTabIdBytes);
  out.realm = realm.id;
  out.browser_hash = browser_hash(cookie);
  out.expires_at = dependencies.clock.now() + realm.lifespans.access_code_login;
  out.request = std::move(authorization);
  out.stage = AwaitingLogin{std::move(username_shown)};
  return out;
}

// Seals a new interaction and shows its form.
web::Response show_new(const Dependencies& dependencies, const web::Request& request, const RealmEntry& realm,
                       const Interaction& interaction) {
  auto sealed = seal_interaction(dependencies.sealer, interaction);
  if (!sealed) {
    dependencies.log.info("login_refused", {{"reason", describe(sealed.error())},
                                            {"realm", realm.realm.name},
                                            {"client_id", interaction.request.client_id},
                                            {"correlation_id", request.correlation_id}});
    return web::error_page(
        dependencies.pages, 400, display_name(realm.realm),
        "The request is too long. The parameters state, nonce and redirect_uri of the application must "
        "be shorter.",
        request);
  }
  const bool fixed = !username_shown(interaction).empty();
  return login_page(dependencies, request, realm,
                    {.request = interaction.request,
                     .link = make_link(interaction.request, interaction.id, std::move(*sealed), kLoginExecution),
                     .username = fixed ? username_shown(interaction) : interaction.request.login_hint,
                     .username_fixed = fixed,
                     .error = {},
                     .remember_me = false});
}

// The interaction that this browser holds, from the sealed text in the query.
Result<Interaction, Refusal> open_held(const Dependencies& dependencies, const web::Request& request,
                                       const Realm& realm, const LoginLink& link) {
  const auto cookie = read_flow_cookie(request, realm);
  if (!cookie) return refuse(Refusal::kNoCookie);
  auto opened = open_interaction(dependencies.sealer, realm.id, link.session_code, dependencies.clock.now());
  if (!opened || !is_same_browser(opened->browser_hash, *cookie)) return refuse(Refusal::kGone);
  return std::move(*opened);
}

// One posted password on its way through the lanes.
struct Submission {
  const Dependencies& dependencies;
  const web::Request& request;
  RealmPtr realm;
  LoginLink link;
  Interaction interaction;
  PasswordForm form;
};
using SubmissionPtr = std::shared_ptr<const Submission>;

web::Response show_again(const Submission& submission, std::string_view error) {
  const bool fixed = !username_shown(submission.interaction).empty();
  return login_page(submission.dependencies, submission.request, *submission.realm,
                    {.request = submission.interaction.request,
                     .link = make_link(submission.interaction.request, submission.interaction.id,
                                       submission.link.session_code, kLoginExecution),
                     .username = fixed ? username_shown(submission.interaction) : submission.form.username,
                     .username_fixed = fixed,
                     .error = std::string(error),
                     .remember_me = submission.form.remember_me});
}

web::Response refuse_password(const Submission& submission, std::string_view reason, std::string_view message) {
  submission.dependencies.log.info("login_failed", {{"reason", reason},
                                                    {"realm", submission.realm->realm.name},
                                                    {"client_id", submission.interaction.request.client_id},
                                                    {"ip", submission.request.remote_address},
                                                    {"correlation_id", submission.request.correlation_id}});
  return show_again(submission, message);
}

// Where a prompt=login names the user, nobody else may finish here, whatever the form says.
bool is_other_user(const Submission& submission) {
  const auto& shown = username_shown(submission.interaction);
  return !shown.empty() && !equal_ignoring_ascii_case(shown, submission.form.username);
}

// The decision, on the hash lane. Only kAccepted leads on.
web::Outcome decide(const SubmissionPtr& submission, const LoginAttempt& attempt) {
  const auto& dependencies = submission->dependencies;
  const auto& realm = submission->realm->realm;
  switch (verify_password(attempt, submission->form.password.reveal())) {
    case PasswordVerdict::kAccepted:
      break;
    case PasswordVerdict::kDisabled:
      return refuse_password(*submission, "user_disabled", kDisabledAccount);
    case PasswordVerdict::kRefused:
    default:
      return refuse_password(*submission, "invalid_user_credentials", kWrongPassword);
  }
  const auto now = dependencies.clock.now();
  Authentication proven{.user = attempt.user->id,
                        .auth_time = epoch_seconds(now),
                        .acr = "1",
                        .remember_me = realm.remember_me && submission->form.remember_me};
  return continue_login(dependencies, submission->request, submission->realm, submission->interaction.request,
                        std::move(proven), pending_actions(realm, *attempt.user, attempt.password_set_at, now));
}

web::Outcome load_attempt(const SubmissionPtr& submission) {
  const auto& dependencies = submission->dependencies;
  auto attempt = read_from(dependencies.repositories.store, [&submission, &dependencies](Rows& rows) {
    return load_login_attempt(rows, dependencies.repositories, submission->realm->realm, submission->form.username);
  });
  if (!attempt) {
    return store_failed(dependencies, submission->request, submission->realm.get(), attempt.error());
  }
  return web::then(web::Lane::kHash,
                   [submission, attempt = std::move(*attempt)] { return decide(submission, attempt); });
}

// What was checked when the interaction was opened must still hold.
std::optional<Refusal> check_client(const Submission& submission, const ClientEntry* client) {
  const auto& authorization = submission.interaction.request;
  if (client == nullptr || client->client.id != authorization.client) return Refusal::kClientGone;
  if (!client->client.enabled) return Refusal::kClientDisabled;
  const auto base = submission.dependencies.base_url.of(submission.request);
  if (!authorization.device_user_code.empty()) return std::nullopt;  // it ends on our own page (RFC 8628)
  if (!submission.dependencies.is_redirect_allowed(client->client, authorization.redirect_uri, base)) {
    return Refusal::kRedirectGone;
  }
  return std::nullopt;
}

}  // namespace

web::Outcome start_login(const Dependencies& dependencies, const web::Request& request, const RealmEntry& realm,
                         AuthorizationRequest authorization, std::string username_shown) {
  const auto held = read_flow_cookie(request, realm.realm);
  const auto cookie = held ? *held : new_flow_cookie(dependencies.random);
  auto response =
      show_new(dependencies, request, realm,
               open_new(dependencies, realm.realm, std::move(authorization), std::move(username_shown), cookie));
  if (!held) set_flow_cookie(response, request, realm.realm, dependencies.base_url, cookie);
  return response;
}

web::Outcome show_login(const Dependencies& dependencies, const web::Request& request, RealmPtr realm) {
  auto link = read_link(request);
  if (!link) return refuse_login(dependencies, request, realm, {}, Refusal::kMalformed);
  const auto held = open_held(dependencies, request, realm->realm, *link);
  if (!held) return refuse_login(dependencies, request, realm, *link, held.error());
  const bool fixed = !username_shown(*held).empty();
  return login_page(dependencies, request, *realm,
                    {.request = held->request,
                     .link = make_link(held->request, held->id, std::move(link->session_code), kLoginExecution),
                     .username = fixed ? username_shown(*held) : held->request.login_hint,
                     .username_fixed = fixed,
                     .error = {},
                     .remember_me = false});
}

web::Outcome restart_login(const Dependencies& dependencies, const web::Request& request, RealmPtr realm) {
  auto link = read_link(request);
  if (!link) return refuse_login(dependencies, request, realm, {}, Refusal::kMalformed);
  auto held = open_held(dependencies, request, realm->realm, *link);
  if (!held) return refuse_login(dependencies, request, realm, *link, held.error());
  held->expires_at = dependencies.clock.now() + realm->realm.lifespans.access_code_login;
  held->stage = AwaitingLogin{};
  return show_new(dependencies, request, *realm, *held);
}

web::Outcome submit_login(const Dependencies& dependencies, const web::Request& request, RealmPtr realm) {
  auto link = read_link(request);
  if (!link) return refuse_login(dependencies, request, realm, {}, Refusal::kMalformed);
  const auto form = read_posted_form(request, dependencies.base_url.of(request));
  if (!form) return refuse_login(dependencies, request, realm, *link, form.error());
  auto held = open_held(dependencies, request, realm->realm, *link);
  if (!held) return refuse_login(dependencies, request, realm, *link, held.error());

  auto submission = std::make_shared<const Submission>(dependencies, request, realm, std::move(*link), std::move(*held),
                                                       read_password_form(*form));
  if (!submission->form.is_plausible() || is_other_user(*submission)) {
    return refuse_password(*submission, "invalid_user_credentials", kWrongPassword);
  }
  return with_client_entry(dependencies, request, realm, submission->interaction.request.client_id,
                           [&dependencies, submission](const ClientPtr& client) -> web::Outcome {
                             if (const auto refusal = check_client(*submission, client.get())) {
                               return refuse_login(dependencies, submission->request, submission->realm,
                                                   submission->link, *refusal);
                             }
                             return then_read(dependencies, [submission] { return load_attempt(submission); });
                           });
}

}  // namespace cardea::login
