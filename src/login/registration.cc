#include "login/registration.h"

#include <algorithm>
#include <array>

#include "base/limits.h"
#include "core/changes/new_user.h"
#include "core/password_policy.h"
#include "core/proof_holds.h"
#include "core/required_actions.h"
#include "crypto/password.h"
#include "domain/flow/executor.h"
#include "login/held.h"
#include "login/login_form.h"
#include "login/profile_form.h"
#include "login/texts.h"
#include "web/error_page.h"

namespace cardea::login {
namespace {

constexpr std::string_view kPasswordStep = "registration-password-action";
constexpr std::string_view kTermsStep = "registration-terms-and-conditions";
// What the flow may consist of; anything else that is not disabled closes the registration.
constexpr std::array<std::string_view, 4> kKnownSteps = {"registration-page-form", "registration-user-creation",
                                                         kPasswordStep, kTermsStep};

bool can_run(const Flow& flow) {
  return std::ranges::all_of(flow.executions, [](const Execution& execution) {
    if (execution.requirement == Requirement::kDisabled) return true;
    if (const auto* sub = execution.flow()) return can_run(*sub);
    return std::ranges::find(kKnownSteps, execution.step()->authenticator) != kKnownSteps.end();
  });
}

// One registration on its way.
struct Registration {
  const Dependencies& dependencies;
  const web::Request& request;
  RealmPtr realm;
  LoginLink link;
  Interaction interaction;

  [[nodiscard]] ProfileContext context() const {
    return {.realm = realm->realm,
            .profile = *realm->profile,
            .use = ProfileUse::kRegistration,
            .scope = interaction.request.scope};
  }
  [[nodiscard]] bool asks(std::string_view step) const {
    return uses_authenticator(*realm->flows.registration_flow(), step);
  }
  [[nodiscard]] web::PageFrame frame() const {
    return frame_for(request, realm->realm, interaction.request.ui_locales, nullptr);
  }
  [[nodiscard]] web::Texts texts() const { return frame().texts; }
};
using RegistrationPtr = std::shared_ptr<const Registration>;

struct PageState {
  ProfileValues values = {};
  std::vector<ProfileProblem> problems = {};
  std::string password_error = {};
  std::string confirm_error = {};
  std::string terms_error = {};
  std::string error = {};  // of the whole form
  int status = 200;
};

web::Response page(const Registration& run, const PageState& state) {
  const auto& realm = run.realm->realm;
  const auto frame = run.frame();
  const auto& texts = frame.texts;
  const auto base = run.dependencies.base_url.of(run.request);
  web::PageData data;
  const auto here = link_url(base, realm.name, "registration", run.link);
  data.text("action", here)
      .text("login_url", link_url(base, realm.name, "authenticate", run.link))
      .text("lead", texts("registerLead", {display_name(realm)}))
      .text("error", state.error)
      .flag("asks_password", run.asks(kPasswordStep))
      .text("password_error", state.password_error)
      .text("confirm_error", state.confirm_error)
      .text("rules", PasswordPolicy::parse(realm.password_policy).summary())
      .flag("asks_terms", run.asks(kTermsStep))
      .text("terms", texts("termsText").empty() ? texts("termsPlainText") : texts("termsText"))
      .text("terms_error", state.terms_error);
  add_profile_fields(data, run.context(), state.values, state.problems, texts);
  web::add_languages(data, frame, here);
  auto response = run.dependencies.pages.render(
      "register", state.status, data,
      {.form_targets = web::form_targets_of(run.interaction.request.redirect_uri), .frame = &frame, .popup = true});
  web::keep_language(response, run.request, frame, run.dependencies.base_url);
  return response;
}

web::Outcome refuse_registration(const Dependencies& dependencies, const web::Request& request, const Realm& realm) {
  dependencies.log.info(
      "registration_refused",
      {{"reason", "registration_not_allowed"}, {"realm", realm.name}, {"correlation_id", request.correlation_id}});
  return web::error_page(dependencies.pages, 400, frame_for(request, realm), "Registration not allowed", request);
}

// Calls `next(RegistrationPtr)` for an interaction in which nothing is proven yet and nobody must be somebody.
template <class Next>
web::Outcome with_registration(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                               LoginLink link, Next next) {
  if (!is_registration_open(*realm)) return refuse_registration(dependencies, request, realm->realm);
  return with_held(dependencies, request, realm, std::move(link),
                   [&dependencies, &request, realm, next = std::move(next)](
                       LoginLink held, Interaction interaction) mutable -> web::Outcome {
                     const auto* stage = std::get_if<AwaitingLogin>(&interaction.stage);
                     if (stage == nullptr || !stage->username_shown.empty()) {
                       return refuse_login(dependencies, request, realm, held, Refusal::kGone);
                     }
                     return next(std::make_shared<const Registration>(dependencies, request, realm, std::move(held),
                                                                      std::move(interaction)));
                   });
}

// What was posted, checked as far as it can be without the database.
struct Posted {
  User user;
  PageState state;
  SecretBytes password;

  [[nodiscard]] bool is_good() const {
    return state.problems.empty() && state.password_error.empty() && state.confirm_error.empty() &&
           state.terms_error.empty();
  }
};
using PostedPtr = std::shared_ptr<Posted>;

void check_password(const Registration& run, const web::Form& form, Posted& posted) {
  const auto texts = run.texts();
  posted.password = SecretBytes::copy_of(form.value_or("password", ""));
  if (posted.password.empty()) {
    posted.state.password_error = texts("missingPasswordMessage");
    return;
  }
  if (posted.password.reveal() != form.value_or("password-confirm", "")) {
    posted.state.confirm_error = texts("invalidPasswordConfirmMessage");
    return;
  }
  const auto policy = PasswordPolicy::parse(run.realm->realm.password_policy);
  for (const auto& violation :
       policy.check(posted.password.reveal(), {.username = posted.user.username, .email = posted.user.email},
                    run.dependencies.settings.password_lists())) {
    posted.state.password_error.append(posted.state.password_error.empty() ? "" : " ").append(violation.text);
  }
}

PostedPtr read_posted(const Registration& run, const web::Form& form) {
  auto posted = std::make_shared<Posted>();
  const auto context = run.context();
  posted->state.values = read_profile_form(context, form);
  auto checked = check_profile(context, posted->state.values);
  posted->user = std::move(checked.user);
  posted->state.problems = std::move(checked.problems);
  if (run.asks(kPasswordStep)) check_password(run, form, *posted);
  if (run.asks(kTermsStep) && !form.value("termsAccepted")) {
    posted->state.terms_error = run.texts()("termsAcceptanceRequired");
  }
  return posted;
}

// Who comes out of it, and what the login goes on with.
struct Made {
  User user;
  std::optional<crypto::KeycloakCredential> password;
  CredentialId password_id;
};

Stored<void> store_account(Tx& tx, const Registration& run, const Made& made) {
  const auto& repositories = run.dependencies.repositories;
  if (auto inserted = insert_new_user(tx, repositories, run.realm->realm, made.user); !inserted) return inserted;
  if (!made.password) return {};
  Credential credential;
  credential.id = made.password_id;
  credential.user = made.user.id;
  credential.type = "password";
  credential.created_at = made.user.created_at;
  credential.credential_data = made.password->credential_data;
  credential.secret_data = SecretBytes::copy_of(made.password->secret_data);
  return repositories.credentials.insert(tx, credential);
}

web::Outcome save(const RegistrationPtr& run, const PostedPtr& posted, const Made& made) {
  const auto& dependencies = run->dependencies;
  const auto stored = dependencies.repositories.store.write([&](Tx& tx) { return store_account(tx, *run, made); });
  if (!stored && stored.error() == StoreError::kConflict) {  // somebody was faster with the name
    posted->state.problems = {{"username", "usernameExistsMessage", {}}};
    return page(*run, posted->state);
  }
  if (!stored) return store_failed(dependencies, run->request, run->realm.get(), stored.error());
  dependencies.log.info("registered", {{"realm", run->realm->realm.name},
                                       {"client_id", run->interaction.request.client_id},
                                       {"user_id", made.user.id.str()},
                                       {"correlation_id", run->request.correlation_id}});
  const auto now = dependencies.clock.now();
  Authentication proven{.user = made.user.id, .auth_time = epoch_seconds(now), .acr = "1", .remember_me = false};
  proven.credential_stamp = credential_stamp(made.password ? std::optional(made.user.created_at) : std::nullopt);
  return continue_login(dependencies, run->request, run->realm, run->interaction.request, std::move(proven),
                        pending_actions(*run->realm, made.user, std::nullopt, now));
}

// On the hash lane, where there is a password.
web::Outcome make_account(const RegistrationPtr& run, const PostedPtr& posted) {
  const auto& dependencies = run->dependencies;
  Made made;
  made.user = posted->user;
  made.user.id = UserId(random_uuid(dependencies.random));
  made.user.created_at = dependencies.clock.now();
  made.user.required_actions = default_required_actions(run->realm->realm);
  if (run->asks(kTermsStep)) {
    made.user.attributes["terms_and_conditions"] = {std::to_string(epoch_seconds(made.user.created_at))};
  }
  if (run->asks(kPasswordStep)) {
    const auto hash = crypto::hash_password(posted->password.reveal(), dependencies.random);
    if (!hash) {
      dependencies.log.error("password_not_hashed", {{"error", crypto::describe(hash.error())},
                                                     {"correlation_id", run->request.correlation_id}});
      return store_failed(dependencies, run->request, run->realm.get(), StoreError::kBusy);
    }
    made.password = crypto::to_keycloak_credential(*hash);
    made.password_id = CredentialId(random_uuid(dependencies.random));
  }
  return web::then(web::Lane::kStore, [run, posted, made = std::move(made)] { return save(run, posted, made); });
}

web::Outcome check_taken(const RegistrationPtr& run, const PostedPtr& posted) {
  const auto& repositories = run->dependencies.repositories;
  auto taken = read_from(repositories.store,
                         [&](Rows& rows) { return find_taken(rows, repositories, run->realm->realm, posted->user); });
  if (!taken) return store_failed(run->dependencies, run->request, run->realm.get(), taken.error());
  if (!taken->empty()) {
    posted->state.problems = std::move(*taken);
    return page(*run, posted->state);
  }
  return web::then(web::Lane::kHash, [run, posted] { return make_account(run, posted); });
}

web::Outcome submit(const RegistrationPtr& run, const web::Form& form) {
  const auto posted = read_posted(*run, form);
  if (!posted->is_good()) return page(*run, posted->state);
  // Each costs a hash and says which names are taken: counted as wrong passwords are, and never given back.
  const auto ticket =
      run->dependencies.login_guard.reserve(run->realm->realm.id, posted->user.username, run->request.remote_address);
  if (!ticket) {
    posted->state.error = run->texts()("tooManyAttempts");
    posted->state.status = 429;
    auto response = page(*run, posted->state);
    response.set("Retry-After", std::to_string(ticket.error().retry_after.count()));
    return response;
  }
  return then_read(run->dependencies, [run, posted] { return check_taken(run, posted); });
}

PageState first_state(const Registration& run) {
  PageState state;
  const auto& hint = run.interaction.request.login_hint;
  if (!hint.empty()) state.values[hint.find('@') == std::string::npos ? "username" : "email"] = {hint};
  for (const auto& field : fields_of(run.context())) {
    if (!field.attribute->default_value.empty()) {
      state.values.try_emplace(field.attribute->name, std::vector<std::string>{field.attribute->default_value});
    }
  }
  return state;
}

}  // namespace

bool is_registration_open(const RealmEntry& realm) {
  const auto* flow = realm.flows.registration_flow();
  return realm.realm.registration_allowed && flow != nullptr && can_run(*flow);
}

web::Outcome show_registration(const Dependencies& dependencies, const web::Request& request, RealmPtr realm) {
  auto link = read_link(request);
  if (!link) return refuse_login(dependencies, request, realm, {}, Refusal::kMalformed);
  return with_registration(dependencies, request, realm, std::move(*link),
                           [](const RegistrationPtr& run) -> web::Outcome { return page(*run, first_state(*run)); });
}

web::Outcome submit_registration(const Dependencies& dependencies, const web::Request& request, RealmPtr realm) {
  auto link = read_link(request);
  if (!link) return refuse_login(dependencies, request, realm, {}, Refusal::kMalformed);
  auto form = read_posted_form(request, dependencies.base_url.of(request), true);
  if (!form) return refuse_login(dependencies, request, realm, *link, form.error());
  return with_registration(
      dependencies, request, realm, std::move(*link),
      [form = std::move(*form)](const RegistrationPtr& run) -> web::Outcome { return submit(run, form); });
}

web::Outcome open_registration(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                               LoginLink link, Interaction interaction) {
  if (!is_registration_open(*realm)) return refuse_registration(dependencies, request, realm->realm);
  const Registration run{dependencies, request, std::move(realm), std::move(link), std::move(interaction)};
  return page(run, first_state(run));
}

}  // namespace cardea::login
