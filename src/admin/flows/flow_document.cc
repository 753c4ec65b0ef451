#include "admin/flows/flow_document.h"

#include <algorithm>

#include "admin/settings/realm_document.h"

namespace cardea::admin {
namespace {

constexpr FlowProvider kProviders[] = {
    {"auth-cookie", "Cookie", "RAD", false, "authenticator"},
    {"auth-username-password-form", "Username Password Form", "R", false, "authenticator"},
    {"auth-username-form", "Username Form", "R", false, "authenticator"},
    {"auth-password-form", "Password Form", "R", false, "authenticator"},
    {"auth-otp-form", "OTP Form", "RAD", false, "authenticator"},
    {"auth-spnego", "Kerberos", "RAD", false, "authenticator"},
    {"auth-recovery-authn-code-form", "Recovery Authentication Code Form", "RAD", false, "authenticator"},
    {"webauthn-authenticator", "WebAuthn Authenticator", "RAD", false, "authenticator"},
    {"webauthn-authenticator-passwordless", "WebAuthn Passwordless Authenticator", "RAD", false, "authenticator"},
    {"identity-provider-redirector", "Identity Provider Redirector", "RAD", true, "authenticator"},
    {"source", "Identity Provider (source)", "RAD", true, "authenticator"},
    {"organization", "Organization Identity-First Login", "RAD", true, "authenticator"},
    {"conditional-user-configured", "Condition - user configured", "RD", false, "authenticator"},
    {"conditional-user-role", "Condition - user role", "RD", true, "authenticator"},
    {"conditional-user-attribute", "Condition - user attribute", "RD", true, "authenticator"},
    {"conditional-client-scope", "Condition - client scope", "RD", true, "authenticator"},
    {"conditional-credential", "Condition - credential", "RD", true, "authenticator"},
    {"conditional-sub-flow-executed", "Condition - sub-flow executed", "RD", true, "authenticator"},
    {"conditional-level-of-authentication", "Condition - Level of Authentication", "RD", true, "authenticator"},
    {"allow-access-authenticator", "Allow access", "RD", false, "authenticator"},
    {"deny-access-authenticator", "Deny access", "RD", true, "authenticator"},
    {"direct-grant-validate-username", "Username Validation", "R", false, "authenticator"},
    {"direct-grant-validate-password", "Password", "RAD", false, "authenticator"},
    {"direct-grant-validate-otp", "OTP", "RAD", false, "authenticator"},
    {"reset-credentials-choose-user", "Choose User", "R", false, "authenticator"},
    {"reset-credential-email", "Send Reset Email", "R", true, "authenticator"},
    {"reset-password", "Reset Password", "RAD", false, "authenticator"},
    {"reset-otp", "Reset OTP", "RAD", true, "authenticator"},
    {"idp-review-profile", "Review Profile", "RAD", true, "authenticator"},
    {"idp-create-user-if-unique", "Create User If Unique", "RAD", true, "authenticator"},
    {"idp-confirm-link", "Confirm link existing account", "RAD", false, "authenticator"},
    {"idp-email-verification", "Verify existing account by Email", "RAD", false, "authenticator"},
    {"idp-username-password-form", "Username Password Form for reauthentication", "R", false, "authenticator"},
    {"idp-detect-existing-broker-user", "Detect existing broker user", "R", false, "authenticator"},
    {"idp-auto-link", "Automatically set existing user", "RAD", false, "authenticator"},
    {"idp-add-organization-member", "Organization Member Onboard", "RAD", false, "authenticator"},
    {"user-session-limits", "User session count limiter", "RD", true, "authenticator"},
    {"docker-http-basic-authenticator", "Docker Authenticator", "R", false, "authenticator"},
    {"http-basic-authenticator", "HTTP Basic Authentication", "RAD", false, "authenticator"},
    {"registration-page-form", "registration form", "RD", false, "form"},
    {"registration-user-creation", "Registration User Profile Creation", "RD", false, "form-action"},
    {"registration-password-action", "Password Validation", "RD", true, "form-action"},
    {"registration-recaptcha-action", "reCAPTCHA", "RD", true, "form-action"},
    {"registration-terms-and-conditions", "Terms and conditions", "RD", false, "form-action"},
    {"client-secret", "Client Id and Secret", "RAD", false, "client"},
    {"client-jwt", "Signed JWT", "RAD", false, "client"},
    {"client-secret-jwt", "Signed JWT with Client Secret", "RAD", false, "client"},
    {"client-x509", "X509 Certificate", "RAD", false, "client"},
    {"federated-jwt", "Signed JWT - Federated", "RAD", false, "client"},
};

void give_id(const Realm& realm, json::object& object, std::string_view kind, const std::string& name) {
  if (string_or(object, "id", "").empty()) object["id"] = derived_id(realm, kind, name);
}

}  // namespace

json::array& flows_of(Realm& realm) { return list_of(realm.extra, "authenticationFlows"); }
json::array& executions_of(json::object& flow) { return list_of(flow, "authenticationExecutions"); }
json::array& configs_of(Realm& realm) { return list_of(realm.extra, "authenticatorConfig"); }

void give_flow_ids(Realm& realm) {
  for (auto& item : flows_of(realm)) {
    auto* flow = item.if_object();
    if (flow == nullptr) continue;
    const auto alias = string_or(*flow, "alias", "");
    give_id(realm, *flow, "flow", alias);
    for (auto& step : executions_of(*flow)) {
      auto* execution = step.if_object();
      if (execution == nullptr) continue;
      give_id(realm, *execution, "execution",
              alias + "\n" + string_or(*execution, "authenticator", "") + "\n" +
                  string_or(*execution, "flowAlias", "") + "\n" + std::to_string(int_or(*execution, "priority", 0)));
    }
  }
  for (auto& item : configs_of(realm)) {
    if (auto* config = item.if_object()) give_id(realm, *config, "config", string_or(*config, "alias", ""));
  }
}

json::object* find_flow(Realm& realm, std::string_view alias) { return find_in(flows_of(realm), "alias", alias); }

PlacedExecution find_execution(Realm& realm, std::string_view id) {
  for (auto& item : flows_of(realm)) {
    auto* flow = item.if_object();
    if (flow == nullptr) continue;
    if (auto* execution = find_in(executions_of(*flow), "id", id)) return {flow, execution};
  }
  return {};
}

const FlowProvider* find_provider(std::string_view id) {
  const auto* found = std::ranges::find(kProviders, id, &FlowProvider::id);
  return found == std::end(kProviders) ? nullptr : found;
}

json::array providers_of_kind(std::string_view kind) {
  json::array list;
  for (const auto& provider : kProviders) {
    if (provider.kind != kind) continue;
    json::object row;
    if (kind == "client") row["supportsSecret"] = provider.id == "client-secret" || provider.id == "client-secret-jwt";
    row["displayName"] = provider.name;
    row["description"] = provider.name;
    row["id"] = provider.id;
    list.push_back(std::move(row));
  }
  return list;
}

json::array requirement_choices(std::string_view choices) {
  json::array list;
  for (const char choice : choices) {
    list.push_back(json::value(choice == 'R'   ? "REQUIRED"
                               : choice == 'A' ? "ALTERNATIVE"
                               : choice == 'C' ? "CONDITIONAL"
                                               : "DISABLED"));
  }
  return list;
}

}  // namespace cardea::admin
