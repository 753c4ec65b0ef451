#include "core/required_actions.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.h"
#include "core/password_policy.h"
#include "core/profile/check_profile.h"

namespace cardea {
namespace {

struct KnownAction {
  std::string_view alias, name;
  int priority;
  bool enabled;
};

// Keycloak's, for realms whose file does not list them.
constexpr std::array kKnown = {
    KnownAction{"CONFIGURE_TOTP", "Configure OTP", 54, true},
    KnownAction{"TERMS_AND_CONDITIONS", "Terms and Conditions", 20, false},
    KnownAction{"UPDATE_PASSWORD", "Update Password", 57, true},
    KnownAction{"UPDATE_PROFILE", "Update Profile", 40, true},
    KnownAction{"VERIFY_EMAIL", "Verify Email", 50, true},
    KnownAction{"delete_account", "Delete Account", 60, false},
    KnownAction{"UPDATE_EMAIL", "Update Email", 70, false},
    KnownAction{"webauthn-register", "Webauthn Register", 80, true},
    KnownAction{"webauthn-register-passwordless", "Webauthn Register Passwordless", 90, true},
    KnownAction{"VERIFY_PROFILE", "Verify Profile", 100, true},
    KnownAction{"delete_credential", "Delete Credential", 110, true},
    KnownAction{"idp_link", "Linking Identity Provider", 120, true},
    KnownAction{"CONFIGURE_RECOVERY_AUTHN_CODES", "Recovery Authentication Codes", 130, true},
    KnownAction{"update_user_locale", "Update User Locale", 1000, true},
};
constexpr int kLast = 1'000'000;
constexpr std::int64_t kMaxAuthAge = 300;  // seconds

struct ActionSetting {
  std::string name;
  int priority = kLast;
  bool enabled = true;
};

ActionSetting setting_of(const Realm& realm, std::string_view alias) {
  ActionSetting out{.name = std::string(alias)};
  const auto* known = std::ranges::find(kKnown, alias, &KnownAction::alias);
  if (known != kKnown.end()) out = {std::string(known->name), known->priority, known->enabled};
  const auto* listed = realm.extra.if_contains("requiredActions");
  if (listed == nullptr || !listed->is_array()) return out;
  for (const auto& item : listed->get_array()) {
    if (!item.is_object() || string_or(item.get_object(), "alias", "") != alias) continue;
    const auto& action = item.get_object();
    out.name = string_or(action, "name", out.name);
    out.priority = static_cast<int>(std::clamp<std::int64_t>(int_or(action, "priority", out.priority), 0, kLast));
    out.enabled = bool_or(action, "enabled", out.enabled);
  }
  return out;
}

bool lists(const Realm& realm, std::string_view alias) {
  const auto* listed = realm.extra.if_contains("requiredActions");
  if (listed == nullptr || !listed->is_array()) return false;
  return std::ranges::any_of(listed->get_array(), [alias](const json::value& item) {
    return item.is_object() && string_or(item.get_object(), "alias", "") == alias;
  });
}

bool is_password_too_old(const Realm& realm, TimePoint set_at, TimePoint now) {
  if (realm.password_policy.find("forceExpiredPasswordChange") == std::string::npos) return false;  // reading it costs
  const auto days = PasswordPolicy::parse(realm.password_policy).expires_after_days();
  return days && now - set_at > std::chrono::days(*days);
}

}  // namespace

std::vector<std::string> pending_actions(const Realm& realm, const User& user, std::optional<TimePoint> password_set_at,
                                         TimePoint now) {
  auto wanted = user.required_actions;
  if (realm.verify_email && !user.email_verified && !user.email.empty()) wanted.emplace_back("VERIFY_EMAIL");
  if (password_set_at && is_password_too_old(realm, *password_set_at, now)) wanted.emplace_back("UPDATE_PASSWORD");

  std::multimap<int, std::string> by_priority;  // equal priorities stay in the user's order
  std::set<std::string, std::less<>> seen;
  for (const auto& alias : wanted) {
    const auto setting = setting_of(realm, alias);
    if (setting.enabled && seen.insert(alias).second) by_priority.emplace(setting.priority, alias);
  }
  std::vector<std::string> pending;
  for (auto& [priority, alias] : by_priority) pending.push_back(std::move(alias));
  return pending;
}

std::vector<std::string> pending_actions(const RealmEntry& realm, const User& user,
                                         std::optional<TimePoint> password_set_at, TimePoint now) {
  constexpr std::string_view kVerifyProfile = "VERIFY_PROFILE";
  const bool judged = !user.service_account_client && lists(realm.realm, kVerifyProfile) &&
                      std::ranges::find(user.required_actions, "UPDATE_PROFILE") == user.required_actions.end();
  if (!judged || is_profile_complete(realm.realm, *realm.profile, user)) {
    return pending_actions(realm.realm, user, password_set_at, now);
  }
  User incomplete = user;
  incomplete.required_actions.emplace_back(kVerifyProfile);
  return pending_actions(realm.realm, incomplete, password_set_at, now);
}

std::int64_t action_max_auth_age(const Realm& realm, std::string_view alias) {
  if (alias == "UPDATE_PASSWORD") {
    if (const auto age = PasswordPolicy::parse(realm.password_policy).max_auth_age()) return age->count();
  }
  const auto* listed = realm.extra.if_contains("requiredActions");
  if (listed == nullptr || !listed->is_array()) return kMaxAuthAge;
  for (const auto& item : listed->get_array()) {
    if (!item.is_object() || string_or(item.get_object(), "alias", "") != alias) continue;
    const auto* config = item.get_object().if_contains("config");
    if (config == nullptr || !config->is_object()) return kMaxAuthAge;
    const auto age = parse_integer<std::int64_t>(string_or(config->get_object(), "max_auth_age", ""));
    return age && *age >= 0 ? *age : kMaxAuthAge;
  }
  return kMaxAuthAge;
}

bool is_action_enabled(const Realm& realm, std::string_view alias) { return setting_of(realm, alias).enabled; }

std::string action_name(const Realm& realm, std::string_view alias) { return setting_of(realm, alias).name; }

}  // namespace cardea
