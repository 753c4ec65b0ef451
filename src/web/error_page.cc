#include "web/error_page.h"

#include "base/text.h"
#include "base/uri.h"

namespace cardea::web {
namespace {

void add_link(PageData& data, const PageFrame& frame, const PageLink* link) {
  if (link != nullptr) data.text("link", link->url).text("link_text", frame.texts.said(link->text));
}

}  // namespace

Response error_page(const Pages& pages, int status, const PageFrame& frame, std::string_view message,
                    const Request& request, const PageLink* link) {
  PageData data;
  data.text("message", frame.texts.said(message)).text("correlation_id", request.correlation_id);
  add_link(data, frame, link);
  return pages.render("error", status, data, {.frame = &frame});
}

Response info_page(const Pages& pages, const PageFrame& frame, std::string_view heading, std::string_view message,
                   const PageLink* link) {
  PageData data;
  data.text("heading", frame.texts.said(heading)).text("message", frame.texts.said(message));
  add_link(data, frame, link);
  return pages.render("info", 200, data, {.frame = &frame});
}

Response form_post_page(const Pages& pages, const PageFrame& frame, std::string_view redirect_uri,
                        const std::vector<std::pair<std::string, std::string>>& fields) {
  PageData data;
  data.text("action", std::string(redirect_uri));
  std::vector<PageData> items;
  for (const auto& [name, value] : fields) items.push_back(PageData().text("name", name).text("value", value));
  data.list("fields", std::move(items));
  return pages.render("form-post", 200, data,
                      {.form_targets = form_targets_of(redirect_uri), .script = true, .frame = &frame});
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
