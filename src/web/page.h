// HTML pages: mustache templates embedded in the program, escaped by default, with the headers every page has
// (standards.md section 35): strict CSP with a nonce, no framing, no sniffing, no storing.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "web/response.h"

namespace cardea::web {

/// Values for a template: text (escaped), booleans for sections, lists of nested values.
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
  std::vector<std::string> form_targets;
  /// The page runs the script of its template (with the nonce). Off: script-src is 'none'.
  bool script = false;
  /// The page may be framed by anyone (login status iframe, third-party-cookie probe) and gets no X-Frame-Options.
  bool frameable = false;
  /// The page may call other origins by fetch (playground only).
  bool connect_self = false;
};

class Pages {
 public:
  explicit Pages(Random& random) : random_(random) {}
  /// Renders `name` (a file of web/theme/templates without ".html") inside the common layout.
  /// Templates see the values given plus {{nonce}}. A template that does not exist is a bug.
  [[nodiscard]] Response render(std::string_view name, int status, const PageData& data, const PagePolicy& policy = {}) const;

 private:
  Random& random_;
};

/// The headers that every answer carries, HTML or not (keycloak.md section 1.21). HSTS on https only.
void add_security_headers(Response& response, bool https);

}  // namespace cardea::web
