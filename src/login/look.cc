#include "login/look.h"

#include "crypto/hash.h"
#include "web/form.h"

namespace cardea::login {
namespace {

// The cards of web/theme/static/cardea.css: what links and quiet buttons stand on.
constexpr Colour kCard{0xff, 0xff, 0xff};
constexpr Colour kCardDark{0x1b, 0x22, 0x2b};
constexpr Colour kPageOfDark{0x12, 0x17, 0x1d};

constexpr double kStronger = 0.2;
constexpr std::size_t kVersionBytes = 12;

void set(std::string& css, std::string_view name, Colour colour) {
  css.append("--").append(name).append(":").append(colour.hex()).append(";");
}

/// One and the same away from the colour of its text, so that it reads better still.
Colour stronger(Colour colour, Colour text) { return mix(colour, text == kWhite ? kBlack : kWhite, kStronger); }

void set_accent(std::string& css, Colour accent, Colour card) {
  const auto text = text_on(accent);
  const auto link = readable_on(accent, card);
  set(css, "accent", accent);
  set(css, "accent-strong", stronger(accent, text));
  set(css, "on-accent", text);
  set(css, "link", link);
  set(css, "link-strong", mix(link, text_on(card), kStronger));
}

void set_page(std::string& css, Colour page) {
  set(css, "page", page);
  set(css, "on-page", text_on(page));
  set(css, "on-page-quiet", text_on(page));
}

}  // namespace

std::string look_css(const RealmLook& look) {
  std::string css;
  if (look.accent || look.page) {
    css += ":root{";
    if (look.accent) set_accent(css, *look.accent, kCard);
    if (look.page) set_page(css, *look.page);
    css += "}\n";
  }
  const auto accent_dark = look.accent_dark ? look.accent_dark : look.accent;
  if (accent_dark || look.page || look.page_dark) {
    css += "@media (prefers-color-scheme: dark){:root{";
    if (accent_dark) set_accent(css, *accent_dark, kCardDark);
    if (look.page || look.page_dark) set_page(css, look.page_dark.value_or(kPageOfDark));
    css += "}}\n";
  }
  return css;
}

std::string look_version(const RealmLook& look) {
  return crypto::sha256_base64url(look_css(look)).substr(0, kVersionBytes);
}

web::Outcome show_look(const Dependencies&, const web::Request& request, RealmPtr realm) {
  const auto look = look_of(realm->realm);
  web::Response response;
  response.add("Content-Type", "text/css;charset=utf-8");
  const auto query = web::Form::parse(request.query);
  const bool is_present = query && query->value_or("v", "") == look_version(look);
  response.set("Cache-Control", is_present ? "public, max-age=31536000, immutable" : "no-cache");
  response.body = look_css(look);
  return response;
}

}  // namespace cardea::login
