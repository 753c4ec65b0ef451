#include "admin/settings/setting_handlers.h"

#include <algorithm>

#include "admin/realms/realm_view.h"
#include "admin/seam/body_form.h"
#include "admin/server/server_lists.h"
#include "admin/settings/realm_document.h"
#include "core/changes/check_values.h"
#include "core/client_policies.h"
#include "core/global_profiles.h"
#include "domain/representation/members.h"
#include "domain/representation/object_reader.h"
#include "web/multipart.h"

namespace cardea::admin {
namespace {

constexpr std::size_t kTextBytesMax = 16 * 1024;
constexpr std::string_view kListeners[] = {"jboss-logging", "email"};

json::object& texts_of(Call& call) { return object_of(call.realm().extra, "localizationTexts"); }

Or<json::object*> locale_texts(Call& call) {
  auto& texts = texts_of(call);
  auto* found = texts.if_contains(call.path("locale"));
  if (found == nullptr || !found->is_object()) {
    return refuse(not_found("No localization texts for locale " + call.path("locale") + " found."));
  }
  return &found->get_object();
}

Or<void> check_text(std::string_view key, std::string_view text) {
  if (check_name(key) || text.size() > kTextBytesMax) return refuse(error(400, "invalid_request", "Bad text"));
  return {};
}

Or<void> check_locale(const Call& call) {
  if (check_name(call.path("locale"))) return refuse(error(400, "invalid_request", "Bad locale"));
  return {};
}

/// A document with one list in it, such as {"policies": []}.
Or<json::object> read_list_document(Call& call, std::string_view member) {
  CARDEA_TRY(body, call.body_object());
  const auto* list = body->if_contains(member);
  json::array kept;
  if (list != nullptr && !list->is_null()) {
    if (!list->is_array()) return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
    kept = list->get_array();
  }
  std::vector<std::string> names;
  for (const auto& item : kept) {
    const auto* object = item.if_object();
    const auto name = object == nullptr ? std::string() : string_or(*object, "name", "");
    if (check_name(name) || std::ranges::find(names, name) != names.end()) {
      return refuse(error_message(400, "Each has a name of its own"));
    }
    names.push_back(name);
  }
  return json::object{{member, std::move(kept)}};
}

/// Puts one of the two documents of client policies in its place.
Answer set_policy_document(Call& call, std::string_view name, json::object document) {
  auto& extra = call.realm().extra;
  const auto before = extra;
  call.note_before(extra[name]);
  call.note_after(document);
  extra[name] = std::move(document);
  CARDEA_DO(check_client_policies(before, extra));
  for (const auto& problem : unenforced_policies(extra)) {
    call.dependencies().log.warning(
        "client_policy_not_enforced",
        {{"realm", call.realm().name}, {"reason", problem}, {"correlation_id", call.request().correlation_id}});
  }
  CARDEA_DO(save_realm(call));
  return no_content();
}

json::object events_config(Call& call) {
  auto& extra = call.realm().extra;
  json::object out;
  out["eventsEnabled"] = bool_or(extra, "eventsEnabled", false);
  if (const auto expiration = int_or(extra, "eventsExpiration", 0); expiration > 0) {
    out["eventsExpiration"] = expiration;
  }
  out["eventsListeners"] = list_of(extra, "eventsListeners");
  auto types = list_of(extra, "enabledEventTypes");
  if (types.empty()) {
    for (const auto type : event_types()) types.push_back(json::value(type));
  }
  out["enabledEventTypes"] = std::move(types);
  out["adminEventsEnabled"] = bool_or(extra, "adminEventsEnabled", false);
  out["adminEventsDetailsEnabled"] = bool_or(extra, "adminEventsDetailsEnabled", false);
  return out;
}

/// As JSON, or as a file of it in a form.
Or<json::object> sent_texts(Call& call) {
  if (!web::is_multipart(call.request().header("Content-Type").value_or(""))) {
    CARDEA_TRY(body, call.body_object());
    return *body;
  }
  CARDEA_TRY(form, body_form(call));
  auto parsed = parse_json(form.value_or("file", ""));
  if (parsed && parsed->is_object()) return std::move(parsed->get_object());
  return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
}

}  // namespace

Answer list_locales(Call& call) {
  json::array locales;
  for (const auto& [locale, texts] : texts_of(call)) locales.push_back(json::value(locale));
  return ok(locales);
}

Answer get_texts(Call& call) {
  const auto* found = texts_of(call).if_contains(call.path("locale"));
  if (found == nullptr && call.flag("useRealmDefaultLocaleFallback")) {
    found = texts_of(call).if_contains(string_or(call.realm().extra, "defaultLocale", ""));
  }
  return ok(found != nullptr && found->is_object() ? *found : json::value(json::object()));
}

Answer merge_texts(Call& call) {
  CARDEA_DO(check_locale(call));
  CARDEA_TRY(body, sent_texts(call));
  auto& texts = object_of(texts_of(call), call.path("locale"));
  for (const auto& [key, text] : body) {
    if (!text.is_string()) return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
    CARDEA_DO(check_text(key, text.get_string()));
    texts[key] = text;
  }
  call.note_after(std::move(body));
  CARDEA_DO(save_realm(call));
  return no_content();
}

Answer delete_texts(Call& call) {
  CARDEA_TRY(found, locale_texts(call));
  call.note_before(*found);
  texts_of(call).erase(call.path("locale"));
  CARDEA_DO(save_realm(call));
  return no_content();
}

Answer get_text(Call& call) {
  CARDEA_TRY(found, locale_texts(call));
  const auto* text = find_string(*found, call.path("key"));
  if (text == nullptr) return refuse(not_found("Localization text not found"));
  auto response = web::text_response(200, std::string_view(*text));
  response.set("Content-Type", "text/plain");
  return response;
}

Answer set_text(Call& call) {
  CARDEA_DO(check_locale(call));
  if (call.request().content_type() != "text/plain") {
    return refuse(error(415, "The content-type header value did not match the value in @Consumes"));
  }
  CARDEA_DO(check_text(call.path("key"), call.request().body));
  object_of(texts_of(call), call.path("locale"))[call.path("key")] = call.request().body;
  call.note_after(json::object{{call.path("key"), call.request().body}});
  CARDEA_DO(save_realm(call));
  return no_content();
}

Answer delete_text(Call& call) {
  auto* found = texts_of(call).if_contains(call.path("locale"));
  if (found == nullptr || !found->is_object() || !found->get_object().contains(call.path("key"))) {
    return refuse(not_found("Localization text not found"));
  }
  call.note_before(json::object{{call.path("key"), found->get_object().at(call.path("key"))}});
  found->get_object().erase(call.path("key"));
  CARDEA_DO(save_realm(call));
  return no_content();
}

Answer get_client_policies(Call& call) {
  json::object out{{"policies", list_of(object_of(call.realm().extra, "clientPolicies"), "policies")}};
  if (call.flag("include-global-policies")) out["globalPolicies"] = json::array();
  return ok(out);
}
Answer update_client_policies(Call& call) {
  CARDEA_TRY(document, read_list_document(call, "policies"));
  return set_policy_document(call, "clientPolicies", std::move(document));
}
Answer get_client_profiles(Call& call) {
  json::object out{{"profiles", list_of(object_of(call.realm().extra, "clientProfiles"), "profiles")}};
  if (call.flag("include-global-profiles")) out["globalProfiles"] = global_profiles();
  return ok(out);
}
Answer update_client_profiles(Call& call) {
  CARDEA_TRY(document, read_list_document(call, "profiles"));
  for (const auto& profile : document["profiles"].get_array()) {
    const auto name = string_or(profile.get_object(), "name", "");
    if (find_global_profile(name) != nullptr)
      return refuse(error_message(400, "Proposed profile name '" + name + "' is duplicated as a global profile"));
  }
  return set_policy_document(call, "clientProfiles", std::move(document));
}

Answer get_events_config(Call& call) { return ok(events_config(call)); }

Answer update_events_config(Call& call) {
  CARDEA_TRY(body, call.body_object());
  static constexpr std::string_view kMembers[] = {"eventsEnabled",      "eventsExpiration",
                                                  "eventsListeners",    "enabledEventTypes",
                                                  "adminEventsEnabled", "adminEventsDetailsEnabled"};
  for (const auto& [name, value] : *body) {
    if (std::ranges::find(kMembers, std::string_view(name)) != std::end(kMembers)) continue;
    return refuse(error(400, "Invalid json representation for RealmEventsConfigRepresentation. Unrecognized field \"" +
                                 std::string(name) + "\" at line 1 column 1."));
  }
  call.note_before(events_config(call));
  auto& extra = call.realm().extra;
  RepresentationProblems problems;
  const JsonPath root;
  ObjectReader reader(*body, root, problems);
  for (const auto name : {"eventsEnabled", "adminEventsEnabled", "adminEventsDetailsEnabled"}) {
    bool flag = false;
    if (reader.boolean(name, flag)) extra[name] = flag;
  }
  std::int64_t expiration = 0;
  if (reader.number("eventsExpiration", expiration)) extra["eventsExpiration"] = std::max<std::int64_t>(expiration, 0);
  std::vector<std::string> listeners, types;
  if (reader.texts("eventsListeners", listeners)) {
    for (const auto& listener : listeners) {
      if (std::ranges::find(kListeners, std::string_view(listener)) == std::end(kListeners)) {
        return refuse(error(400, "Unknown event listener"));
      }
    }
    extra["eventsListeners"] = to_json(listeners);
  }
  if (reader.texts("enabledEventTypes", types)) {
    const auto known = event_types();
    for (const auto& type : types) {
      if (std::ranges::find(known, std::string_view(type)) == known.end())
        return refuse(error(400, "Unknown event type"));
    }
    extra["enabledEventTypes"] = to_json(types);
  }
  if (!problems.empty()) return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
  call.note_after(events_config(call));
  CARDEA_DO(save_realm(call));
  return no_content();
}

Answer refuse_feature(Call&) { return refuse(not_offered("This server does not have it.")); }

}  // namespace cardea::admin
