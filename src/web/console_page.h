// The page that starts a console: it names the scripts and styles and carries what the console must know as JSON
// (keycloak.md section 6.15, "Admin console page"). No script and no style stands in the page itself, so that the
// content security policy allows none.
#pragma once

#include <string>
#include <string_view>

#include "web/console_files.h"

namespace cardea::web {

struct ConsolePageView {
  std::string_view console;      // "admin" or "account"
  std::string_view title;        // shown until the console has started
  std::string_view language;     // BCP 47, of the page; one of ours
  std::string_view environment;  // a JSON object for <script id="environment">
  std::string_view base_path;    // in front of every path in the browser: "" or "/auth"
  std::string_view server_base;  // our base URL, which the console calls; may be another origin than the page's
};

/// 200, not to be kept: it names files of this release.
[[nodiscard]] Response console_page(const ConsoleFiles& files, const ConsolePageView& view);

}  // namespace cardea::web
