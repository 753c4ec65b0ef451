#include "oidc/session_cookies.h"

#include <algorithm>

#include "base/json.h"
#include "base/uri.h"
#include "core/session.h"
#include "crypto/hash.h"
#include "jose/jws.h"
#include "web/cookie.h"

namespace cardea::oidc {
namespace {

constexpr std::string_view kIdentity = "KEYCLOAK_IDENTITY";
constexpr std::string_view kSession = "KEYCLOAK_SESSION";
constexpr std::string_view kType = "Serialized-ID";  // tells it from refresh tokens, which the same key signs

web::SetCookie make_cookie(std::string_view name, const web::Request& request, const RealmEntry& realm,
                           const web::BaseUrl& base_url) {
  web::SetCookie cookie;
  cookie.name = name;
  cookie.path = base_url.relative_path(request) + "/realms/" + percent_encode(realm.realm.name) + "/";
  cookie.secure = request.is_https();
  cookie.same_site = cookie.secure ? web::SameSite::kNone : web::SameSite::kLax;
  return cookie;
}

std::string identity_claims(const UserSession& session, std::string_view issuer, std::string_view state_checker,
                            TimePoint end, TimePoint now) {
  std::string json;
  JsonWriter writer(json);
  writer.begin_object();
  // Another node's clock may be a moment behind the one that wrote auth_time.
  writer.member("exp", epoch_seconds(end)).member("iat", std::max(epoch_seconds(now), session.auth_time));
  writer.member("jti", crypto::sha256_base64url(std::string("identity:").append(state_checker)));
  writer.member("iss", issuer).member("sub", session.user.str()).member("typ", kType);
  writer.member("sid", session.id.str()).member("state_checker", state_checker);
  writer.end_object();
  return json;
}

}  // namespace

void add_session_cookies(web::Response& response, const web::Request& request, const RealmEntry& realm,
                         const UserSession& session, std::string_view issuer, const web::BaseUrl& base_url,
                         std::string_view state_checker, TimePoint now) {
  const auto* key = realm.signing_key("HS512");
  if (key == nullptr) return;  // such a realm cannot issue refresh tokens either; nobody stays signed in
  const auto end = session_end(realm.realm, session);
  const auto left = std::max(std::chrono::floor<seconds>(end - now), seconds{0});

  auto identity = make_cookie(kIdentity, request, realm, base_url);
  identity.value = jose::sign_jwt(*key, "JWT", identity_claims(session, issuer, state_checker, end, now));
  if (session.remember_me) identity.max_age = left;
  web::add_cookie(response, identity);

  auto state = make_cookie(kSession, request, realm, base_url);
  state.value = crypto::sha256_base64url(session.id.str());
  state.max_age = left;
  state.http_only = false;  // read by the login-status iframe
  web::add_cookie(response, state);
}

std::optional<IdentityCookie> read_identity_cookie(const web::Request& request, const RealmEntry& realm,
                                                   std::string_view issuer, TimePoint now) {
  const auto value = request.cookie(kIdentity);
  if (!value) return std::nullopt;
  const auto token = jose::verify(*value, realm.private_keys);
  if (!token || token->typ() != kType) return std::nullopt;
  const jose::JwtPolicy policy{.issuer = issuer, .audience = std::nullopt, .now = now};
  if (!jose::check_claims(*token, policy)) return std::nullopt;
  if (!token->iat() || epoch_seconds(*token->iat()) < realm.realm.not_before) return std::nullopt;
  IdentityCookie cookie{.session = SessionId(token->sid()),
                        .user = UserId(token->sub()),
                        .issued_at = epoch_seconds(*token->iat()),
                        .state_checker = std::string(token->text("state_checker"))};
  if (cookie.session.empty() || cookie.user.empty() || cookie.state_checker.empty()) return std::nullopt;
  return cookie;
}

bool is_cookie_of(const IdentityCookie& cookie, const UserSession& session) {
  return cookie.session == session.id && cookie.user == session.user && cookie.issued_at >= session.auth_time;
}

void clear_session_cookies(web::Response& response, const web::Request& request, const RealmEntry& realm,
                           const web::BaseUrl& base_url) {
  for (const auto name : {kIdentity, kSession}) {
    auto cookie = make_cookie(name, request, realm, base_url);
    cookie.max_age = seconds{0};
    cookie.http_only = name == kIdentity;
    web::add_cookie(response, cookie);
  }
}

}  // namespace cardea::oidc
