// The look of a realm's pages: a logo and colours of its own, in realm attributes, so that a realm file, the admin API
// and the console set them without code (architecture section 6). A logo may also stand in the console's field "HTML
// Display name", as an <img>: what Keycloak's operators write there. Colours are kept apart from the texts on them:
// whatever is chosen, every text keeps the contrast that reading takes (base/colour.h).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/colour.h"
#include "base/json.h"
#include "domain/realm.h"

namespace cardea {

inline constexpr std::string_view kLogo = "theme.logo";
inline constexpr std::string_view kLogoDark = "theme.logo.dark";  // for readers who want it dark
inline constexpr std::string_view kAccent = "theme.color.accent";
inline constexpr std::string_view kAccentDark = "theme.color.accent.dark";
inline constexpr std::string_view kPage = "theme.color.page";
inline constexpr std::string_view kPageDark = "theme.color.page.dark";

/// It stands in every page, so it is an icon, not a photograph.
inline constexpr std::size_t kLogoBytesMax = 48 * 1024;

struct RealmLook {
  std::string logo = {};  // as is_logo lets pass; empty: none
  std::string logo_dark = {};
  std::optional<Colour> accent = {};
  std::optional<Colour> accent_dark = {};
  std::optional<Colour> page = {};
  std::optional<Colour> page_dark = {};

  [[nodiscard]] bool has_colours() const { return accent || accent_dark || page || page_dark; }
};

/// An https address without user, or an image in a data: URL in base64 (PNG, JPEG, GIF, WebP, SVG: as an <img> it runs
/// nothing), at most kLogoBytesMax.
[[nodiscard]] bool is_logo(std::string_view text);

/// What can be used; the rest counts as not set.
[[nodiscard]] RealmLook look_of(const Realm& realm);

/// The first attribute of a look that cannot be used; empty: all can. `attributes` as in a realm's representation; a
/// value that `before` has too was let pass before.
[[nodiscard]] std::string_view bad_look_attribute(const json::object& attributes,
                                                  const std::map<std::string, std::string>& before = {});

}  // namespace cardea
