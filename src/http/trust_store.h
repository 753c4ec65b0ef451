// The certificate authorities that outbound TLS believes: the system's, and those of `truststore-paths`. Loaded once,
// at start. Who is not in it is not called; there is no switch that turns the check off (attack class 31).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

using X509_STORE = struct x509_store_st;

namespace cardea::http {

class TrustStore {
 public:
  /// `paths`: PEM files, and folders whose files are PEM. The error is a sentence for the operator: a path that cannot
  /// be read, or a file without a certificate.
  [[nodiscard]] static Result<TrustStore, std::string> load(const std::vector<std::string>& paths);

  [[nodiscard]] X509_STORE* get() const { return store_.get(); }

 private:
  struct Free {
    void operator()(X509_STORE* store) const;
  };
  explicit TrustStore(X509_STORE* store) : store_(store) {}

  std::unique_ptr<X509_STORE, Free> store_;
};

}  // namespace cardea::http
