#include "web/error_page.h"

#include "base/text.h"
#include "base/uri.h"

namespace cardea::web {
namespace {

void add_link(PageData& data, const PageLink* link) {
  if (link != nullptr) data.text("link", link->url).text("link_text", link->text);
}

}  // namespace

PageData realm_page_data(std::string_view realm_display_name) {
  PageData data;
  data.text("title", "Sign in to " + std::string(realm_display_name)).text("brand", std::string(realm_display_name));
  return data;
}

Response error_page(const Pages& pages, int status, std::string_view realm_display_name, std::string_view message,
                    const Request& request, const PageLink* link) {
  auto data = realm_page_data(realm_display_name);
  data.text("message", std::string(message)).text("correlation_id", request.correlation_id);
  add_link(data, link);
  return pages.render("error", status, data);
}

Response info_page(const Pages& pages, std::string_view realm_display_name, std::string_view heading,
                   std::string_view message, const PageLink* link) {
  auto data = realm_page_data(realm_display_name);
  data.text("heading", std::string(heading)).text("message", std::string(message));
  add_link(data, link);
  return pages.render("info", 200, data);
}

Response form_post_page(const Pages& pages, std::string_view realm_display_name, std::string_view redirect_uri,
                        const std::vector<std::pair<std::string, std::string>>& fields) {
  auto data = realm_page_data(realm_display_name);
  data.text("action", std::string(redirect_uri));
  std::vector<PageData> items;
  for (const auto& [name, value] : fields) items.push_back(PageData().text("name", name).text("value", value));
  data.list("fields", std::move(items));
  return pages.render("form-post", 200, data, {.form_targets = form_targets_of(redirect_uri), .script = true});
}

std::vector<std::string> form_targets_of(std::string_view uri) {
  const auto parsed = parse_uri(uri);
  if (!parsed) return {};
  const auto scheme = ascii_lower(parsed->scheme);
  for (const std::string_view refused : {"javascript", "data", "blob", "vbscript", "file"}) {
    if (scheme == refused) return {};
  }
  if (scheme == "http") return {"http:", "https:"};
  return {scheme + ":"};
}

}  // namespace cardea::web
