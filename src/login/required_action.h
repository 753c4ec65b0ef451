// What comes after the proof: nothing, and the login is complete; or required actions, one page each, from a row that
// is bound to the browser and taken by the step that ends it (attack classes 5 and 6). The only way to
// Dependencies::complete leads through here, with an Authentication in hand. The actions themselves are in actions/.
// Internal to login.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "login/actions/action.h"
#include "login/refusals.h"

namespace cardea::login {

/// Completes the login when no action waits; else stores what was proven in a row and redirects to the first action.
/// Either way the browser gets a new flow cookie. Actions without a page here end in a page that says so; one that the
/// client asked for (kc_action) and that cannot run is told to the client alone.
[[nodiscard]] web::Outcome continue_login(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                                          AuthorizationRequest authorization, Authentication proven,
                                          std::vector<std::string> actions);

/// Login::run_mailed_actions.
[[nodiscard]] web::Outcome start_mailed_actions(const Dependencies& dependencies, const web::Request& request,
                                                RealmPtr realm, MailedActions mailed);

/// GET required-action: the page of the action that is next.
[[nodiscard]] web::Outcome show_action(const Dependencies& dependencies, const web::Request& request, RealmPtr realm);
/// POST required-action.
[[nodiscard]] web::Outcome submit_action(const Dependencies& dependencies, const web::Request& request, RealmPtr realm);

/// Calls `next` with the action that `link` is about, or refuses: who is not in this browser, gone, disabled, or not at
/// this action now.
using WithAction = std::move_only_function<web::Outcome(const ActionRunPtr& run)>;
[[nodiscard]] web::Outcome with_action(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                                       LoginLink link, WithAction next);

/// The length of a row's handle; a sealed interaction is longer.
inline constexpr std::size_t kHandleLength = 43;  // random_handle: 32 bytes as base64url

/// A row to be written, and the handle and cookie that open it.
struct NextRow {
  Interaction interaction;
  std::string handle;
  std::string cookie;
};
[[nodiscard]] NextRow make_row(const Dependencies& dependencies, const Realm& realm, std::string id,
                               AuthorizationRequest authorization,
                               std::variant<AwaitingLogin, AwaitingSteps, AwaitingActions> stage);
/// What stands in the database for a handle.
[[nodiscard]] std::string handle_hash(std::string_view handle);

/// The query of the page of a row's first action.
[[nodiscard]] LoginLink action_link(const Interaction& interaction, std::string_view handle);

}  // namespace cardea::login
