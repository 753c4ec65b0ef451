#include "core/events/event_rules.h"

#include <algorithm>
#include <array>
#include <string>

namespace cardea {
namespace {

struct Rule {
  std::string_view line;
  std::string_view type;
  bool is_error = false;  // the type gets "_ERROR", and the line's reason is the error
};

constexpr std::string_view kByGrant = "grant";    // the type follows from the grant
constexpr std::string_view kByAction = "action";  // or from the required action

// Sorted by line.
constexpr std::array kRules = {
    Rule{"account_deleted", "DELETE_ACCOUNT"},
    Rule{"account_not_deleted", "DELETE_ACCOUNT", true},
    Rule{"authorize_refused", "LOGIN", true},
    Rule{"ciba_approved", "LOGIN"},
    Rule{"ciba_denied", "LOGIN", true},
    Rule{"client_refused", kByGrant, true},
    Rule{"client_registered", "CLIENT_REGISTER"},
    Rule{"client_registration_read", "CLIENT_INFO"},
    Rule{"client_removed", "CLIENT_DELETE"},
    Rule{"client_updated", "CLIENT_UPDATE"},
    Rule{"consent_granted", "GRANT_CONSENT"},
    Rule{"credential_refused", "UPDATE_CREDENTIAL", true},
    Rule{"credential_removed", "REMOVE_CREDENTIAL"},
    Rule{"device_approved", "OAUTH2_DEVICE_VERIFY_USER_CODE"},
    Rule{"device_denied", "OAUTH2_DEVICE_VERIFY_USER_CODE", true},
    Rule{"device_refused", "OAUTH2_DEVICE_VERIFY_USER_CODE", true},
    Rule{"email_updated", "UPDATE_EMAIL"},
    Rule{"email_verified", "VERIFY_EMAIL"},
    Rule{"identity_linked", "FEDERATED_IDENTITY_LINK"},
    Rule{"identity_not_linked", "FEDERATED_IDENTITY_LINK", true},
    Rule{"identity_unlinked", "REMOVE_FEDERATED_IDENTITY"},
    Rule{"impersonated", "IMPERSONATE"},
    Rule{"introspection_inactive", "INTROSPECT_TOKEN", true},
    Rule{"locale_updated", "UPDATE_PROFILE"},
    Rule{"login", "LOGIN"},
    Rule{"login_failed", "LOGIN", true},
    Rule{"login_refused", "LOGIN", true},
    Rule{"logout", "LOGOUT"},
    Rule{"logout_refused", "LOGOUT", true},
    Rule{"mail_link_refused", "EXECUTE_ACTION_TOKEN", true},
    Rule{"password_updated", "UPDATE_PASSWORD"},
    Rule{"profile_changed", "UPDATE_PROFILE"},
    Rule{"profile_updated", "UPDATE_PROFILE"},
    Rule{"recovery_codes_configured", "UPDATE_CREDENTIAL"},
    Rule{"registered", "REGISTER"},
    Rule{"registration_refused", "REGISTER", true},
    Rule{"required_action", kByAction},
    Rule{"reset_refused", "RESET_PASSWORD", true},
    Rule{"reset_requested", "SEND_RESET_PASSWORD"},
    Rule{"terms_accepted", "CUSTOM_REQUIRED_ACTION"},
    Rule{"token_issued", kByGrant},
    Rule{"token_refused", kByGrant, true},
    Rule{"token_revoked", "REVOKE_GRANT"},
    Rule{"totp_configured", "UPDATE_TOTP"},
    Rule{"user_disabled_by_permanent_lockout", "USER_DISABLED_BY_PERMANENT_LOCKOUT"},
    Rule{"user_disabled_by_temporary_lockout", "USER_DISABLED_BY_TEMPORARY_LOCKOUT"},
    Rule{"userinfo_refused", "USER_INFO_REQUEST", true},
    Rule{"webauthn_registered", "UPDATE_CREDENTIAL"},
};
static_assert(std::ranges::is_sorted(kRules, {}, &Rule::line));

std::string_view type_of_grant(std::string_view grant) {
  if (grant == "authorization_code") return "CODE_TO_TOKEN";
  if (grant == "refresh_token") return "REFRESH_TOKEN";
  if (grant == "client_credentials" || grant.empty()) return "CLIENT_LOGIN";
  if (grant == "password" || grant == "urn:ietf:params:oauth:grant-type:jwt-bearer") return "LOGIN";
  if (grant == "urn:ietf:params:oauth:grant-type:device_code") return "OAUTH2_DEVICE_CODE_TO_TOKEN";
  if (grant == "urn:ietf:params:oauth:grant-type:token-exchange") return "TOKEN_EXCHANGE";
  if (grant == "urn:openid:params:grant-type:ciba") return "AUTHREQID_TO_TOKEN";
  return "OAUTH2_EXTENSION_GRANT";
}

std::string_view type_of_action(std::string_view action) {
  if (action == "UPDATE_PASSWORD" || action == "UPDATE_PROFILE" || action == "VERIFY_EMAIL" ||
      action == "VERIFY_PROFILE" || action == "UPDATE_EMAIL") {
    return action;
  }
  if (action == "CONFIGURE_TOTP") return "UPDATE_TOTP";
  return "CUSTOM_REQUIRED_ACTION";
}

/// Reasons that are told apart in the log and have one word in Keycloak's events (keycloak.md section 7.4).
struct ErrorWord {
  std::string_view reason, word;
};

// Sorted by reason.
constexpr std::array kErrorWords = {
    ErrorWord{"access_denied", "rejected_by_user"},
    ErrorWord{"bad_credentials", "invalid_user_credentials"},
    ErrorWord{"bad_otp", "invalid_user_credentials"},
    ErrorWord{"code_expired", "expired_code"},
    ErrorWord{"code_of_other_client", "invalid_code"},
    ErrorWord{"code_unknown", "invalid_code"},
    ErrorWord{"code_used_twice", "invalid_code"},
    ErrorWord{"flow_denied", "invalid_user_credentials"},
    ErrorWord{"redirect_uri_differs", "invalid_code"},
    ErrorWord{"redirect_uri_missing", "invalid_redirect_uri"},
    ErrorWord{"redirect_uri_not_registered", "invalid_redirect_uri"},
    ErrorWord{"redirect_uri_repeated", "invalid_redirect_uri"},
    ErrorWord{"secret_ended", "invalid_client_credentials"},
};
static_assert(std::ranges::is_sorted(kErrorWords, {}, &ErrorWord::reason));

std::string_view error_name(std::string_view reason) {
  const auto* found = std::ranges::lower_bound(kErrorWords, reason, {}, &ErrorWord::reason);
  return found == kErrorWords.end() || found->reason != reason ? reason : found->word;
}

/// Some details come from strangers, before anybody proved who they are: no more of them than Keycloak keeps.
constexpr std::size_t kDetailBytesMax = 2550;

std::string_view cut(std::string_view text) {
  if (text.size() <= kDetailBytesMax) return text;
  std::size_t end = kDetailBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not within a character
  return text.substr(0, end);
}

class Fields {
 public:
  explicit Fields(std::initializer_list<LogField> fields) : fields_(fields) {}
  [[nodiscard]] std::string_view text(std::string_view name) const {
    const auto* found = find(name);
    const auto* text = found == nullptr ? nullptr : std::get_if<std::string_view>(&found->value);
    return text == nullptr ? std::string_view() : *text;
  }
  /// False only when the line says so.
  [[nodiscard]] bool flag(std::string_view name) const {
    const auto* found = find(name);
    const auto* flag = found == nullptr ? nullptr : std::get_if<bool>(&found->value);
    return flag == nullptr || *flag;
  }
  [[nodiscard]] bool says(std::string_view name) const { return find(name) != nullptr && flag(name); }
  [[nodiscard]] std::string_view first_of(std::string_view one, std::string_view other) const {
    const auto text_of_one = text(one);
    return text_of_one.empty() ? text(other) : text_of_one;
  }

 private:
  [[nodiscard]] const LogField* find(std::string_view name) const {
    const auto* found = std::ranges::find(fields_, name, &LogField::name);
    return found == fields_.end() ? nullptr : found;
  }
  std::initializer_list<LogField> fields_;
};

const Rule* rule_of(std::string_view line) {
  const auto* rule = std::ranges::lower_bound(kRules, line, {}, &Rule::line);
  return rule == kRules.end() || rule->line != line ? nullptr : rule;
}

std::string type_of(const Rule& rule, const Fields& fields) {
  std::string type(rule.type == kByGrant    ? type_of_grant(fields.text("grant"))
                   : rule.type == kByAction ? type_of_action(fields.text("action"))
                                            : rule.type);
  const bool was_unknown = rule.line == "reset_requested" && !fields.flag("known");
  const bool was_cancelled = fields.says("cancelled");
  if (rule.is_error || was_unknown || was_cancelled) type += "_ERROR";
  return type;
}

}  // namespace

std::string_view realm_of_event(std::string_view line, std::initializer_list<LogField> fields) {
  return rule_of(line) == nullptr ? std::string_view() : Fields(fields).text("realm");
}

std::optional<EventDraft> draft_event(std::string_view line, std::initializer_list<LogField> fields) {
  const auto* rule = rule_of(line);
  if (rule == nullptr) return std::nullopt;
  const Fields all(fields);
  if (line == "logout" && !all.flag("ended")) return std::nullopt;  // there was no session
  EventDraft draft;
  draft.realm = all.text("realm");
  if (draft.realm.empty()) return std::nullopt;
  auto& event = draft.event;
  event.type = type_of(*rule, all);
  event.client_id = all.text("client_id");
  event.user = all.first_of("user_id", "user");
  event.session = all.text("session_id");
  event.ip = all.first_of("ip", "remote_address");
  if (event.type.ends_with("_ERROR")) {
    const auto reason = all.first_of("note", "reason");
    event.error = line == "reset_requested" ? "user_not_found"
                  : all.says("cancelled")   ? "rejected_by_user"
                                            : error_name(reason.empty() ? all.text("error") : reason);
  }
  for (const auto& [field, detail] :
       {std::pair{"grant", "grant_type"}, std::pair{"redirect_uri", "redirect_uri"},
        std::pair{"action", "custom_required_action"}, std::pair{"kind", "token_type"},
        std::pair{"type", "credential_type"}, std::pair{"impersonator", "impersonator"},
        std::pair{"username", "username"}, std::pair{"identity_provider", "identity_provider"},
        std::pair{"scope", "scope"}, std::pair{"client_auth_method", "client_auth_method"},
        std::pair{"refresh_token_id", "refresh_token_id"}, std::pair{"refresh_token_type", "refresh_token_type"}}) {
    if (const auto text = all.text(field); !text.empty()) event.details.emplace(detail, cut(text));
  }
  if (event.type == "LOGIN" || event.type == "LOGIN_ERROR") event.details.emplace("auth_method", "openid-connect");
  if (line.starts_with("identity_")) {
    const auto provider = all.first_of("provider", "argument");
    if (!provider.empty()) event.details.emplace("identity_provider", cut(provider));
  }
  return draft;
}

}  // namespace cardea
