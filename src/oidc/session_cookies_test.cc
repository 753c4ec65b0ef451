// Cookies of a signed-in browser (keycloak.md section 1.19, attack class 18).
#include "oidc/session_cookies.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/text.h"
#include "core/session.h"
#include "crypto/hash.h"
#include "jose/jws.h"
#include "tests/support/fake_clock.h"
#include "tests/support/realm_fixture.h"
#include "web/cookie.h"

namespace cardea::oidc {
namespace {

constexpr std::string_view kIssuer = "https://id.example/realms/demo";

struct SessionCookies : ::testing::Test {
  std::shared_ptr<const RealmEntry> realm = make_test_realm();
  web::BaseUrl base_url{"https://id.example/auth", "/auth"};
  FakeClock clock;
  UserSession session;
  web::Request request;

  SessionCookies() {
    session.id = SessionId("AAAABBBBCCCCDDDDEEEEFFFF");
    session.user = UserId("user-ada");
    session.started_at = session.last_seen = clock.now();
    request.scheme = "https";
  }

  std::vector<std::string> set_cookies() {
    web::Response response;
    add_session_cookies(response, request, *realm, session, kIssuer, base_url, "checker", clock.now());
    std::vector<std::string> values;
    for (const auto& header : response.headers) values.push_back(header.value);
    return values;
  }

  std::string identity() {
    const auto header = set_cookies().at(0);
    return header.substr(header.find('=') + 1, header.find(';') - header.find('=') - 1);
  }

  std::optional<IdentityCookie> read(std::string_view value, std::string_view issuer = kIssuer) {
    web::Request next;
    next.headers.push_back({"Cookie", "KEYCLOAK_IDENTITY=" + std::string(value)});
    return read_identity_cookie(next, *realm, issuer, clock.now());
  }

  std::string signed_claims(std::string_view json) { return jose::sign_jwt(*realm->signing_key("HS512"), "JWT", json); }
};

TEST_F(SessionCookies, refuses_every_changed_cookie) {
  const auto value = identity();
  ASSERT_TRUE(read(value));
  for (const std::size_t at :
       {std::size_t{0}, std::size_t{5}, value.find('.') + 1, value.rfind('.') + 1, value.size() - 2}) {
    auto changed = value;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(read(changed)) << at;
  }
  for (const std::string_view junk : {"", ".", "..", "a.b.c", "{}", "eyJhbGciOiJub25lIn0.e30."})
    EXPECT_FALSE(read(junk));
  EXPECT_FALSE(read(value.substr(0, value.size() - 1)));
  EXPECT_FALSE(read_identity_cookie(web::Request{}, *realm, kIssuer, clock.now()));
}

TEST_F(SessionCookies, refuses_cookies_of_another_realm_or_issuer) {
  const auto value = identity();
  EXPECT_FALSE(read(value, "https://id.example/realms/other"));
  EXPECT_FALSE(read(value, ""));
}

TEST_F(SessionCookies, refuses_an_expired_cookie) {
  const auto value = identity();
  clock.advance(realm->realm.lifespans.sso_session_max - seconds{1});
  EXPECT_TRUE(read(value));
  clock.advance(seconds{1});
  EXPECT_FALSE(read(value));
}

// Attack class 17: refresh tokens are signed by the same key.
TEST_F(SessionCookies, refuses_other_tokens_of_the_same_key) {
  const auto now = std::to_string(epoch_seconds(clock.now()));
  const auto claims = [&](std::string_view typ, std::string_view rest) {
    return "{\"exp\":" + std::to_string(epoch_seconds(clock.now()) + 60) + ",\"iat\":" + now + ",\"iss\":\"" +
           std::string(kIssuer) + "\",\"typ\":\"" + std::string(typ) + "\"" + std::string(rest) + "}";
  };
  constexpr std::string_view kRest = R"(,"sub":"u","sid":"s","state_checker":"c")";
  EXPECT_TRUE(read(signed_claims(claims("Serialized-ID", kRest))));
  EXPECT_FALSE(read(signed_claims(claims("Refresh", kRest))));
  EXPECT_FALSE(read(signed_claims(claims("", kRest))));
  EXPECT_FALSE(read(signed_claims(claims("Serialized-ID", R"(,"sub":"u","sid":"s")"))));
  EXPECT_FALSE(read(signed_claims(claims("Serialized-ID", R"(,"sub":"u","state_checker":"c")"))));
  EXPECT_FALSE(read(signed_claims(claims("Serialized-ID", R"(,"sid":"s","state_checker":"c")"))));
}

TEST_F(SessionCookies, refuses_cookies_from_before_the_realms_not_before) {
  const auto value = identity();
  auto later = std::make_shared<RealmEntry>();
  later->realm = realm->realm;
  later->realm.not_before = epoch_seconds(clock.now()) + 1;
  later->private_keys = realm->private_keys;
  realm = later;
  EXPECT_FALSE(read(value));
}

TEST_F(SessionCookies, holds_the_claims_in_keycloaks_order) {
  const auto value = identity();
  const auto payload = *base64url_decode(split(value, '.').at(1));
  std::vector<std::string> names;
  const auto parsed = *parse_json(payload);
  for (const auto& member : parsed.as_object()) names.emplace_back(member.key());
  EXPECT_EQ(join(names, " "), "exp iat jti iss sub typ sid state_checker");
  const auto cookie = read(value);
  EXPECT_EQ(cookie->session, session.id);
  EXPECT_EQ(cookie->user, session.user);
  EXPECT_EQ(cookie->state_checker, "checker");
}

TEST_F(SessionCookies, are_secure_on_https_and_plain_on_http) {
  const auto secure = set_cookies();
  EXPECT_TRUE(secure[0].ends_with("; Path=/auth/realms/demo/; Secure; HttpOnly; SameSite=None")) << secure[0];
  EXPECT_EQ(secure[1], "KEYCLOAK_SESSION=" + crypto::sha256_base64url(session.id.str()) +
                           "; Path=/auth/realms/demo/; Max-Age=36000; Secure; SameSite=None");
  request.scheme = "http";
  const auto plain = set_cookies();
  EXPECT_TRUE(plain[0].ends_with("; Path=/auth/realms/demo/; HttpOnly; SameSite=Lax")) << plain[0];
  EXPECT_TRUE(plain[1].ends_with("; Path=/auth/realms/demo/; Max-Age=36000; SameSite=Lax")) << plain[1];
}

TEST_F(SessionCookies, outlive_the_browser_only_when_remembered) {
  EXPECT_EQ(set_cookies()[0].find("Max-Age"), std::string::npos);
  session.remember_me = true;
  EXPECT_NE(set_cookies()[0].find("Max-Age=36000"), std::string::npos);
}

TEST_F(SessionCookies, are_removed_under_the_same_path_and_flags) {
  web::Response response;
  clear_session_cookies(response, request, *realm, base_url);
  ASSERT_EQ(response.headers.size(), 2U);
  EXPECT_EQ(response.headers[0].value,
            "KEYCLOAK_IDENTITY=; Path=/auth/realms/demo/; Max-Age=0; Secure; HttpOnly; SameSite=None");
  EXPECT_EQ(response.headers[1].value, "KEYCLOAK_SESSION=; Path=/auth/realms/demo/; Max-Age=0; Secure; SameSite=None");
}

}  // namespace
}  // namespace cardea::oidc
