// The forms of this module as pages (keycloak.md section 10). Internal to login.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/webauthn_credential.h"
#include "login/login.h"
#include "login/login_link.h"
#include "login/step.h"

namespace cardea::login {

enum class LoginFields { kBoth, kUsername, kPassword };
[[nodiscard]] web::Response login_page(const StepRun& run, const StepView& view, LoginFields fields);

/// Other providers alone.
[[nodiscard]] web::Response providers_page(const StepRun& run, const StepView& view);

struct OtpPage {
  struct Device {
    std::string id;
    std::string label;
  };
  const StepView& view;
  std::vector<Device> devices;  // to choose from when there are several
};
[[nodiscard]] web::Response otp_page(const StepRun& run, const OtpPage& page);

/// Asks for an authenticator by script (webauthn.js); without one the page says so.
[[nodiscard]] web::Response webauthn_page(const StepRun& run, const StepView& view, WebauthnKind kind);

/// The code with this number is asked for.
struct RecoveryCodePage {
  const StepView& view;
  int number = 0;     // from 1
  int remaining = 0;  // shown when there are few
  bool few = false;
};
[[nodiscard]] web::Response recovery_code_page(const StepRun& run, const RecoveryCodePage& page);

/// The ways to go on, one button each.
struct ChoicePage {
  struct Choice {
    std::string execution;
    std::string name;  // keys of texts
    std::string help;
  };
  std::vector<Choice> choices;
};
[[nodiscard]] web::Response choice_page(const StepRun& run, const ChoicePage& page);

}  // namespace cardea::login
