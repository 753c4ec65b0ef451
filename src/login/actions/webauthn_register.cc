// webauthn-register and webauthn-register-passwordless: a new authenticator (WebAuthn section 7.1). Its id is part of
// the credential's own, so the store itself refuses one that is registered in the realm already.
#include "base/encoding.h"
#include "core/webauthn_credential.h"
#include "crypto/hash.h"
#include "login/actions/actions.h"
#include "login/actions/credential_setup.h"

namespace cardea::login {
namespace {

constexpr std::string_view kFailed = "Failed to register your Passkey.";
constexpr std::string_view kTaken = "This Passkey is registered already.";
constexpr std::string_view kNameTaken = "A Passkey with this name exists already.";
constexpr std::string_view kDefaultLabel = "WebAuthn Authenticator (Default Label)";

struct Posted {
  std::string client_data, attestation_object, label;
  std::vector<std::string> transports;
  bool logout_sessions = false;
};

// The same authenticator in the same realm gives the same id, in the shape of ours.
CredentialId id_of(const RealmId& realm, WebauthnKind kind, std::string_view webauthn_id) {
  std::string text = "webauthn/" + std::string(credential_type(kind)) + "/" + realm.str() + "/";
  text += webauthn_id;
  auto hex = hex_encode(as_text(crypto::sha256(text))).substr(0, 32);
  for (const std::size_t at : {8, 13, 18, 23}) hex.insert(at, "-");
  return CredentialId(hex);
}

std::string algorithm_numbers(const WebauthnPolicy& policy) {
  std::string out;
  for (const auto algorithm : policy.algorithms) {
    if (!out.empty()) out.push_back(',');
    out += std::to_string(static_cast<int>(algorithm));
  }
  return out;
}

web::Response render(const ActionRun& run, WebauthnKind kind, const ActionView& view, const std::string& label,
                     const std::vector<Credential>& credentials) {
  const auto& dependencies = run.dependencies;
  const auto policy = webauthn_policy(run.realm->realm, kind);
  std::string challenge(kChallengeBytes, '\0');
  dependencies.random.fill({reinterpret_cast<std::uint8_t*>(challenge.data()), challenge.size()});
  auto data = action_data(run, view);
  data.text("action", setup_action(run, challenge, kChallengeLife))
      .text("heading", kind == WebauthnKind::kPasswordless ? "Set up a passkey" : "Set up a security key")
      .text("challenge", base64url_encode(challenge))
      .text("rp_id", relying_party(policy, dependencies.base_url.of(run.request)))
      .text("rp_name", policy.rp_name)
      .text("user_id", base64url_encode(user_handle(run.user.id)))
      .text("algorithms", algorithm_numbers(policy))
      .text("attestation", policy.attestation)
      .text("attachment", policy.attachment)
      .text("resident_key", policy.resident_key)
      .text("user_verification", policy.user_verification)
      .text("timeout", policy.timeout.count() > 0 ? std::to_string(policy.timeout.count() * 1000) : std::string())
      .text("credentials", webauthn_descriptors(credentials, kind))
      .text("label", label);
  return render_action(run, "webauthn-register", data, true);
}

template <WebauthnKind kKind>
web::Outcome show(const ActionRunPtr& run, const ActionView& view) {
  return with_credentials(run, [run, errors = view.errors](const std::vector<Credential>& credentials) -> web::Outcome {
    return render(*run, kKind, {.errors = errors}, {}, credentials);
  });
}

void log_refusal(const ActionRun& run, std::string_view reason) {
  run.dependencies.log.info("credential_refused", {{"reason", reason},
                                                   {"action", run.alias()},
                                                   {"realm", run.realm->realm.name},
                                                   {"user_id", run.user.id.str()},
                                                   {"correlation_id", run.request.correlation_id}});
}

std::shared_ptr<const Credential> make_credential(const ActionRun& run, WebauthnKind kind, const Posted& posted,
                                                  const crypto::NewWebauthnCredential& made) {
  auto out = std::make_shared<Credential>();
  out->id = id_of(run.realm->realm.id, kind, made.id);
  out->type = credential_type(kind);
  out->label = posted.label;
  out->created_at = run.dependencies.clock.now();
  out->credential_data = make_webauthn_data(made, posted.transports);
  out->secret_data = SecretBytes(std::string("{}"));
  return out;
}

web::Outcome decide(const ActionRunPtr& run, WebauthnKind kind, const Posted& posted,
                    const std::vector<Credential>& credentials) {
  const auto again = [&](std::string_view reason, std::string_view error) -> web::Outcome {
    log_refusal(*run, reason);
    return render(*run, kind, {.errors = {std::string(error)}}, posted.label, credentials);
  };
  const auto challenge = read_setup(*run);
  if (!challenge) return again("webauthn_challenge", kFailed);
  const auto policy = webauthn_policy(run->realm->realm, kind);
  const auto made = crypto::check_registration(
      posted.client_data, posted.attestation_object,
      webauthn_expectation(policy, run->dependencies.base_url.of(run->request), std::string(challenge->reveal())),
      {.algorithms = policy.algorithms, .aaguids = policy.aaguids});
  if (!made) return again(describe(made.error()), kFailed);
  if (find_webauthn(credentials, kind, made->id)) return again("webauthn_registered_before", kTaken);
  if (is_label_taken(credentials, credential_type(kind), posted.label)) return again("label_taken", kNameTaken);
  const auto lost = [run, kind, label = posted.label]() -> web::Outcome {
    log_refusal(*run, "webauthn_registered_before");
    return with_credentials(run, [run, kind, label](const std::vector<Credential>& owned) -> web::Outcome {
      return render(*run, kind, {.errors = {std::string(kTaken)}}, label, owned);
    });
  };
  return pass_action(run, {.save = save_credential(*run, {.credential = make_credential(*run, kind, posted, *made),
                                                          .logout_sessions = posted.logout_sessions}),
                           .lost = lost,
                           .event = "webauthn_registered"});
}

std::string decoded(const web::Form& form, std::string_view name, std::size_t bytes_max) {
  auto bytes = base64url_decode(form.value_or(name, ""));
  if (!bytes || bytes->size() > bytes_max) return {};
  return std::move(*bytes);
}

template <WebauthnKind kKind>
web::Outcome submit(const ActionRunPtr& run, const web::Form& form) {
  Posted posted{.client_data = decoded(form, "clientDataJSON", crypto::kClientDataBytesMax),
                .attestation_object = decoded(form, "attestationObject", crypto::kAttestationBytesMax),
                .label = read_label(form, "authenticatorLabel", kDefaultLabel),
                .transports = known_transports(form.value_or("transports", "")),
                .logout_sessions = form.value("logout-sessions").has_value()};
  return with_credentials(run, [run, posted = std::move(posted)](const std::vector<Credential>& credentials) {
    return decide(run, kKind, posted, credentials);
  });
}

}  // namespace

const ActionForm kWebauthnRegister = {.alias = "webauthn-register",
                                      .show = show<WebauthnKind::kSecondFactor>,
                                      .submit = submit<WebauthnKind::kSecondFactor>};
const ActionForm kWebauthnRegisterPasswordless = {.alias = "webauthn-register-passwordless",
                                                  .show = show<WebauthnKind::kPasswordless>,
                                                  .submit = submit<WebauthnKind::kPasswordless>};

}  // namespace cardea::login
