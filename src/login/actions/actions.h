// The required actions this release has a page for, one file each; all_actions.cc is the table. Internal to login.
#pragma once

#include "login/actions/action.h"

namespace cardea::login {

extern const ActionForm kUpdatePassword;  // update_password.cc
extern const ActionForm kVerifyEmail;     // verify_email.cc

}  // namespace cardea::login
