// HTML pages: mustache templates embedded in the program, escaped by default, with the headers every page has
// (standards.md section 35): strict CSP with a nonce, no framing, no sniffing, no storing.
//
// A template is web/theme/templates/<name>.html. It is put in the place of {{> content}} in templates/layout.html, and
// {{> other}} in either stands for templates/other.html. Templates escape everything: "{{{", "{{&" and "{{=" are
// refused.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "web/asset.h"
#include "web/page_frame.h"
#include "web/response.h"

namespace cardea::web {

/// A text of the message bundles stands in a template as {{t:key}}.
///
/// Values for a template: text (escaped), booleans for sections, lists of nested values. An empty text is false for a
/// section, so {{#message}}...{{/message}} shows only what there is.
class PageData {
 public:
  PageData& text(std::string name, std::string value);
  PageData& flag(std::string name, bool value);
  PageData& list(std::string name, std::vector<PageData> items);

  [[nodiscard]] const std::map<std::string, std::string>& texts() const { return texts_; }
  [[nodiscard]] const std::map<std::string, bool>& flags() const { return flags_; }
  [[nodiscard]] const std::map<std::string, std::vector<PageData>>& lists() const { return lists_; }

 private:
  std::map<std::string, std::string> texts_;
  std::map<std::string, bool> flags_;
  std::map<std::string, std::vector<PageData>> lists_;
};

struct PagePolicy {
  /// Origins a form on this page may lead to besides our own, through redirects (browsers apply form-action to them).
  /// An entry that is not a plain source expression ("https://host", "app.scheme:") is left out.
  std::vector<std::string> form_targets = {};
  /// The page runs the script of its template (with the nonce). Off: script-src is 'none'.
  bool script = false;
  /// The page may be framed by anyone (login status iframe, third-party-cookie probe) and gets no X-Frame-Options.
  bool frameable = false;
  /// Origins ("https://host") that the page may show in frames. An entry that is not a plain source expression is left
  /// out; without entries there are no frames.
  std::vector<std::string> frames = {};
  /// The script of the page may fetch from our own origin.
  bool connect_self = false;
  /// Name, language and look of the page. Null: ours, in English. Read during the call only.
  const PageFrame* frame = nullptr;
  /// Origins of images besides our own. An entry that is not a plain source expression is left out.
  std::vector<std::string> images = {};
  /// The page is part of a flow in a popup window (display=popup), whose opener must stay reachable: no COOP.
  bool popup = false;
};

class Pages {
 public:
  /// Parses each template of `assets` when it is first rendered (a server that starts need not wait for all); a broken
  /// one is a bug. Keeps `random` and the memory of `assets`. `base_path` is what stands before every path in the
  /// browser: "" or "/auth".
  explicit Pages(Random& random, std::span<const Asset> assets = embedded_assets(), std::string base_path = {});
  ~Pages();
  /// Renders `name` (a file of web/theme/templates without ".html") inside the common layout. Safe from any thread.
  /// Templates see the values given plus {{nonce}}, {{base}} (the base path) and {{resources}} (asset_base_url), and of
  /// the frame {{brand}}, {{title}} ("Sign in to <name>", unless it is given), {{logo}}, {{logo_dark}} and {{style}}. A
  /// template that does not exist is a bug.
  [[nodiscard]] Response render(std::string_view name, int status, const PageData& data,
                                const PagePolicy& policy = {}) const;
  /// Parses every template now, for tests.
  void parse_all() const;

 private:
  struct Templates;
  Random& random_;
  std::string base_path_;
  std::unique_ptr<Templates> templates_;
};

/// The Content-Security-Policy of a page.
[[nodiscard]] std::string content_security_policy(const PagePolicy& policy, std::string_view nonce);

/// The headers that every answer carries, HTML or not (keycloak.md section 1.21), as shared headers: what the answer
/// has set itself stays. HSTS on https only. An answer with a Content-Security-Policy decides on framing itself and
/// gets no X-Frame-Options here. The router calls this for every answer.
void add_security_headers(Response& response, bool https);

}  // namespace cardea::web
