// TLS on the wire: what is negotiated, what is refused, and changing the certificate of a running server.
#include <gmock/gmock.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "http/server_fixture.h"
#include "tests/support/test_certificate.h"

namespace cardea::http {
namespace {

using testing::HasSubstr;

using ClientContext = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

ClientContext client_context(int min_version = 0, int max_version = 0) {
  ClientContext context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_security_level(context.get(), 0);  // so that only the server refuses
  SSL_CTX_set_min_proto_version(context.get(), min_version);
  SSL_CTX_set_max_proto_version(context.get(), max_version);
  return context;
}

long serial_of(SSL* ssl) {
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(ssl), X509_free);
  return certificate ? ASN1_INTEGER_get(X509_get0_serialNumber(certificate.get())) : 0;
}

struct ServerTlsTest : ServerFixture {
  ServerTlsTest() {
    make_test_certificate(folder, "server", 1);
    settings.tls = TlsFiles{.certificate = folder.file("server.crt"), .key = folder.file("server.key")};
  }
  SocketClient connect_tls() { return SocketClient(server->https_port()); }
  bool handshake(SSL_CTX* context) { return connect_tls().start_tls(context); }
  // The alert with which the server refuses a client, or 0.
  int alert(SSL_CTX* context) {
    ERR_clear_error();
    if (handshake(context)) return 0;
    const int reason = ERR_GET_REASON(ERR_peek_last_error());
    return reason > SSL_AD_REASON_OFFSET ? reason - SSL_AD_REASON_OFFSET : -1;
  }

  TemporaryFolder folder;
};

TEST_F(ServerTlsTest, refuses_to_start_without_certificate) {
  settings.tls->certificate = folder.file("none.crt");
  const auto started = make()->start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().kind, ServerError::Kind::kCertificate);
  EXPECT_THAT(started.error().detail, HasSubstr("certificate file"));
}

TEST_F(ServerTlsTest, refuses_old_versions) {
  start();
  EXPECT_EQ(alert(client_context(TLS1_VERSION, TLS1_VERSION).get()), SSL_AD_PROTOCOL_VERSION);
  EXPECT_EQ(alert(client_context(TLS1_1_VERSION, TLS1_1_VERSION).get()), SSL_AD_PROTOCOL_VERSION);
  EXPECT_TRUE(handshake(client_context(TLS1_2_VERSION, TLS1_2_VERSION).get()));
  EXPECT_TRUE(handshake(client_context(TLS1_3_VERSION, TLS1_3_VERSION).get()));
}

TEST_F(ServerTlsTest, refuses_ciphers_without_ephemeral_keys_or_aead) {
  start();
  for (const auto* cipher :
       {"ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "AES128-GCM-SHA256", "DHE-RSA-AES128-GCM-SHA256"}) {
    const auto context = client_context(TLS1_2_VERSION, TLS1_2_VERSION);
    ASSERT_EQ(SSL_CTX_set_cipher_list(context.get(), cipher), 1) << cipher;
    EXPECT_EQ(alert(context.get()), SSL_AD_HANDSHAKE_FAILURE) << cipher;
  }
  const auto context = client_context(TLS1_2_VERSION, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context.get(), "ECDHE-ECDSA-AES128-GCM-SHA256");
  EXPECT_TRUE(handshake(context.get()));
}

TEST_F(ServerTlsTest, refuses_clients_that_speak_other_protocols_only) {
  start();
  const auto offer = [&](std::string_view protocols) {
    const auto context = client_context();
    SSL_CTX_set_alpn_protos(context.get(), reinterpret_cast<const unsigned char*>(protocols.data()),
                            static_cast<unsigned>(protocols.size()));
    auto client = connect_tls();
    if (!client.start_tls(context.get())) return std::string("refused");
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(client.ssl(), &chosen, &size);
    return std::string(reinterpret_cast<const char*>(chosen), size);
  };
  EXPECT_EQ(offer("\x02h2"), "refused");
  EXPECT_EQ(offer("\x02h2\x08http/1.1"), "http/1.1");
}

TEST_F(ServerTlsTest, refuses_renegotiation) {
  start();
  const auto context = client_context(TLS1_2_VERSION, TLS1_2_VERSION);
  auto client = connect_tls();
  ASSERT_TRUE(client.start_tls(context.get()));
  SSL_renegotiate(client.ssl());
  EXPECT_NE(SSL_do_handshake(client.ssl()), 1);
}

TEST_F(ServerTlsTest, refuses_plain_http_on_the_tls_port) {
  start();
  auto client = connect_tls();
  EXPECT_EQ(client.get("/").status, 0);
  while (metrics.counter("cardea_http_tls_handshakes_failed_total", "", {{"listener", "public"}}).value() == 0) {
    std::this_thread::yield();
  }
}

TEST_F(ServerTlsTest, refuses_certificate_that_cannot_be_used_and_keeps_the_old_one) {
  start();
  const auto context = client_context();
  make_test_certificate(folder, "other", 2);
  std::filesystem::copy_file(folder.file("other.crt"), folder.file("server.crt"),
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_FALSE(server->reload_certificates());  // the key is still that of the first
  EXPECT_TRUE(log.contains("certificate_not_loaded"));
  auto client = connect_tls();
  ASSERT_TRUE(client.start_tls(context.get()));
  EXPECT_EQ(serial_of(client.ssl()), 1);
}

TEST_F(ServerTlsTest, changes_certificate_while_connections_live_on) {
  start();
  const auto context = client_context();
  auto old = connect_tls();
  ASSERT_TRUE(old.start_tls(context.get()));
  EXPECT_EQ(old.get("/").status, 200);
  make_test_certificate(folder, "server", 2);
  EXPECT_TRUE(server->reload_certificates());
  auto young = connect_tls();
  ASSERT_TRUE(young.start_tls(context.get()));
  EXPECT_EQ(serial_of(young.ssl()), 2);
  EXPECT_EQ(young.get("/").status, 200);
  EXPECT_EQ(old.get("/").status, 200);
}

TEST_F(ServerTlsTest, takes_only_client_certificates_that_it_trusts) {  // RFC 8705
  make_test_certificate(folder, "known", 7);
  make_test_certificate(folder, "stranger", 8);
  settings.tls->clients = ClientCertificates::kRequest;
  settings.tls->trust_store = folder.file("known.crt");
  handler = [](web::Request& request) -> web::Outcome {
    return web::text_response(200, std::to_string(request.client_certificate.size()));
  };
  start();
  const auto with = [&](const std::string& name) {
    auto context = client_context();
    SSL_CTX_use_certificate_file(context.get(), folder.file(name + ".crt").c_str(), SSL_FILETYPE_PEM);
    SSL_CTX_use_PrivateKey_file(context.get(), folder.file(name + ".key").c_str(), SSL_FILETYPE_PEM);
    return context;
  };
  const auto none = client_context();
  auto anonymous = connect_tls();
  ASSERT_TRUE(anonymous.start_tls(none.get()));
  EXPECT_EQ(anonymous.get("/").body, "0");
  const auto stranger = with("stranger");
  auto refused = connect_tls();
  const bool connected = refused.start_tls(stranger.get());  // TLS 1.3 tells a client only when it reads
  EXPECT_TRUE(!connected || refused.get("/").status == 0);
  const auto known = with("known");
  auto client = connect_tls();
  ASSERT_TRUE(client.start_tls(known.get()));
  EXPECT_NE(client.get("/").body, "0");
  EXPECT_EQ(connect().get("/").body, "0") << "a request object that is used again carries nothing over";
}

TEST_F(ServerTlsTest, serves_requests_and_says_they_are_https) {
  start();
  const auto context = client_context();
  auto client = connect_tls();
  ASSERT_TRUE(client.start_tls(context.get()));
  EXPECT_EQ(client.get("/a").body, "https /a ");
  EXPECT_EQ(connect().get("/a").body, "http /a ");
  const std::string body(60'000, 'b');
  const auto answer = client.ask("POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n" + body);
  EXPECT_EQ(answer.body, "https /b " + body);
  EXPECT_EQ(answer.header("X-Frame-Options"), "SAMEORIGIN");
  EXPECT_FALSE(answer.header("Strict-Transport-Security").empty());
}

TEST_F(ServerTlsTest, serves_pipelined_requests_and_large_bodies) {
  const auto bytes = std::make_shared<const std::string>(1'000'000, 'x');
  handler = [&](web::Request&) -> web::Outcome {
    web::Response response;
    response.body = bytes;
    return response;
  };
  start();
  const auto context = client_context();
  auto client = connect_tls();
  ASSERT_TRUE(client.start_tls(context.get()));
  client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.read_answer().body.size(), bytes->size());
  EXPECT_EQ(client.read_answer().body.size(), bytes->size());
}

TEST_F(ServerTlsTest, says_goodbye_when_the_client_closes) {
  start();
  const auto context = client_context();
  auto client = connect_tls();
  ASSERT_TRUE(client.start_tls(context.get()));
  EXPECT_EQ(client.ask("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").status, 200);
  EXPECT_TRUE(client.is_closed());
  EXPECT_EQ(SSL_get_shutdown(client.ssl()) & SSL_RECEIVED_SHUTDOWN, SSL_RECEIVED_SHUTDOWN);  // close_notify
}

TEST_F(ServerTlsTest, resumes_sessions_with_its_one_ticket) {
  start();
  const auto context = client_context();
  static int tickets;
  tickets = 0;
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_CLIENT);
  SSL_CTX_sess_set_new_cb(context.get(), [](SSL*, SSL_SESSION*) { return ++tickets, 0; });
  auto first = connect_tls();
  ASSERT_TRUE(first.start_tls(context.get()));
  EXPECT_EQ(first.get("/").status, 200);  // the ticket comes with or before it
  EXPECT_EQ(tickets, 1);
  const std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)> session(SSL_get1_session(first.ssl()),
                                                                          SSL_SESSION_free);
  auto second = connect_tls();
  ASSERT_TRUE(second.start_tls(context.get(), session.get()));
  EXPECT_EQ(SSL_session_reused(second.ssl()), 1);
  EXPECT_EQ(second.get("/").status, 200);
}

}  // namespace
}  // namespace cardea::http
