// CONFIGURE_TOTP: a key for an authenticator application, as QR code or to be typed in. It is stored only after a right
// code has come back (standards.md OT-2).
#include <algorithm>

#include "core/otp_credential.h"
#include "core/otp_uri.h"
#include "login/actions/actions.h"
#include "login/actions/credential_setup.h"
#include "web/qr_code.h"

namespace cardea::login {
namespace {

constexpr std::string_view kInvalidCode = "Invalid authenticator code.";
constexpr std::string_view kMissingCode = "Please specify authenticator code.";
constexpr std::string_view kMissingName = "Please specify device name.";
constexpr std::string_view kNameTaken = "Device already exists with the same name";

struct Posted {
  std::string code, label;
  bool logout_sessions = false;
};

bool is_manual(const ActionRun& run) {
  const auto query = web::Form::parse(run.request.query);
  return query && query->value_or("mode", "") == "manual";
}

std::string algorithm_words(const OtpPolicy& policy) {
  return std::string(otp_algorithm_name(policy.algorithm)).replace(0, 4, "");
}

web::Response render(const ActionRun& run, const ActionView& view, const Posted& posted,
                     const std::vector<Credential>& credentials) {
  const auto policy = otp_policy(run.realm->realm);
  // The same key as long as the page goes on: people scan it once.
  const auto kept = read_setup(run);
  const auto secret = kept ? std::string(kept->reveal()) : make_otp_secret(run.dependencies.random);
  const auto& realm = run.realm->realm;
  const auto uri =
      otp_uri(policy, realm.display_name.empty() ? realm.name : realm.display_name, run.user.username, secret);
  const auto image = web::qr_code_image(uri);
  const bool manual = is_manual(run) || !image;
  auto action = setup_action(run, secret);
  auto data = action_data(run, view);
  const bool needs_name = std::ranges::any_of(credentials, [](const auto& c) { return c.type == kOtpCredential; });
  data.flag("manual", manual)
      .text("image", manual ? std::string() : *image)
      .text("other_mode_url", action + (manual ? "" : "&mode=manual"))
      .text("key", grouped_otp_key(secret))
      .text("secret", secret)
      .text("kind", policy.is_totp ? "Time-based" : "Counter-based")
      .text("algorithm", algorithm_words(policy))
      .text("digits", std::to_string(policy.digits))
      .text("period", policy.is_totp ? std::to_string(policy.period_seconds) : std::string())
      .text("counter", policy.is_totp ? std::string() : std::to_string(policy.initial_counter))
      .text("label", posted.label)
      .flag("needs_name", needs_name);
  if (manual) action += "&mode=manual";
  data.text("action", std::move(action));
  return render_action(run, "login-config-totp", data);
}

web::Outcome show_with(const ActionRunPtr& run, std::vector<std::string> errors, Posted posted) {
  return with_credentials(run,
                          [run, errors = std::move(errors),
                           posted = std::move(posted)](const std::vector<Credential>& credentials) -> web::Outcome {
                            return render(*run, {.errors = errors}, posted, credentials);
                          });
}

web::Outcome show(const ActionRunPtr& run, const ActionView& view) { return show_with(run, view.errors, {}); }

std::shared_ptr<const Credential> make_credential(const ActionRun& run, const Posted& posted, std::string_view secret) {
  auto made = std::make_shared<Credential>();
  auto documents = make_otp_documents(otp_policy(run.realm->realm), secret);
  made->id = CredentialId(random_uuid(run.dependencies.random));
  made->type = kOtpCredential;
  made->label = posted.label;
  made->created_at = run.dependencies.clock.now();
  made->credential_data = std::move(documents.credential_data);
  made->secret_data = std::move(documents.secret_data);
  // The code that proves the key is used up with it.
  const auto accepted = check_otp(*made, otp_policy(run.realm->realm), posted.code, made->created_at);
  if (!accepted) return nullptr;
  if (accepted->data) made->credential_data = *accepted->data;
  return made;
}

web::Outcome decide(const ActionRunPtr& run, const Posted& posted, const std::vector<Credential>& credentials) {
  const auto again = [&](std::string_view error) -> web::Outcome {
    return render(*run, {.errors = {std::string(error)}}, posted, credentials);
  };
  if (posted.code.empty()) return again(kMissingCode);
  const bool has_one = std::ranges::any_of(credentials, [](const auto& c) { return c.type == kOtpCredential; });
  if (has_one && posted.label.empty()) return again(kMissingName);
  if (is_label_taken(credentials, kOtpCredential, posted.label)) return again(kNameTaken);
  const auto secret = read_setup(*run);
  const auto made = secret ? make_credential(*run, posted, secret->reveal()) : nullptr;
  if (made == nullptr) return again(kInvalidCode);
  return pass_action(run,
                     {.save = save_credential(*run, {.credential = made, .logout_sessions = posted.logout_sessions}),
                      .event = "totp_configured"});
}

web::Outcome submit(const ActionRunPtr& run, const web::Form& form) {
  Posted posted{.code = std::string(form.value_or("totp", "")),
                .label = read_label(form, "userLabel", ""),
                .logout_sessions = form.value("logout-sessions").has_value()};
  std::erase(posted.code, ' ');
  return with_credentials(run, [run, posted = std::move(posted)](const std::vector<Credential>& credentials) {
    return decide(run, posted, credentials);
  });
}

}  // namespace

const ActionForm kConfigureTotp = {.alias = "CONFIGURE_TOTP", .show = show, .submit = submit};

}  // namespace cardea::login
