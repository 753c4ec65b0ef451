// A realm: a tenant with its own users, clients, keys and rules. Member names follow Keycloak's RealmRepresentation
// (keycloak.md sections 2.5 and 3.1); the defaults here are those of a realm made without saying otherwise.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "domain/ids.h"

namespace cardea {

enum class SslRequired { kAll, kExternal, kNone };

struct RealmLifespans {  // keycloak.md section 2.5
  seconds access_token{300};
  seconds access_token_implicit{900};
  seconds sso_session_idle{1800};
  seconds sso_session_max{36000};
  seconds sso_session_idle_remember_me{0};  // zero: as without remember me
  seconds sso_session_max_remember_me{0};
  seconds client_session_idle{0};  // zero: inherit
  seconds client_session_max{0};
  seconds offline_session_idle{2592000};
  seconds offline_session_max{5184000};  // counts only with Realm::offline_session_max_enabled
  seconds client_offline_session_idle{0};
  seconds client_offline_session_max{0};
  seconds access_code{60};
  seconds access_code_user_action{300};
  seconds access_code_login{1800};
  seconds device_code{600};            // RFC 8628 section 3.2, expires_in
  seconds device_polling_interval{5};  // and interval
};

struct Realm {
  RealmId id;
  std::string name;
  std::string display_name;       // empty: none
  std::string display_name_html;  // empty: none
  bool enabled = true;
  SslRequired ssl_required = SslRequired::kExternal;
  std::int64_t not_before = 0;  // epoch seconds; tokens issued earlier are refused

  std::string default_signature_algorithm = "RS256";
  bool revoke_refresh_token = false;
  int refresh_token_max_reuse = 0;
  bool offline_session_max_enabled = false;
  RealmLifespans lifespans;

  bool registration_allowed = false;
  bool registration_email_as_username = false;
  bool remember_me = false;
  bool verify_email = false;
  bool login_with_email_allowed = true;
  bool duplicate_emails_allowed = false;
  bool reset_password_allowed = false;
  bool edit_username_allowed = false;
  bool internationalization_enabled = false;

  RoleId default_role;  // default-roles-<realm>: given to every new user
  std::string password_policy;
  std::map<std::string, std::string> attributes;
  std::map<std::string, std::string> browser_security_headers;
  std::vector<ScopeId> default_scopes;  // attached to new clients
  std::vector<ScopeId> optional_scopes;

  /// Every other member of the representation, kept as it came: flows, required actions, components, OTP and WebAuthn
  /// policies, brute-force settings and what this release does not know.
  json::object extra;

  /// Raised in the transaction of every write to this realm's settings.
  std::int64_t version = 0;

  /// True while core/realm_import fills it: it has a name that no request can carry ("importing/" and the name to be),
  /// is disabled, and is left out of every list shown to people. The last step of the import gives it its real name.
  [[nodiscard]] bool is_being_imported() const { return name.starts_with(kImportingPrefix); }
  static constexpr std::string_view kImportingPrefix = "importing/";
};

/// A realm as it is kept for requests: without the documents of its flows. Whoever changes a realm reads it from the
/// database first; storing this one would lose them (RealmRepo::update refuses to compile).
struct SlimRealm : Realm {
  SlimRealm() = default;
  SlimRealm(Realm realm) : Realm(std::move(realm)) {}  // NOLINT(google-explicit-constructor): a realm made smaller
};

/// What people see of the realm: its display name, or its name when it has none.
[[nodiscard]] inline const std::string& display_name(const Realm& realm) {
  return realm.display_name.empty() ? realm.name : realm.display_name;
}

}  // namespace cardea
