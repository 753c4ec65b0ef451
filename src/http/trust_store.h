// The certificate authorities that outbound TLS believes: the system's, and those of `truststore-paths`. The operator's
// are read at start, so that a wrong path stops it; the system's, some hundred kilobytes of PEM, when first needed, so
// that a server that calls nobody neither waits for them nor keeps them. Who is not in it is not called; there is no
// switch that turns the check off (attack class 31).
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

  /// The store, complete; any thread may ask. The first call reads the system's authorities.
  [[nodiscard]] X509_STORE* get() const;

 private:
  struct State;
  struct Free {
    void operator()(State* state) const;
  };
  explicit TrustStore(State* state) : state_(state) {}

  std::unique_ptr<State, Free> state_;
};

}  // namespace cardea::http
