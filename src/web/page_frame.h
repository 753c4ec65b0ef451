// What all pages of one realm share: whose sign-in it is, the language, and the look the realm chose. Made by `login`
// from a realm and a request (login/texts.h); the other modules get it from there by app/wire.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "web/base_url.h"
#include "web/messages.h"

namespace cardea::web {

class PageData;
struct Request;
struct Response;

/// Reads what it was made of during the call it is made for only.
struct PageFrame {
  std::string name = "Cardea";  // as people see it, over the card
  Texts texts = Texts();
  /// Languages to choose from, when there is a choice.
  std::vector<std::string> languages = {};
  /// Where the realm's pages are, without the base path: "/realms/<realm>"; empty: these are no realm's.
  std::string path = {};
  std::string logo = {};       // an address that may stand in a page; empty: ours
  std::string logo_dark = {};  // for readers who want it dark
  /// A sheet of the realm's own colours, without the base path; empty: none.
  std::string style = {};
  /// What the person chose on this page (kc_locale); empty: nothing.
  std::string chosen_language = {};
};

/// The links to the other languages, for {{> languages}}. `page_url`: this page, to be got again.
void add_languages(PageData& data, const PageFrame& frame, std::string_view page_url);

/// Keeps a language that was chosen on this page.
void keep_language(Response& response, const Request& request, const PageFrame& frame, const BaseUrl& base_url);

/// The cookie that keeps it, and the parameter that chooses (keycloak.md section 10).
inline constexpr std::string_view kLanguageCookie = "KEYCLOAK_LOCALE";
inline constexpr std::string_view kLanguageParameter = "kc_locale";

}  // namespace cardea::web
