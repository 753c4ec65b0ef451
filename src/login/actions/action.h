// One required action on its way: who must do it, the row behind the request, and the form of the action that is next.
// An action checks its form and reports; required_action.h takes the row, stores what was done, and goes on to the next
// action or to the end of the login. Internal to login.
//
// A new required action is a file beside this one with its ActionForm, a line in all_actions.cc, and a template. What
// every release must know about it (name, order, whether new realms have it switched on) stands in
// core/required_actions.cc, which has Keycloak's all.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "login/refusals.h"
#include "web/form.h"
#include "web/messages.h"
#include "web/page.h"

namespace cardea::login {

/// A row of somebody who must still do something, and who that is.
struct ActionRun {
  const Dependencies& dependencies;
  const web::Request& request;
  RealmPtr realm;
  LoginLink link;
  Interaction interaction;  // its stage is AwaitingActions; its first action is the one that is shown or answered
  User user;                // enabled; as read when the request came

  [[nodiscard]] const AwaitingActions& stage() const { return std::get<AwaitingActions>(interaction.stage); }
  [[nodiscard]] const std::string& alias() const { return stage().actions.front(); }
  /// The client asked for this action (kc_action) and nothing else does: the person may leave it.
  [[nodiscard]] bool may_cancel() const;
  /// What stands behind the alias in kc_action ("delete_credential:ID"); empty: nothing.
  [[nodiscard]] std::string_view argument() const;
};
using ActionRunPtr = std::shared_ptr<const ActionRun>;

/// What a page shows besides its fields.
struct ActionView {
  std::vector<std::string> errors = {};  // none: the page is shown for the first time
  const web::Form* posted = nullptr;     // what to fill the fields with again; alive during the call only
};

/// What an action did, to be stored. Everything random or timed is drawn before: the transaction may run twice.
struct ActionDone {
  /// Runs in the transaction that takes the row, with the user as it stands there: gone and disabled ones are refused
  /// before. kConflict: what was checked no longer holds; `lost` answers, or the page has expired.
  std::function<Stored<void>(Tx&, const User&)> save = {};
  std::function<web::Outcome()> lost = {};
  std::string_view event = {};  // for the log, for example "password_updated"
  bool failed = false;          // what the client asked for cannot be done: kc_action_status says "error"
  /// What was done ends everything (the account is gone): this answer instead of the next action or the login.
  std::function<web::Response()> end = {};
};

struct ActionForm {
  std::string_view alias;  // Keycloak's, for example "UPDATE_PASSWORD"
  web::Outcome (*show)(const ActionRunPtr&, const ActionView&);
  /// Ends in pass_action, or in `show` with errors.
  web::Outcome (*submit)(const ActionRunPtr&, const web::Form&);
  /// What must be stored when the action becomes the next one (a mail to be sent): called before the transaction, and
  /// what it gives runs in it, maybe twice. Null: nothing.
  std::function<Stored<void>(Tx&)> (*begin)(const Dependencies&, const web::Request&, const RealmPtr&,
                                            const Interaction&) = nullptr;
  /// May a client ask for it by kc_action?
  bool may_be_asked = true;
  /// Has the form fields with several values?
  bool may_repeat = false;
  /// The form posts to login-actions/<this>; Keycloak has names of their own for some.
  std::string_view path = "required-action";
};

/// Null: this release has no page for it.
[[nodiscard]] const ActionForm* find_action_form(std::string_view alias);
[[nodiscard]] inline bool is_action_supported(std::string_view alias) { return find_action_form(alias) != nullptr; }

/// Takes the row, strikes the action off the user's list, and stores `done`, in one transaction on the store lane; then
/// shows the next action, or ends. The second of two answers is refused.
[[nodiscard]] web::Outcome pass_action(const ActionRunPtr& run, ActionDone done);

/// Does the person hold one of these roles of the client account?
[[nodiscard]] Stored<bool> holds_account_role(Rows& rows, const ActionRun& run,
                                              std::initializer_list<std::string_view> roles);

/// The person will not: takes the row and tells the client access_denied, or says so on a page of ours.
[[nodiscard]] web::Outcome deny_client(const ActionRunPtr& run);

/// The texts of its page.
[[nodiscard]] web::Texts action_texts(const ActionRun& run);
[[nodiscard]] web::PageFrame action_frame(const ActionRun& run);
/// What every action's page is given: title, brand, `action` (where its form posts to), `username`, `errors` with
/// `has_errors`, and `may_cancel` for {{> cancel-action}}.
[[nodiscard]] web::PageData action_data(const ActionRun& run, const ActionView& view);
/// The page `name` with the headers of a step on the way to a client. `script`: as PagePolicy.
[[nodiscard]] web::Response render_action(const ActionRun& run, std::string_view name, const web::PageData& data,
                                          bool script = false);

}  // namespace cardea::login
