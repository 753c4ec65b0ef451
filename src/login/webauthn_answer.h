// What a page asks an authenticator for, and the answer (WebAuthn section 7.2): one for the second factor, for passkeys
// as a step of their own, and for passkeys beside the form for name and password. A challenge travels sealed in the
// form's URL, is bound to the interaction and the step, and is used up in the transaction that stores what it pays for.
// Internal to login.
#pragma once

#include "core/webauthn_credential.h"
#include "login/step.h"
#include "web/form.h"
#include "web/page.h"

namespace cardea::login {

/// Adds to the data of a page what webauthn.js needs: `webauthn_action`, `challenge`, `rp_id`, `user_verification`,
/// `timeout`, and `credentials`: the descriptors of who has proven something already. Before that none are named: the
/// authenticator must know whom it belongs to, so the page says nothing about accounts.
void add_webauthn(web::PageData& data, const StepRun& run, const StepView& view, WebauthnKind kind);

/// Ends in pass_step or fail_step. Fields as Keycloak's page has them: clientDataJSON, authenticatorData, signature,
/// credentialId, userHandle, each base64url.
[[nodiscard]] web::Outcome submit_webauthn(const StepRunPtr& run, const web::Form& form, WebauthnKind kind);

}  // namespace cardea::login
