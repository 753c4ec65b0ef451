#include "oidc/status/status_page.h"

#include "base/encoding.h"
#include "crypto/hash.h"

namespace cardea::oidc {
namespace {

// A message is "<client id> <session state>". The server is asked once for each client and origin whether that origin
// may ask at all; the answer to the question itself is in a cookie without authority, the digest of the session id.
constexpr std::string_view kLoginStatusScript = R"js("use strict";
(() => {
  const approved = new Map();

  const approve = (clientId, origin) => {
    const key = JSON.stringify([clientId, origin]);
    if (!approved.has(key)) {
      const query = new URLSearchParams({ client_id: clientId, origin });
      const answer = fetch(`${location.pathname}/init?${query}`, { credentials: "omit" }).then((r) => r.status === 204);
      approved.set(key, answer);
      answer.catch(() => approved.delete(key));
    }
    return approved.get(key);
  };

  const readCookie = (name) => {
    for (const pair of document.cookie.split(";")) {
      const at = pair.indexOf("=");
      if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim().replace(/^"(.*)"$/, "$1");
    }
    return "";
  };

  const digest = async (text) => {
    const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
    return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };

  const check = async (clientId, sessionState, origin) => {
    if (!(await approve(clientId, origin))) return "error";
    const cookie = readCookie("KEYCLOAK_SESSION");
    if (cookie === "") return sessionState === "" ? "unchanged" : "changed";
    return cookie === (await digest(sessionState)) ? "unchanged" : "changed";
  };

  addEventListener("message", async (event) => {
    if (typeof event.data !== "string" || event.source === null || event.origin === "null") return;
    const parts = event.data.split(" ");
    if (parts.length !== 2) return;
    const answer = await check(parts[0], parts[1], event.origin).catch(() => "error");
    event.source.postMessage(answer, event.origin);
  });
})();
)js";

constexpr std::string_view kStep1Script = R"js("use strict";
document.cookie = "KEYCLOAK_3P_COOKIE=supported; Max-Age=60";
document.cookie = "KEYCLOAK_3P_COOKIE_SAMESITE=supported; Max-Age=60; SameSite=None; Secure";
location.replace("step2.html");
)js";

// Browsers that give each embedding site its own jar let the cookie through, but a session would not be seen in it:
// storage access tells.
constexpr std::string_view kStep2Script = R"js("use strict";
(async () => {
  const names = ["KEYCLOAK_3P_COOKIE", "KEYCLOAK_3P_COOKIE_SAMESITE"];
  const readable = names.some((name) => document.cookie.split("; ").includes(`${name}=supported`));
  document.cookie = "KEYCLOAK_3P_COOKIE=; Max-Age=0";
  document.cookie = "KEYCLOAK_3P_COOKIE_SAMESITE=; Max-Age=0; SameSite=None; Secure";
  const shared = !document.hasStorageAccess || (await document.hasStorageAccess().catch(() => true));
  parent.postMessage(readable && shared ? "supported" : "unsupported", "*");
})();
)js";

}  // namespace

StatusPage::StatusPage(std::string_view script) {
  html_.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Status</title>\n<script>");
  html_.append(script).append("</script></head><body></body></html>\n");
  const auto hash = crypto::sha256(script);
  policy_ = "default-src 'none'; script-src 'sha256-" + base64_encode(as_text(hash)) +
            "'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *";
}

web::Response StatusPage::response() const {
  web::Response response;
  response.add("Content-Type", "text/html;charset=utf-8").add("Content-Security-Policy", policy_);
  response.add("Cache-Control", "no-cache, must-revalidate, no-transform, no-store");
  response.body = std::string_view(html_);
  return response;
}

const StatusPage& login_status_page() {
  static const StatusPage page(kLoginStatusScript);
  return page;
}

const StatusPage& third_party_cookies_step1_page() {
  static const StatusPage page(kStep1Script);
  return page;
}

const StatusPage& third_party_cookies_step2_page() {
  static const StatusPage page(kStep2Script);
  return page;
}

}  // namespace cardea::oidc
