// Signing in as somebody else (keycloak.md section 6.4). Nobody becomes an administrator they are not: the rights of
// the person must be covered by the caller's own (attack class 21).
#include "admin/users/user_handlers.h"
#include "admin/users/user_view.h"
#include "core/session.h"

namespace cardea::admin {

Answer impersonate(Call& call) {
  CARDEA_TRY(user, load_user_to_change(call));
  if (!user.is_active()) return refuse(error_message(400, "User is disabled"));
  if (user.service_account_client) return refuse(error_message(400, "A service account is no person to be"));
  const auto& dependencies = call.dependencies();
  if (!dependencies.add_session_cookies) return refuse(not_offered("There is no sign-in here."));
  CARDEA_TRY(realm, dependencies.settings.load_realm(call.realm().name));
  if (realm == nullptr) return refuse(not_found("Realm not found."));
  auto session = make_session(call.realm(), {.user = user.id, .auth_time = epoch_seconds(call.now())},
                              call.request().remote_address, call.now(), call.random());
  // Keycloak's notes; while they are there nothing is changed that would stay when the session ends.
  session.notes["IMPERSONATOR_ID"] = call.caller().user.id.str();
  session.notes["IMPERSONATOR_USERNAME"] = call.caller().user.username;
  note_user_agent(session, call.request().header("User-Agent"));
  CARDEA_DO(call.repositories().sessions.insert(call.tx(), session, session_end(call.realm(), session)));
  dependencies.log.info("impersonated", {{"realm", call.realm().name},
                                         {"client_id", call.caller().client->client.client_id},
                                         {"user_id", user.id.str()},
                                         {"session_id", session.id.str()},
                                         {"impersonator", call.caller().user.id.str()},
                                         {"ip", call.request().remote_address},
                                         {"correlation_id", call.request().correlation_id}});
  json::object out;
  out["sameRealm"] = call.caller().realm->realm.id == call.realm().id;
  out["redirect"] = dependencies.base_url.issuer(call.request(), call.realm().name) + "/account";
  auto response = ok(out);
  dependencies.add_session_cookies(response, call.request(), *realm, session, call.now());
  return response;
}

}  // namespace cardea::admin
