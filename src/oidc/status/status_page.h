// Pages without any look that other sites put into a hidden frame (keycloak.md section 1.20). They hold one script of
// ours and may be framed by anyone; all that a framing site learns is the word the script posts to it.
#pragma once

#include <string>
#include <string_view>

#include "web/response.h"

namespace cardea::oidc {

/// The bytes of such a page and the policy that lets exactly its script run, made once.
class StatusPage {
 public:
  explicit StatusPage(std::string_view script);
  /// 200, never kept. The answer points into this object.
  [[nodiscard]] web::Response response() const;

 private:
  std::string html_;
  std::string policy_;
};

/// Tells the embedding application whether the person is still signed in (OpenID Connect Session Management 1.0
/// section 3.3).
[[nodiscard]] const StatusPage& login_status_page();
/// Sets two cookies and goes on to step2.html.
[[nodiscard]] const StatusPage& third_party_cookies_step1_page();
/// Posts "supported" when it can read them, else "unsupported".
[[nodiscard]] const StatusPage& third_party_cookies_step2_page();

}  // namespace cardea::oidc
