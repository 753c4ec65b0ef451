#include "core/realm_look.h"

#include <algorithm>

#include "base/text.h"
#include "base/uri.h"
#include "core/frontend_url.h"

namespace cardea {
namespace {

constexpr std::string_view kLogos[] = {kLogo, kLogoDark};
constexpr std::string_view kColours[] = {kAccent, kAccentDark, kPage, kPageDark};

bool is_base64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  });
}

bool is_image_data(std::string_view text) {
  static constexpr std::string_view kHeads[] = {"data:image/png;base64,", "data:image/jpeg;base64,",
                                                "data:image/gif;base64,", "data:image/webp;base64,",
                                                "data:image/svg+xml;base64,"};
  return std::ranges::any_of(
      kHeads, [text](std::string_view head) { return text.starts_with(head) && is_base64(text.substr(head.size())); });
}

bool is_usable(std::string_view name, std::string_view value) {
  return std::ranges::find(kLogos, name) != std::end(kLogos) ? is_logo(value) : parse_colour(value).has_value();
}

std::string_view attribute(const Realm& realm, std::string_view name) {
  const auto found = realm.attributes.find(std::string(name));
  return found == realm.attributes.end() ? std::string_view() : std::string_view(found->second);
}

/// The address in the first <img src="..."> of an HTML display name. No reader of HTML: what is not written plainly is
/// not found.
std::string image_in(std::string_view html) {
  const auto lower = ascii_lower(html);
  const auto tag = lower.find("<img ");
  if (tag == std::string::npos) return {};
  const auto end = lower.find('>', tag);
  const auto source = lower.find(" src=", tag);
  if (end == std::string::npos || source >= end) return {};
  const auto at = source + std::string_view(" src=").size();
  const char quote = html[at];
  if (quote != '"' && quote != '\'') return {};
  const auto close = html.find(quote, at + 1);
  return close < end ? std::string(html.substr(at + 1, close - at - 1)) : std::string();
}

std::string logo_or_none(std::string_view text) { return is_logo(text) ? std::string(text) : std::string(); }

}  // namespace

bool is_logo(std::string_view text) {
  if (text.size() > kLogoBytesMax) return false;
  if (text.starts_with("data:")) return is_image_data(text);
  const auto uri = parse_uri(text);
  // Its origin goes into a header (Content-Security-Policy) as it stands.
  return uri && ascii_lower(uri->scheme) == "https" && !uri->userinfo && parse_frontend_url(uri->origin()) &&
         text.find_first_of("'\"<>, ") == std::string_view::npos;
}

RealmLook look_of(const Realm& realm) {
  RealmLook look;
  look.logo = logo_or_none(attribute(realm, kLogo));
  if (look.logo.empty()) look.logo = logo_or_none(image_in(realm.display_name_html));
  look.logo_dark = logo_or_none(attribute(realm, kLogoDark));
  look.accent = parse_colour(attribute(realm, kAccent));
  look.accent_dark = parse_colour(attribute(realm, kAccentDark));
  look.page = parse_colour(attribute(realm, kPage));
  look.page_dark = parse_colour(attribute(realm, kPageDark));
  return look;
}

std::string_view bad_look_attribute(const json::object& attributes, const std::map<std::string, std::string>& before) {
  const auto is_bad = [&](std::string_view name) {
    const auto value = string_or(attributes, name, "");
    const auto was = before.find(std::string(name));
    return !value.empty() && (was == before.end() || was->second != value) && !is_usable(name, value);
  };
  for (const auto name : kLogos) {
    if (is_bad(name)) return name;
  }
  for (const auto name : kColours) {
    if (is_bad(name)) return name;
  }
  return {};
}

}  // namespace cardea
