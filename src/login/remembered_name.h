// KEYCLOAK_REMEMBER_ME: the name of who signed in here last and ticked "Remember me", filled in the next time
// (keycloak.md section 1.19). It proves nothing: whoever has it is asked for everything, as with a login_hint; and
// as anybody may have written it, it is read like any other input. In realms with rememberMe alone. Internal to login.
#pragma once

#include <string>
#include <string_view>

#include "domain/realm.h"
#include "web/base_url.h"
#include "web/request.h"
#include "web/response.h"

namespace cardea::login {

/// The name in the request's cookie; empty: none, none that could be one, or the realm remembers nobody.
[[nodiscard]] std::string remembered_name(const web::Request& request, const Realm& realm);

/// What a login leaves behind: the name, or, where `name` is empty or the realm remembers nobody, not even an earlier
/// one's.
void keep_name(web::Response& response, const web::Request& request, const Realm& realm, const web::BaseUrl& base_url,
               std::string_view name);

}  // namespace cardea::login
