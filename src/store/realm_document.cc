#include "store/realm_document.h"

#include "store/document.h"

namespace cardea::store {
namespace {

// The bindings break the build when a realm gains a member: it then gets its line here.
template <class Document, class AnyLifespans>
void lifespan_members(Document& document, AnyLifespans& lifespans) {
  auto& [access_token, access_token_implicit, sso_session_idle, sso_session_max, sso_session_idle_remember_me,
         sso_session_max_remember_me, client_session_idle, client_session_max, offline_session_idle,
         offline_session_max, client_offline_session_idle, client_offline_session_max, access_code,
         access_code_user_action, access_code_login, device_code, device_polling_interval] = lifespans;
  document("access_token_lifespan", access_token);
  document("access_token_implicit_lifespan", access_token_implicit);
  document("sso_session_idle", sso_session_idle);
  document("sso_session_max", sso_session_max);
  document("sso_session_idle_remember_me", sso_session_idle_remember_me);
  document("sso_session_max_remember_me", sso_session_max_remember_me);
  document("client_session_idle", client_session_idle);
  document("client_session_max", client_session_max);
  document("offline_session_idle", offline_session_idle);
  document("offline_session_max", offline_session_max);
  document("client_offline_session_idle", client_offline_session_idle);
  document("client_offline_session_max", client_offline_session_max);
  document("access_code_lifespan", access_code);
  document("access_code_user_action_lifespan", access_code_user_action);
  document("access_code_login_lifespan", access_code_login);
  document("device_code_lifespan", device_code);
  document("device_polling_interval", device_polling_interval);
}

template <class Document, class AnyRealm>
void members(Document& document, AnyRealm& realm) {
  auto& [id, name, display_name, display_name_html, enabled, ssl_required, not_before, default_signature_algorithm,
         revoke_refresh_token, refresh_token_max_reuse, offline_session_max_enabled, lifespans, registration_allowed,
         registration_email_as_username, remember_me, verify_email, login_with_email_allowed, duplicate_emails_allowed,
         reset_password_allowed, edit_username_allowed, internationalization_enabled, default_role, password_policy,
         attributes, browser_security_headers, default_scopes, optional_scopes, extra, version] = realm;
  document("display_name", display_name);
  document("display_name_html", display_name_html);
  document("enabled", enabled);
  document.choice("ssl_required", ssl_required, {"all", "external", "none"});
  document("not_before", not_before);
  document("default_signature_algorithm", default_signature_algorithm);
  document("revoke_refresh_token", revoke_refresh_token);
  document("refresh_token_max_reuse", refresh_token_max_reuse);
  document("offline_session_max_enabled", offline_session_max_enabled);
  lifespan_members(document, lifespans);
  document("registration_allowed", registration_allowed);
  document("registration_email_as_username", registration_email_as_username);
  document("remember_me", remember_me);
  document("verify_email", verify_email);
  document("login_with_email_allowed", login_with_email_allowed);
  document("duplicate_emails_allowed", duplicate_emails_allowed);
  document("reset_password_allowed", reset_password_allowed);
  document("edit_username_allowed", edit_username_allowed);
  document("internationalization_enabled", internationalization_enabled);
  document("default_role", default_role);
  document("password_policy", password_policy);
  document("attributes", attributes);
  document("browser_security_headers", browser_security_headers);
  document("default_scopes", default_scopes);
  document("optional_scopes", optional_scopes);
  document("extra", extra);
}

}  // namespace

std::string realm_document(const Realm& realm) {
  DocumentWriter document;
  members(document, realm);
  return document.text();
}

bool read_realm_document(std::string_view text, Realm& realm) {
  const auto object = parse_document(text);
  if (!object) return false;
  DocumentReader document(*object);
  members(document, realm);
  return document.ok();
}

}  // namespace cardea::store
