// The ways a login ends without success, each with its page (keycloak.md section 1.16). Texts come from this list
// alone; nothing of the request is repeated (BR-4). Internal to login.
#pragma once

#include <memory>
#include <string_view>

#include "core/brute_force.h"
#include "login/login.h"
#include "login/login_link.h"

namespace cardea::login {

using RealmPtr = std::shared_ptr<const RealmEntry>;
using ClientPtr = std::shared_ptr<const ClientEntry>;

/// Why a request cannot go on with its interaction.
enum class Refusal {
  kForeignPost,      // 403: the form was sent from another site
  kMediaType,        // 415: not a form
  kMalformed,        // 400: a query or form that cannot be read, or says something twice
  kNoCookie,         // 400: the browser sent no flow cookie
  kGone,             // expired, replayed, changed, or of another browser: the client is told, or "Page has expired"
  kProofOver,        // as kGone: the session, the password or the date that the proof stood on is not what it was
  kClientGone,       // 400: the client does not exist any more
  kClientDisabled,   // 400
  kRedirectGone,     // 400: the redirect URI is not registered any more
  kSettingsChanged,  // 400: the client may not do any more what it asked for
  kUserDisabled,     // 400: told only after a correct password
};

/// Answers and logs. For kGone with usable client data the answer is the redirect that lets the client start again
/// (`error=temporarily_unavailable&error_description=authentication_expired`), after its redirect URI was checked anew.
[[nodiscard]] web::Outcome refuse_login(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                                        const LoginLink& link, Refusal refusal);

/// The login is right but an action is pending that this release has no page for: names it; never skips it.
[[nodiscard]] web::Response actions_not_supported(const Dependencies& dependencies, const web::Request& request,
                                                  const Realm& realm, const UserId& user,
                                                  const std::vector<std::string>& actions);

/// Nothing for kNone; after the failure was stored.
void tell_lockout(const Dependencies& dependencies, const web::Request& request, const Realm& realm, const UserId& user,
                  Lockout lockout);

/// 503 with Retry-After, or 500 where trying again cannot help. `realm` may be null.
[[nodiscard]] web::Response store_failed(const Dependencies& dependencies, const web::Request& request,
                                         const RealmEntry* realm, StoreError error);

}  // namespace cardea::login
