// Pages that more than one module shows: the error page, the information page, and the page that carries a response to
// the client by POST. Every page says whose sign-in it belongs to and nothing that came with the request (BR-4).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "web/page.h"
#include "web/request.h"

namespace cardea::web {

/// A link shown under the message. `url` must come from a stored or checked value (attack class 2).
struct PageLink {
  std::string url;
  std::string text;
};

/// "We are sorry..." with a message from a fixed list and the number to quote (keycloak.md section 1.5). Messages,
/// headings and the words of links are given in English and shown in the page's language (Texts::said).
[[nodiscard]] Response error_page(const Pages& pages, int status, const PageFrame& frame, std::string_view message,
                                  const Request& request, const PageLink* link = nullptr);

/// A heading and a message, 200.
[[nodiscard]] Response info_page(const Pages& pages, const PageFrame& frame, std::string_view heading,
                                 std::string_view message, const PageLink* link = nullptr);

/// OAuth 2.0 Form Post Response Mode: hidden fields that a script sends to the client, and a button for browsers
/// without one. `redirect_uri` must be registered for the client.
[[nodiscard]] Response form_post_page(const Pages& pages, const PageFrame& frame, std::string_view redirect_uri,
                                      const std::vector<std::pair<std::string, std::string>>& fields);

/// What `PagePolicy::form_targets` needs so that a form on the page may end in a redirect to `uri`. Browsers apply
/// form-action to every hop, and what the client redirects to next is often another origin (the application behind a
/// gate), so this is the scheme, not the origin: https, http with https, or an app's own. None for a text that is no
/// URI and for schemes that run or hold content (javascript:, data:, blob:, vbscript:).
[[nodiscard]] std::vector<std::string> form_targets_of(std::string_view uri);

}  // namespace cardea::web
