// The rows of mail.
#include "admin/mail/mail_handlers.h"
#include "admin/seam/operation.h"
#include "admin/seam/permissions.h"

namespace cardea::admin {
namespace {

using enum AdminRole;
using enum web::Method;
using enum Mode;

#define REALM "/admin/realms/{realm}"
#define USER REALM "/users/{userId}"

constexpr Operation kRows[] = {
    {kPut, USER "/execute-actions-email", "executeActionsEmail", kChangeUsers, kWrite, &execute_actions_email, "USER",
     "ACTION"},
    {kPut, USER "/send-verify-email", "sendVerifyEmail", kChangeUsers, kWrite, &send_verify_email, "USER", "ACTION"},
    {kPut, USER "/reset-password-email", "resetPasswordEmail", kChangeUsers, kWrite, &reset_password_email, "USER",
     "ACTION"},
    {kPost, REALM "/testSMTPConnection", "testSmtpConnection", needs({kManageRealm}), kLong, &test_smtp},
};

#undef REALM
#undef USER

}  // namespace

std::span<const Operation> mail_operations() { return kRows; }

}  // namespace cardea::admin
