// The required actions this release has a page for, one file each; all_actions.cc is the table. Internal to login.
#pragma once

#include "login/actions/action.h"

namespace cardea::login {

extern const ActionForm kUpdatePassword;                 // update_password.cc
extern const ActionForm kVerifyEmail;                    // verify_email.cc
extern const ActionForm kUpdateProfile, kVerifyProfile;  // update_profile.cc
extern const ActionForm kTerms;                          // terms.cc
extern const ActionForm kDeleteAccount;                  // delete_account.cc
extern const ActionForm kIdpLink;                        // idp_link.cc
extern const ActionForm kDeleteCredential;               // delete_credential.cc
extern const ActionForm kUpdateLocale;                   // update_locale.cc
extern const ActionForm kConsent;                        // consent.cc
extern const ActionForm kConfigureTotp;                  // configure_totp.cc
extern const ActionForm kConfigureRecoveryCodes;         // recovery_codes.cc
extern const ActionForm kUpdateEmail;                    // update_email.cc
extern const ActionForm kWebauthnRegister;               // webauthn_register.cc
extern const ActionForm kWebauthnRegisterPasswordless;   // webauthn_register.cc

}  // namespace cardea::login
