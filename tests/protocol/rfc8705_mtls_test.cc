// Mutual TLS (RFC 8705; standards.md section 16): clients that prove themselves by certificate, and tokens bound to
// one. That TLS takes only certificates it trusts is shown in src/http.
#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "crypto/key.h"
#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

std::string certificate(std::string_view common_name) {
  static const auto key = crypto::PrivateKey::generate(crypto::KeyType::kEcP256).value();
  return crypto::make_self_signed_certificate(key, common_name, from_epoch_seconds(1'700'000'000), 20).value();
}

class Mtls : public testing::TestWithParam<Engine> {
 protected:
  Mtls() {
    add("x509", {{"x509.subjectdn", "CN=my app"}}, [](Client& client) {
      client.public_client = false;
      client.authenticator_type = "client-x509";
    });
    add("bound", {{"tls.client.certificate.bound.access.tokens", "true"}}, [](Client&) {});
  }
  void add(const std::string& id, const std::map<std::string, std::string>& attributes,
           const std::function<void(Client&)>& change) {
    server_.add_client(id, [&](Client& client) {
      client.attributes = attributes;
      client.redirect_uris = {"https://app.example/cb"};
      change(client);
    });
  }
  /// Revoking an unknown token answers 200 to every client that is proven.
  int revoke(const std::string& id, const Pairs& more = {}) {
    Pairs form = {{"client_id", id}, {"token", "x"}};
    form.insert(form.end(), more.begin(), more.end());
    return server_.post("/revoke", form).status;
  }
  web::Response issue() {
    return server_.post("/token", {{"grant_type", "password"},
                                   {"client_id", "bound"},
                                   {"username", "ada"},
                                   {"password", "correct-horse"},
                                   {"scope", "openid"}});
  }

  Server server_{GetParam()};
};

TEST_P(Mtls, refuses_clients_without_their_certificate) {  // MT-8
  EXPECT_EQ(revoke("x509"), 401);
  server_.client_certificate = certificate("other app");
  EXPECT_EQ(revoke("x509"), 401);
  server_.client_certificate = "no certificate";
  EXPECT_EQ(revoke("x509"), 401);
  server_.client_certificate = certificate("My  App");
  EXPECT_EQ(revoke("x509"), 200) << "case and doubled spaces do not count (RFC 4517)";
  EXPECT_EQ(revoke("x509", {{"client_secret", "x"}}), 401) << "two methods";
}

TEST_P(Mtls, refuses_every_certificate_where_no_subject_is_registered) {  // MT-7
  add("nobody", {}, [](Client& client) {
    client.public_client = false;
    client.authenticator_type = "client-x509";
  });
  server_.client_certificate = certificate("my app");
  EXPECT_EQ(revoke("nobody"), 401);
}

TEST_P(Mtls, a_pattern_is_for_the_whole_name) {
  add("pattern", {{"x509.subjectdn", "CN=app-[0-9]+"}, {"x509.allow.regex.pattern.comparison", "true"}},
      [](Client& client) {
        client.public_client = false;
        client.authenticator_type = "client-x509";
      });
  for (const auto& [name, status] : std::vector<std::pair<std::string, int>>{
           {"app-7", 200}, {"app-7 evil", 401}, {"evil app-7", 401}, {"app-", 401}}) {
    server_.client_certificate = certificate(name);
    EXPECT_EQ(revoke("pattern"), status) << name;
  }
}

TEST_P(Mtls, a_certificate_is_no_proof_for_a_client_with_a_secret) {
  server_.client_certificate = certificate("web");
  EXPECT_EQ(revoke("web"), 401);
}

TEST_P(Mtls, refuses_tokens_to_a_client_that_binds_them_without_certificate) {
  const auto refused = issue();
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(string_or(body_of(refused), "error_description", ""),
            "Client Certification missing for MTLS HoK Token Binding");
}

TEST_P(Mtls, a_bound_token_is_refused_with_another_certificate) {  // MT-1, MT-2, MT-5
  server_.client_certificate = certificate("mine");
  const auto tokens = body_of(issue());
  const auto access = string_or(tokens, "access_token", "");
  EXPECT_EQ(string_or(payload_of(access).at("cnf").as_object(), "x5t#S256", ""),
            crypto::sha256_base64url(server_.client_certificate));
  const auto userinfo = [&] { return server_.get("/userinfo", {{"Authorization", "Bearer " + access}}).status; };
  const auto refresh_status = [&] {
    return server_
        .post("/token", {{"grant_type", "refresh_token"},
                         {"client_id", "bound"},
                         {"refresh_token", string_or(tokens, "refresh_token", "")}})
        .status;
  };
  EXPECT_EQ(userinfo(), 200);
  EXPECT_EQ(refresh_status(), 200);
  server_.client_certificate = certificate("yours");
  EXPECT_EQ(userinfo(), 401);
  EXPECT_EQ(refresh_status(), 400) << "a public client's refresh token is bound as well";
  server_.client_certificate.clear();
  EXPECT_EQ(userinfo(), 401);
}

INSTANTIATE_ON_EVERY_ENGINE(Mtls);

}  // namespace
}  // namespace cardea::protocol
