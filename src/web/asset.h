// Files embedded in the program. The build turns every file below web/theme into a row of one table
// (cmake/assets.cmake), so a new template or style sheet needs no change here. Templates (templates/*.html) feed Pages;
// what lies in static/ is served with a long life under a URL that carries a hash of all of it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "web/router.h"

namespace cardea::web {

struct Asset {
  std::string_view path;  // relative to web/theme, for example "static/cardea.css"
  std::string_view bytes;
};

/// All embedded files, sorted by path. Generated.
[[nodiscard]] std::span<const Asset> embedded_assets();

/// The asset at `path`, or null.
[[nodiscard]] const Asset* find_asset(std::string_view path, std::span<const Asset> assets = embedded_assets());

/// "/resources/cardea/<hash>", without a slash at the end; templates see it as {{resources}}.
[[nodiscard]] const std::string& asset_base_url();
/// URL of static/<file>. A file that does not exist is a bug.
[[nodiscard]] std::string asset_url(std::string_view file);

/// Serves static/<file> and static/<folder>/<file> at asset_url. With the hash of this program the answer may be kept
/// for a year; with another one (a page of the previous release during an upgrade) it is served too, but not to be
/// kept.
void add_asset_routes(Router& router);

}  // namespace cardea::web
