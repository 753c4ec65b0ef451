#include "store/realm_document.h"

#include "store/document.h"

namespace cardea::store {
namespace {

template <class Document, class AnyRealm>
void lifespan_members(Document& document, AnyRealm& realm) {
  auto& spans = realm.lifespans;
  document("access_token_lifespan", spans.access_token);
  document("access_token_implicit_lifespan", spans.access_token_implicit);
  document("sso_session_idle", spans.sso_session_idle);
  document("sso_session_max", spans.sso_session_max);
  document("sso_session_idle_remember_me", spans.sso_session_idle_remember_me);
  document("sso_session_max_remember_me", spans.sso_session_max_remember_me);
  document("client_session_idle", spans.client_session_idle);
  document("client_session_max", spans.client_session_max);
  document("access_code_lifespan", spans.access_code);
  document("access_code_user_action_lifespan", spans.access_code_user_action);
  document("access_code_login_lifespan", spans.access_code_login);
}

template <class Document, class AnyRealm>
void members(Document& document, AnyRealm& realm) {
  document("display_name", realm.display_name);
  document("display_name_html", realm.display_name_html);
  document("enabled", realm.enabled);
  document.choice("ssl_required", realm.ssl_required, {"all", "external", "none"});
  document("not_before", realm.not_before);
  document("default_signature_algorithm", realm.default_signature_algorithm);
  document("revoke_refresh_token", realm.revoke_refresh_token);
  document("refresh_token_max_reuse", realm.refresh_token_max_reuse);
  lifespan_members(document, realm);
  document("registration_allowed", realm.registration_allowed);
  document("registration_email_as_username", realm.registration_email_as_username);
  document("remember_me", realm.remember_me);
  document("verify_email", realm.verify_email);
  document("login_with_email_allowed", realm.login_with_email_allowed);
  document("duplicate_emails_allowed", realm.duplicate_emails_allowed);
  document("reset_password_allowed", realm.reset_password_allowed);
  document("edit_username_allowed", realm.edit_username_allowed);
  document("internationalization_enabled", realm.internationalization_enabled);
  document("default_role", realm.default_role);
  document("password_policy", realm.password_policy);
  document("attributes", realm.attributes);
  document("browser_security_headers", realm.browser_security_headers);
  document("default_scopes", realm.default_scopes);
  document("optional_scopes", realm.optional_scopes);
  document("extra", realm.extra);
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
