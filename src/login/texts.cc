#include "login/texts.h"

#include <algorithm>

#include "base/uri.h"
#include "web/cookie.h"
#include "web/form.h"

namespace cardea::login {
namespace {

constexpr std::string_view kCookie = "KEYCLOAK_LOCALE";
constexpr std::string_view kParameter = "kc_locale";

std::string asked_language(const web::Request& request, const std::vector<std::string>& supported) {
  const auto query = web::Form::parse(request.query);
  return query ? web::choose_language(query->value_or(kParameter, ""), supported) : std::string();
}

std::string default_language(const Realm& realm) {
  const auto named = string_or(realm.extra, "defaultLocale", "");
  return web::Messages::embedded().has(named) ? std::string(named) : std::string(web::kEnglish);
}

std::string language_of(const web::Request& request, const Realm& realm, std::string_view ui_locales,
                        const User* user) {
  if (!realm.internationalization_enabled) return std::string(web::kEnglish);
  const auto supported = supported_languages(realm);
  if (auto asked = asked_language(request, supported); !asked.empty()) return asked;
  if (auto kept = web::choose_language(request.cookie(kCookie).value_or(""), supported); !kept.empty()) return kept;
  if (user != nullptr) {
    const auto own = user->attributes.find("locale");
    if (own != user->attributes.end() && !own->second.empty()) {
      if (auto chosen = web::choose_language(own->second.front(), supported); !chosen.empty()) return chosen;
    }
  }
  if (auto wished = web::choose_language(ui_locales, supported); !wished.empty()) return wished;
  if (const auto header = request.header("Accept-Language")) {
    if (auto liked = web::choose_language(*header, supported); !liked.empty()) return liked;
  }
  return default_language(realm);
}

}  // namespace

std::vector<std::string> supported_languages(const Realm& realm) {
  std::vector<std::string> out;
  const auto* listed = realm.extra.if_contains("supportedLocales");
  if (realm.internationalization_enabled && listed != nullptr && listed->is_array()) {
    for (const auto& item : listed->get_array()) {
      if (!item.is_string() || !web::Messages::embedded().has(item.get_string())) continue;
      out.emplace_back(item.get_string());
    }
  }
  if (out.empty()) out.push_back(default_language(realm));
  return out;
}

web::Texts texts_for(const web::Request& request, const Realm& realm, std::string_view ui_locales, const User* user) {
  const auto* own = realm.extra.if_contains("localizationTexts");
  web::Texts::Override override;
  if (own != nullptr && own->is_object() && !own->get_object().empty()) {
    override = [own = &own->get_object()](std::string_view language,
                                          std::string_view key) -> std::optional<std::string> {
      const auto* texts = own->if_contains(language);
      if (texts == nullptr || !texts->is_object()) return std::nullopt;
      const auto* text = texts->get_object().if_contains(key);
      return text != nullptr && text->is_string() ? std::optional<std::string>(std::string(text->get_string()))
                                                  : std::nullopt;
    };
  }
  return web::Texts(language_of(request, realm, ui_locales, user), std::move(override));
}

void add_languages(web::PageData& data, const Realm& realm, const web::Texts& texts, std::string_view page_url) {
  if (!realm.internationalization_enabled) return;
  std::vector<web::PageData> items;
  for (const auto& language : supported_languages(realm)) {
    std::string url(page_url);
    web::append_form(url, kParameter, language);
    items.push_back(web::PageData()
                        .text("language", language)
                        .text("name", std::string(web::language_name(language)))
                        .text("url", std::move(url))
                        .flag("current", language == texts.language()));
  }
  const bool several = items.size() > 1;
  data.flag("several_languages", several).list("languages", std::move(items));
}

void keep_language(web::Response& response, const web::Request& request, const Realm& realm,
                   const web::BaseUrl& base_url) {
  if (!realm.internationalization_enabled) return;
  const auto asked = asked_language(request, supported_languages(realm));
  if (asked.empty()) return;
  web::add_cookie(response, {.name = std::string(kCookie),
                             .value = asked,
                             .path = base_url.relative_path(request) + "/realms/" + percent_encode(realm.name) + "/",
                             .secure = request.is_https()});
}

}  // namespace cardea::login
