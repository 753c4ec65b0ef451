// TLS 1.2 and 1.3 (RFC 9325) by OpenSSL directly on the descriptor: no second copy of the bytes, and an idle connection
// keeps no record buffers, which a stream class with its pair of 17 kB buffers would.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"
#include "http/settings.h"
#include "http/transport.h"

using SSL_CTX = struct ssl_ctx_st;

namespace cardea::http {

enum class TlsProblem {
  kCertificateUnreadable,
  kKeyUnreadable,  // also: has a passphrase
  kKeyOfOtherCertificate,
  kTrustStoreUnreadable,
  kLibrary,
};

struct TlsError {
  TlsProblem problem;
  std::string detail = {};  // OpenSSL's words, for the log; never key material
};

[[nodiscard]] std::string_view describe(TlsProblem problem);

/// What new connections are set up with: TLS 1.2 with ECDHE and AEAD or TLS 1.3, ALPN http/1.1, one session ticket.
/// Files can be loaded anew while connections live on with what they have. Safe from any thread.
class TlsServer {
 public:
  TlsServer();
  ~TlsServer();

  /// Loads and checks both files. On failure what was loaded before stays in use.
  [[nodiscard]] Result<void, TlsError> load(const TlsFiles& files);
  /// A transport for a new connection; nothing if the library has no memory. Not before a successful load.
  [[nodiscard]] std::unique_ptr<Transport> accept(int descriptor);

 private:
  struct Free {
    void operator()(SSL_CTX* context) const;
  };

  std::mutex mutex_;
  std::unique_ptr<SSL_CTX, Free> context_;
};

}  // namespace cardea::http
