// Mail that administrators send (keycloak.md sections 6.3 and 6.4): links for actions of a person, and a trial of the
// realm's mail server.
#pragma once

#include "admin/seam/call.h"

namespace cardea::admin {

Answer execute_actions_email(Call& call);
Answer send_verify_email(Call& call);
Answer reset_password_email(Call& call);
/// Sends a mail to the caller by the settings of the body, and says what came of it.
Answer test_smtp(Call& call);

}  // namespace cardea::admin
