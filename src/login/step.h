// One step of a flow on its way: the interaction behind the request, the flow it runs through, and the step that is
// shown or answered. A step checks its form and reports; pass_step.h asks the executor what comes next. Internal to
// login.
//
// A new authenticator is a file in steps/ with a page, a check and its FormFacts, and a line in steps/all_steps.cc.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "domain/flow/executor.h"
#include "login/refusals.h"
#include "web/form.h"

namespace cardea::login {

struct StepRun {
  const Dependencies& dependencies;
  const web::Request& request;
  RealmPtr realm;
  ClientPtr client;
  LoginLink link;  // as it stands in the request; session_code is the sealed text, or the handle of the row
  Interaction interaction;
  // Of a row, or of a session that is stepped up: who proved something, and what they have.
  std::optional<User> user;
  std::vector<Credential> credentials;
  std::optional<UserSession> stepped;  // the live session that is stepped up

  std::vector<const Execution*> choices;  // what may be answered now, as the executor says
  const Execution* execution = nullptr;   // one of them

  [[nodiscard]] const AwaitingLogin* login() const { return std::get_if<AwaitingLogin>(&interaction.stage); }
  [[nodiscard]] const AwaitingSteps* steps() const { return std::get_if<AwaitingSteps>(&interaction.stage); }
  [[nodiscard]] const Flow* flow() const { return realm->flows.browser_flow(client->client); }
  /// The name in the field: the one who must sign in again, the one typed before, or the login_hint.
  [[nodiscard]] std::string username() const;
  [[nodiscard]] bool is_username_fixed() const;
  /// A passkey may stand for name and password in this realm.
  [[nodiscard]] bool offers_passkeys() const;
  /// Is this who the interaction is about: the one who must sign in again, the name that was typed, whoever proved
  /// something before? True while nobody was named.
  [[nodiscard]] bool is_about(const User& found) const;
};
using StepRunPtr = std::shared_ptr<const StepRun>;

/// What a form shows besides its fields.
struct StepView {
  std::string error = {};     // empty: none
  std::string username = {};  // as typed
  bool remember_me = false;
  UserId user = {};               // whose answer failed, for the log: known from a name though nothing was proven
  std::string session_code = {};  // when it is not the request's: the row was written anew
};

/// Types of the credentials that the row's user has.
[[nodiscard]] std::set<std::string, std::less<>> credential_types(const StepRun& run);
/// When the password was set, for policies that let passwords expire; absent: there is none.
[[nodiscard]] std::optional<TimePoint> password_set_at(const std::vector<Credential>& credentials);

struct StepForm {
  FormFacts facts;
  std::string_view name;  // key of a text: to choose by, when several could be asked
  std::string_view help;  // another
  web::Response (*show)(const StepRun&, const StepView&);
  /// Ends in pass_step, fail_step or a page.
  web::Outcome (*submit)(const StepRunPtr&, const web::Form&);
};
/// Null: there is no form for this authenticator.
[[nodiscard]] const StepForm* find_step_form(std::string_view authenticator);
[[nodiscard]] const FormFacts* find_form_facts(std::string_view authenticator);
/// That of the run's execution, which the executor chose among those that exist.
[[nodiscard]] const StepForm& form_of(const StepRun& run);

}  // namespace cardea::login
