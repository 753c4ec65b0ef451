#include "web/console_page.h"

#include "base/json.h"
#include "base/uri.h"

namespace cardea::web {
namespace {

/// "https://host:port" of our base URL, which has been checked when it was set.
std::string origin_of(std::string_view url) {
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return {};
  return std::string(url.substr(0, url.find('/', scheme_end + 3)));
}

/// The console's own scripts, styles, fonts and images; calls to and frames of our server only. React sets styles
/// through the object model, which the policy does not concern.
std::string policy_of(const ConsolePageView& view) {
  const auto server = " 'self' " + origin_of(view.server_base);
  return "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: https:; "
         "connect-src" +
         server + "; frame-src" + server + "; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
}

std::string document(const ConsolePage& page, const std::string& base, const ConsolePageView& view) {
  std::string html = "<!DOCTYPE html>\n<html lang=\"";
  html.append(view.language).append("\">\n<head>\n<meta charset=\"utf-8\">\n<title>").append(view.title);
  html.append("</title>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
  html.append("<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" type=\"image/svg+xml\" href=\"");
  html.append(base).append("/").append(view.console).append("/favicon.svg\">\n");
  for (const auto style : page.styles) {
    html.append("<link rel=\"stylesheet\" href=\"").append(base).append("/").append(style).append("\">\n");
  }
  for (const auto module : page.modules) {
    html.append("<link rel=\"modulepreload\" href=\"").append(base).append("/").append(module).append("\">\n");
  }
  html.append("<script type=\"module\" src=\"").append(base).append("/").append(page.script).append("\"></script>\n");
  html.append("</head>\n<body>\n<div id=\"app\"><p class=\"loading\">").append(view.title).append("</p></div>\n");
  html.append("<noscript>This console needs JavaScript.</noscript>\n");
  html.append("<script id=\"environment\" type=\"application/json\">").append(json_for_html(view.environment));
  return html.append("</script>\n</body>\n</html>\n");
}

}  // namespace

Response console_page(const ConsoleFiles& files, const ConsolePageView& view) {
  const auto base = std::string(view.base_path).append(files.base_url());
  auto response = html_response(200, document(files.page(view.console), base, view));
  response.add("Content-Security-Policy", policy_of(view));
  response.add("X-Frame-Options", "DENY").add("Cross-Origin-Opener-Policy", "same-origin");
  response.add("Cache-Control", "no-store").add("Vary", "Accept, Content-Type");
  return response;
}

}  // namespace cardea::web
