#include "login/texts.h"

#include <algorithm>

#include "base/uri.h"
#include "core/realm_look.h"
#include "core/required_actions.h"
#include "login/look.h"
#include "web/form.h"

namespace cardea::login {
namespace {

std::string asked_language(const web::Request& request, const std::vector<std::string>& supported) {
  const auto query = web::Form::parse(request.query);
  return query ? web::choose_language(query->value_or(web::kLanguageParameter, ""), supported) : std::string();
}

/// `localizationTexts` of this language; null: the realm has none.
const json::object* own_texts(const Realm& realm, std::string_view language) {
  const auto* own = realm.extra.if_contains("localizationTexts");
  const auto* texts = own != nullptr && own->is_object() ? own->get_object().if_contains(language) : nullptr;
  return texts != nullptr && texts->is_object() && !texts->get_object().empty() ? &texts->get_object() : nullptr;
}

// Of what stands in a cookie and in addresses: "pt-BR".
bool is_language_tag(std::string_view text) {
  constexpr std::size_t kBytesMax = 35;  // RFC 5646 section 4.4.1
  constexpr std::string_view kBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  return !text.empty() && text.size() <= kBytesMax && text.find_first_not_of(kBytes) == std::string_view::npos;
}

/// Ours, or those that the realm has brought texts for; what it did not translate is English then.
bool is_spoken(const Realm& realm, std::string_view language) {
  return web::Messages::embedded().has(language) ||
         (is_language_tag(language) && own_texts(realm, language) != nullptr);
}

std::string default_language(const Realm& realm) {
  const auto named = string_or(realm.extra, "defaultLocale", "");
  return is_spoken(realm, named) ? std::string(named) : std::string(web::kEnglish);
}

std::string language_of(const web::Request& request, const Realm& realm, std::string_view ui_locales,
                        const User* user) {
  if (!realm.internationalization_enabled) return std::string(web::kEnglish);
  const auto supported = supported_languages(realm);
  if (auto asked = asked_language(request, supported); !asked.empty()) return asked;
  if (auto kept = web::choose_language(request.cookie(web::kLanguageCookie).value_or(""), supported); !kept.empty())
    return kept;
  if (user != nullptr) {
    if (auto chosen = web::choose_language(cardea::language_of(*user), supported); !chosen.empty()) return chosen;
  }
  if (auto wished = web::choose_language(ui_locales, supported); !wished.empty()) return wished;
  if (const auto header = request.header("Accept-Language")) {
    if (auto liked = web::choose_language(*header, supported); !liked.empty()) return liked;
  }
  return default_language(realm);
}

/// The realm must outlive it.
web::Texts::Override own_texts(const Realm& realm) {
  if (!realm.extra.contains("localizationTexts")) return {};
  return [&realm](std::string_view language, std::string_view key) -> std::optional<std::string> {
    const auto* texts = own_texts(realm, language);
    const auto* text = texts == nullptr ? nullptr : texts->if_contains(key);
    return text != nullptr && text->is_string() ? std::optional<std::string>(std::string(text->get_string()))
                                                : std::nullopt;
  };
}

}  // namespace

std::vector<std::string> supported_languages(const Realm& realm) {
  std::vector<std::string> out;
  const auto* listed = realm.extra.if_contains("supportedLocales");
  if (realm.internationalization_enabled && listed != nullptr && listed->is_array()) {
    for (const auto& item : listed->get_array()) {
      if (!item.is_string() || !is_spoken(realm, item.get_string())) continue;
      out.emplace_back(item.get_string());
    }
  }
  if (out.empty()) out.push_back(default_language(realm));
  return out;
}

web::Texts texts_for(const web::Request& request, const Realm& realm, std::string_view ui_locales, const User* user) {
  return web::Texts(language_of(request, realm, ui_locales, user), own_texts(realm));
}

web::Texts texts_in(const Realm& realm, std::initializer_list<std::string_view> wishes) {
  auto language = realm.internationalization_enabled ? default_language(realm) : std::string(web::kEnglish);
  const auto supported = supported_languages(realm);
  for (const auto wish : wishes) {
    if (!realm.internationalization_enabled) break;
    auto chosen = web::choose_language(wish, supported);
    if (chosen.empty()) continue;
    language = std::move(chosen);
    break;
  }
  return web::Texts(std::move(language), own_texts(realm));
}

web::PageFrame frame_for(const web::Request& request, const Realm& realm, std::string_view ui_locales,
                         const User* user) {
  web::PageFrame frame{.name = display_name(realm),
                       .texts = texts_for(request, realm, ui_locales, user),
                       .path = "/realms/" + percent_encode(realm.name)};
  if (realm.internationalization_enabled) {
    frame.languages = supported_languages(realm);
    frame.chosen_language = asked_language(request, frame.languages);
  }
  auto look = look_of(realm);
  frame.logo = std::move(look.logo);
  if (!frame.logo.empty()) frame.logo_dark = std::move(look.logo_dark);
  if (look.has_colours()) frame.style = frame.path + std::string(kLookPath) + "?v=" + look_version(look);
  return frame;
}

web::PageFrame frame_for(const web::Request& request, const Realm& realm) {
  const auto query = web::Form::parse(request.query);
  return frame_for(request, realm, query ? query->value_or("ui_locales", "") : "", nullptr);
}

std::string action_label(const web::Texts& texts, const Realm& realm, std::string_view alias) {
  const auto key = "requiredAction." + std::string(alias);
  auto text = texts(key);
  return text == key ? action_name(realm, alias) : text;
}

}  // namespace cardea::login
