#include "http/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <climits>

#include "base/assert.h"
#include "base/limits.h"
#include "http/socket_io.h"

namespace cardea::http {
namespace {

// RFC 9325 section 4.2: ephemeral keys and AEAD only. For TLS 1.3 the library's own list is right.
constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* kGroups = "X25519:P-256:P-384";
constexpr std::string_view kProtocol = "\x08http/1.1";
constexpr std::string_view kSessionContext = "cardea";

std::string library_error() {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_peek_last_error(), text.data(), text.size());
  ERR_clear_error();
  return text.data();
}

// Without this the library would ask for a passphrase on the terminal and wait.
int no_passphrase(char*, int, int, void*) { return -1; }

// RFC 7301: a client that offers protocols, but not ours, is told so.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
                    unsigned int offered_size, void*) {
  unsigned char* chosen = nullptr;
  const auto* ours = reinterpret_cast<const unsigned char*>(kProtocol.data());
  const auto found = SSL_select_next_proto(&chosen, out_size, ours, kProtocol.size(), offered, offered_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

bool set_up(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context,
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);  // tickets only: sessions cost no memory here
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);
  const auto* id = reinterpret_cast<const unsigned char*>(kSessionContext.data());
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, kCiphers) == 1 && SSL_CTX_set1_groups_list(context, kGroups) == 1 &&
         SSL_CTX_set_num_tickets(context, 1) == 1 &&
         SSL_CTX_set_session_id_context(context, id, kSessionContext.size()) == 1;
}

bool ask_for_certificates(SSL_CTX* context, const TlsFiles& files) {
  if (files.clients == ClientCertificates::kNone) return true;
  auto* names = SSL_load_client_CA_file(files.trust_store.c_str());
  if (names == nullptr) return false;
  SSL_CTX_set_client_CA_list(context, names);  // owns them now
  // A certificate that stands in the store itself needs no authority above it.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
  const bool required = files.clients == ClientCertificates::kRequired;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
  return SSL_CTX_load_verify_file(context, files.trust_store.c_str()) == 1;
}

class TlsTransport final : public Transport {
 public:
  TlsTransport(SSL* ssl, int descriptor) : ssl_(ssl), descriptor_(descriptor) {}
  ~TlsTransport() override { SSL_free(ssl_); }
  TlsTransport(const TlsTransport&) = delete;
  TlsTransport& operator=(const TlsTransport&) = delete;

  IoResult handshake() override {
    ERR_clear_error();
    return result(SSL_do_handshake(ssl_), 0);
  }

  IoResult read(std::span<char> into) override {
    ERR_clear_error();
    std::size_t got = 0;
    const int ok = SSL_read_ex(ssl_, into.data(), into.size(), &got);
    return result(ok, got);
  }

  // One record at a time: SSL_write_ex with partial writes returns after each.
  IoResult write(std::string_view first, std::string_view second) override {
    ERR_clear_error();
    const auto part = first.empty() ? second : first;
    std::size_t sent = 0;
    const int ok = SSL_write_ex(ssl_, part.data(), part.size(), &sent);
    return result(ok, sent);
  }

  [[nodiscard]] bool has_buffered() const override { return SSL_has_pending(ssl_) == 1; }

  [[nodiscard]] std::string peer_certificate() const override {
    const auto* certificate = SSL_get0_peer_certificate(ssl_);
    if (certificate == nullptr || SSL_get_verify_result(ssl_) != X509_V_OK) return {};
    unsigned char* der = nullptr;
    const int size = i2d_X509(certificate, &der);
    if (size <= 0) return {};
    std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return out;
  }

  void end_writing() override {
    ERR_clear_error();
    if (SSL_is_init_finished(ssl_) == 1) (void)SSL_shutdown(ssl_);
    (void)::shutdown(descriptor_, SHUT_WR);
  }

  IoResult discard(std::span<char> scratch) override { return receive(descriptor_, scratch); }

 private:
  [[nodiscard]] IoResult result(int returned, std::size_t bytes) {
    if (returned == 1) return {IoStatus::kDone, bytes};
    switch (SSL_get_error(ssl_, returned)) {
      case SSL_ERROR_WANT_READ:
        return {IoStatus::kWantRead};
      case SSL_ERROR_WANT_WRITE:
        return {IoStatus::kWantWrite};
      default:
        return {IoStatus::kClosed};
    }
  }

  SSL* ssl_;
  int descriptor_;
};

}  // namespace

std::string_view describe(TlsProblem problem) {
  switch (problem) {
    case TlsProblem::kCertificateUnreadable:
      return "the certificate file cannot be read or holds no certificate";
    case TlsProblem::kKeyUnreadable:
      return "the key file cannot be read, holds no key, or has a passphrase";
    case TlsProblem::kKeyOfOtherCertificate:
      return "the key does not belong to the certificate";
    case TlsProblem::kTrustStoreUnreadable:
      return "the trust store cannot be read or holds no certificate";
    case TlsProblem::kLibrary:
      return "the TLS library refuses the settings";
  }
  return "";
}

void TlsServer::Free::operator()(SSL_CTX* context) const { SSL_CTX_free(context); }

TlsServer::TlsServer() = default;
TlsServer::~TlsServer() = default;

Result<void, TlsError> TlsServer::load(const TlsFiles& files) {
  ERR_clear_error();
  std::unique_ptr<SSL_CTX, Free> context(SSL_CTX_new(TLS_server_method()));
  const auto refuse_with = [](TlsProblem problem) { return refuse(TlsError{problem, library_error()}); };
  if (!context || !set_up(context.get())) return refuse_with(TlsProblem::kLibrary);
  if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1) {
    return refuse_with(TlsProblem::kCertificateUnreadable);
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    const auto reason = ERR_GET_REASON(ERR_peek_last_error());
    const bool mismatch = reason == X509_R_KEY_VALUES_MISMATCH || reason == X509_R_KEY_TYPE_MISMATCH;
    return refuse_with(mismatch ? TlsProblem::kKeyOfOtherCertificate : TlsProblem::kKeyUnreadable);
  }
  if (SSL_CTX_check_private_key(context.get()) != 1) return refuse_with(TlsProblem::kKeyOfOtherCertificate);
  if (!ask_for_certificates(context.get(), files)) return refuse_with(TlsProblem::kTrustStoreUnreadable);
  const std::scoped_lock lock(mutex_);
  context_.swap(context);  // connections that live keep their reference to the old one
  return {};
}

std::unique_ptr<Transport> TlsServer::accept(int descriptor) {
  SSL* ssl = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    CARDEA_ASSERT(context_ != nullptr);
    ssl = SSL_new(context_.get());
  }
  if (ssl == nullptr || SSL_set_fd(ssl, descriptor) != 1) {
    SSL_free(ssl);
    return nullptr;
  }
  SSL_set_accept_state(ssl);
  return std::make_unique<TlsTransport>(ssl, descriptor);
}

}  // namespace cardea::http
