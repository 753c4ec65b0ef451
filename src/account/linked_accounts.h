// Who a person is at the realm's identity providers (keycloak.md section 1.18): shown, and taken apart. A link is made
// by signing in there: kc_action=idp_link:ALIAS.
#pragma once

#include "account/api.h"

namespace cardea::account {

/// `linked` = true or false: those alone; `search` in alias and name; `first`, `max`.
[[nodiscard]] Stored<web::Response> list_linked_accounts(Rows& rows, const Call& call);
[[nodiscard]] Stored<web::Response> refuse_old_linking(Rows& rows, const Call& call);
/// Refused where nothing would be left to sign in by: no password, and no other provider that signs people in.
[[nodiscard]] Stored<web::Response> unlink_account(Tx& tx, const Call& call);

}  // namespace cardea::account
