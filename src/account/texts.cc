#include "account/texts.h"

#include <algorithm>
#include <array>
#include <map>

#include "account/languages.h"
#include "base/assert.h"
#include "base/json.h"
#include "web/form.h"

namespace cardea::account {
namespace {

/// What Keycloak calls the kinds of a theme. Sign-in pages and mails have their texts in their templates, so for those
/// there are only the realm's own.
constexpr std::array<std::string_view, 6> kThemes = {"account", "admin", "common", "email", "login", "welcome"};

/// `localizationTexts` of the realm: locale to key to text (keycloak.md section 8.2).
const json::object* realm_texts(const Realm& realm, std::string_view locale) {
  const auto* all = realm.extra.if_contains("localizationTexts");
  if (all == nullptr || !all->is_object()) return nullptr;
  const auto* texts = all->as_object().if_contains(locale);
  return texts != nullptr && texts->is_object() && !texts->as_object().empty() ? &texts->as_object() : nullptr;
}

struct Text {
  std::string value;
  bool from_realm = false;
};

std::string merged(const web::ConsoleFile* ours, const json::object* own, bool with_source) {
  std::map<std::string, Text> texts;
  if (ours != nullptr) {
    const auto list = parse_json(web::unpacked(*ours));
    CARDEA_ASSERT(list && list->is_array());  // our own file
    for (const auto& row : list->as_array()) {
      texts.insert_or_assign(string_or(row.as_object(), "key", ""), Text{string_or(row.as_object(), "value", "")});
    }
  }
  if (own != nullptr) {
    for (const auto& text : *own) {
      if (text.value().is_string()) {
        texts.insert_or_assign(std::string(text.key()), Text{std::string(text.value().as_string()), true});
      }
    }
  }
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const auto& [key, text] : texts) {
    json.begin_object().member("key", key).member("value", text.value);
    if (with_source) json.member("source", text.from_realm ? "REALM" : "THEME");
    json.end_object();
  }
  json.end_array();
  return out;
}

}  // namespace

web::Outcome show_texts(const Dependencies& dependencies, const web::Request& request) {
  if (std::ranges::find(kThemes, request.path_parameter("theme")) == kThemes.end()) return web::empty_response(404);
  return with_path_realm(dependencies, request, [&dependencies, &request](RealmPtr realm) -> web::Outcome {
    const auto& locale = request.path_parameter("locale");
    const auto query = web::Form::parse(request.query);
    const bool with_source = query && query->value("source") == "true";
    const auto* ours = find_texts(dependencies.consoles, request.path_parameter("theme"), locale);
    if (ours != nullptr && !with_source && realm_texts(realm->realm, locale) == nullptr) {
      auto response = web::serve_console_file(*ours, request.header("Accept-Encoding"));
      response.add("Cache-Control", "no-cache");
      return response;
    }
    // Unpacking and sorting thousands of texts is no work for the thread that answers everyone.
    return web::then(web::Lane::kAdmin, [&request, realm, ours, with_source]() -> web::Outcome {
      const auto* own = realm_texts(realm->realm, request.path_parameter("locale"));
      auto response = web::json_response(200, merged(ours, own, with_source));
      response.add("Cache-Control", "no-cache");
      return response;
    });
  });
}

}  // namespace cardea::account
