// Required actions of a realm (keycloak.md sections 3.6 and 6.11).
#include <algorithm>

#include "admin/flows/config_properties.h"
#include "admin/flows/flow_handlers.h"
#include "admin/settings/realm_document.h"
#include "base/text.h"
#include "core/changes/check_values.h"

namespace cardea::admin {
namespace {

/// What a realm may register, with the names it begins with.
constexpr std::pair<std::string_view, std::string_view> kKnown[] = {
    {"CONFIGURE_TOTP", "Configure OTP"},
    {"TERMS_AND_CONDITIONS", "Terms and Conditions"},
    {"UPDATE_PASSWORD", "Update Password"},
    {"UPDATE_PROFILE", "Update Profile"},
    {"VERIFY_EMAIL", "Verify Email"},
    {"delete_account", "Delete Account"},
    {"UPDATE_EMAIL", "Update Email"},
    {"webauthn-register", "Webauthn Register"},
    {"webauthn-register-passwordless", "Webauthn Register Passwordless"},
    {"VERIFY_PROFILE", "Verify Profile"},
    {"delete_credential", "Delete Credential"},
    {"idp_link", "Linking Identity Provider"},
    {"CONFIGURE_RECOVERY_AUTHN_CODES", "Recovery Authentication Codes"},
    {"update_user_locale", "Update User Locale"},
};

/// The only kind without settings.
constexpr std::string_view kWithoutSettings = "delete_account";
/// What the others can be told (core/required_actions.h).
constexpr std::string_view kMaxAge = "max_auth_age";
constexpr std::int64_t kMaxAgeMax = 10LL * 365 * 24 * 3600;

bool is_configurable(const json::object& action) { return string_or(action, "providerId", "") != kWithoutSettings; }

json::array& actions_of(Call& call) { return list_of(call.realm().extra, "requiredActions"); }

Or<json::object*> load_action(Call& call, std::string_view text) {
  auto* action = find_in(actions_of(call), "alias", call.path("actionAlias"));
  if (action == nullptr) return refuse(not_found(text));
  return action;
}

Or<json::object*> load_configurable(Call& call) {
  CARDEA_TRY(action, load_action(call, "Failed to find required action"));
  if (!is_configurable(*action)) return refuse(error(400, "RequiredAction is not configurable"));
  return action;
}

/// {"config": {...}}: the settings this server knows.
Or<json::object> read_settings(const json::object& body) {
  const auto* config = body.if_contains("config");
  json::object kept;
  if (config == nullptr || config->is_null()) return kept;
  if (!config->is_object()) return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
  for (const auto& [name, value] : config->get_object()) {
    const auto* text = value.if_string();
    if (std::string_view(name) != kMaxAge || text == nullptr) {
      return refuse(error_message(400, "The action has no such setting"));
    }
    const auto age = parse_integer<std::int64_t>(std::string_view(*text));
    if (!text->empty() && (!age || *age < 0 || *age > kMaxAgeMax)) {
      auto response = web::json_response(
          400, R"({"field":"max_auth_age","errorMessage":"error-invalid-value","params":["max_auth_age"]})");
      return refuse(Refusal(std::move(response)));
    }
    kept[name] = value;
  }
  return kept;
}

/// The settings of an action's whole representation. What is shown can be sent back, whatever an import brought; none
/// said leaves them.
Or<json::object> settings_after(const json::object& action, const json::object& body) {
  const auto* sent = body.if_contains("config");
  const auto* kept = action.if_contains("config");
  const auto stays = sent == nullptr || sent->is_null() || (kept != nullptr && *sent == *kept);
  if (stays) return kept != nullptr && kept->is_object() ? kept->get_object() : json::object();
  CARDEA_TRY(settings, read_settings(body));
  if (!settings.empty() && !is_configurable(action)) return refuse(error(400, "RequiredAction is not configurable"));
  return std::move(settings);
}

Answer store_settings(Call& call, json::object& action, json::object settings) {
  call.note_before(action);
  action["config"] = std::move(settings);
  call.note_after(action);
  CARDEA_DO(save_realm(call));
  return no_content();
}

json::object row_of(const json::object& action) {
  auto row = ordered(action, {"alias", "name", "providerId", "enabled", "defaultAction", "priority", "config"});
  if (!row.contains("config")) row["config"] = json::object();
  return row;
}

std::vector<json::object*> sorted(Call& call) {
  std::vector<json::object*> actions;
  for (auto& item : actions_of(call)) {
    if (auto* action = item.if_object()) actions.push_back(action);
  }
  std::ranges::sort(actions, {},
                    [](const json::object* action) { return std::pair(int_or(*action, "priority", 0), action); });
  return actions;
}

Answer move_action(Call& call, bool up) {
  CARDEA_TRY(action, load_action(call, "Failed to find required action."));
  auto actions = sorted(call);
  const auto at = static_cast<std::size_t>(std::ranges::find(actions, action) - actions.begin());
  if (up && at > 0) std::swap(actions[at], actions[at - 1]);
  if (!up && at + 1 < actions.size()) std::swap(actions[at], actions[at + 1]);
  std::int64_t priority = 10;
  for (auto* each : actions) {
    (*each)["priority"] = priority;
    priority += 10;
  }
  call.note_after(*action);
  CARDEA_DO(save_realm(call));
  return no_content();
}

}  // namespace

Answer list_required_actions(Call& call) {
  json::array list;
  for (const auto* action : sorted(call)) list.push_back(row_of(*action));
  return ok(list);
}

Answer list_required_actions_with_use(Call& call) {
  json::array list;
  for (const auto* action : sorted(call)) {
    auto row = row_of(*action);
    row["configurable"] = is_configurable(*action);
    list.push_back(std::move(row));
  }
  return ok(list);
}

Answer get_required_action(Call& call) {
  CARDEA_TRY(action, load_action(call, "Failed to find required action"));
  return ok(row_of(*action));
}

Answer update_required_action(Call& call) {
  CARDEA_TRY(action, load_action(call, "Failed to find required action"));
  CARDEA_TRY(body, call.body_object());
  static constexpr std::string_view kMembers[] = {"alias",         "name",     "providerId", "enabled",
                                                  "defaultAction", "priority", "config"};
  for (const auto& [name, value] : *body) {
    if (std::ranges::find(kMembers, std::string_view(name)) != std::end(kMembers)) continue;
    return refuse(
        error(400, "Invalid json representation for RequiredActionProviderRepresentation. Unrecognized field \"" +
                       std::string(name) + "\" at line 1 column 1."));
  }
  CARDEA_TRY(settings, settings_after(*action, *body));
  call.note_before(*action);
  const auto alias = string_or(*body, "alias", call.path("actionAlias"));
  if (check_name(alias)) return refuse(error(400, "invalid_request", "A required action has an alias"));
  if (alias != call.path("actionAlias") && find_in(actions_of(call), "alias", alias) != nullptr) {
    return refuse(error(409, "conflict", "A Required Action Provider with given alias already exists."));
  }
  (*action)["alias"] = alias;
  (*action)["name"] = string_or(*body, "name", string_or(*action, "name", ""));
  for (const auto name : {"enabled", "defaultAction"}) {
    (*action)[name] = bool_or(*body, name, bool_or(*action, name, false));
  }
  (*action)["priority"] = int_or(*body, "priority", int_or(*action, "priority", 0));
  (*action)["config"] = std::move(settings);
  call.note_after(*action);
  CARDEA_DO(save_realm(call));
  return no_content();
}

Answer delete_required_action(Call& call) {
  CARDEA_TRY(action, load_action(call, "Failed to find required action."));
  call.note_before(*action);
  remove_from(actions_of(call), "alias", call.path("actionAlias"));
  CARDEA_DO(save_realm(call));
  return no_content();
}

Answer raise_required_action(Call& call) { return move_action(call, true); }
Answer lower_required_action(Call& call) { return move_action(call, false); }

Answer list_unregistered_actions(Call& call) {
  json::array list;
  for (const auto& [id, name] : kKnown) {
    if (find_in(actions_of(call), "providerId", id) != nullptr) continue;
    list.push_back(json::object{{"name", name}, {"providerId", id}});
  }
  return ok(list);
}

Answer register_action(Call& call) {
  CARDEA_TRY(body, call.body_object());
  const auto id = string_or(*body, "providerId", "");
  const auto* known = std::ranges::find(kKnown, std::string_view(id), [](const auto& pair) { return pair.first; });
  if (known == std::end(kKnown)) return refuse(error(400, "Required action provider with id " + id + " not found"));
  if (find_in(actions_of(call), "alias", id) != nullptr) {
    return refuse(error(409, "conflict", "A Required Action Provider with given alias already exists."));
  }
  std::int64_t priority = 0;
  for (const auto* action : sorted(call)) priority = std::max(priority, int_or(*action, "priority", 0));
  json::object action;
  action["alias"] = id;
  action["name"] = string_or(*body, "name", known->second);
  action["providerId"] = id;
  action["enabled"] = true;
  action["defaultAction"] = false;
  action["priority"] = priority + 1;
  action["config"] = json::object();
  call.note_after(action);
  actions_of(call).push_back(std::move(action));
  CARDEA_DO(save_realm(call));
  return no_content();
}

Answer get_action_config(Call& call) {
  CARDEA_TRY(action, load_configurable(call));
  return ok(json::object{{"config", row_of(*action)["config"]}});
}

Answer update_action_config(Call& call) {
  CARDEA_TRY(action, load_configurable(call));
  CARDEA_TRY(body, call.body_object());
  CARDEA_TRY(settings, read_settings(*body));
  return store_settings(call, *action, std::move(settings));
}

Answer remove_action_config(Call& call) {
  CARDEA_TRY(action, load_configurable(call));
  return store_settings(call, *action, {});
}

Answer describe_action_config(Call& call) {
  CARDEA_TRY(action, load_action(call, "Failed to find required action"));
  if (!is_configurable(*action)) return refuse(not_found("Could not find configurable RequiredAction provider"));
  return ok(json::object{{"properties", config_properties("required-action")}});
}

}  // namespace cardea::admin
