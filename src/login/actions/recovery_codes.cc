// CONFIGURE_RECOVERY_AUTHN_CODES: fresh codes are shown once, and stored as hashes when the person says that they have
// them. They replace those that were there.
#include "core/recovery_codes.h"

#include "base/text.h"
#include "login/actions/actions.h"
#include "login/actions/credential_setup.h"

namespace cardea::login {
namespace {

constexpr std::string_view kNotConfirmed = "Please confirm that you have saved the codes.";

std::string joined(const std::vector<std::string>& codes) {
  std::string out;
  for (const auto& code : codes) {
    if (!out.empty()) out.push_back(',');
    out += code;
  }
  return out;
}

std::vector<std::string> read_codes(const SecretBytes& setup) {
  std::vector<std::string> out;
  for (const auto code : split(setup.reveal(), ',')) out.emplace_back(code);
  return out;
}

web::Outcome show(const ActionRunPtr& run, const ActionView& view) {
  const auto kept = read_setup(*run);
  const auto codes = kept ? read_codes(*kept) : make_recovery_codes(run->dependencies.random);
  std::vector<web::PageData> shown;
  for (const auto& code : codes) shown.push_back(web::PageData().text("code", grouped_code(code)));
  auto data = action_data(*run, view);
  data.text("action", setup_action(*run, joined(codes))).list("codes", std::move(shown));
  return render_action(*run, "login-recovery-code-config", data);
}

web::Outcome submit(const ActionRunPtr& run, const web::Form& form) {
  const auto setup = read_setup(*run);
  if (!setup) return show(run, {});
  if (!form.value("kcRecoveryCodesConfirmationCheck")) {
    return show(run, {.errors = {std::string(kNotConfirmed)}});
  }
  auto documents = make_recovery_documents(read_codes(*setup));
  auto made = std::make_shared<Credential>();
  made->id = CredentialId(random_uuid(run->dependencies.random));
  made->type = kRecoveryCredential;
  made->label = read_label(form, "userLabel", "Recovery codes");
  made->created_at = run->dependencies.clock.now();
  made->credential_data = std::move(documents.credential_data);
  made->secret_data = std::move(documents.secret_data);
  return pass_action(run,
                     {.save = save_credential(*run, {.credential = std::move(made),
                                                     .replaces = true,
                                                     .logout_sessions = form.value("logout-sessions").has_value()}),
                      .event = "recovery_codes_configured"});
}

}  // namespace

const ActionForm kConfigureRecoveryCodes = {.alias = "CONFIGURE_RECOVERY_AUTHN_CODES", .show = show, .submit = submit};

}  // namespace cardea::login
