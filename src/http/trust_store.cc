#include "http/trust_store.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <filesystem>
#include <mutex>

#include "base/assert.h"

namespace cardea::http {
namespace {

namespace fs = std::filesystem;

/// Adds every certificate of a file; how many.
int add_file(X509_STORE* store, const std::string& path) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> file(BIO_new_file(path.c_str(), "r"), BIO_free);
  int added = 0;
  while (file) {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        PEM_read_bio_X509_AUX(file.get(), nullptr, nullptr, nullptr), X509_free);
    if (!certificate) break;
    added += X509_STORE_add_cert(store, certificate.get());
  }
  ERR_clear_error();  // the end of the file is an error to this reader
  return added;
}

}  // namespace

struct TrustStore::State {
  State() : store(X509_STORE_new(), X509_STORE_free) { CARDEA_ASSERT(store != nullptr); }

  std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> store;
  std::once_flag system_read;
};

void TrustStore::Free::operator()(State* state) const { delete state; }

X509_STORE* TrustStore::get() const {
  auto* store = state_->store.get();
  std::call_once(state_->system_read, [store] {
    X509_STORE_set_default_paths(store);
    ERR_clear_error();
  });
  return store;
}

Result<TrustStore, std::string> TrustStore::load(const std::vector<std::string>& paths) {
  TrustStore trust(new State);
  auto* const store = trust.state_->store.get();
  // One's own intermediate authority, or a server's own certificate, may be the anchor.
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  for (const auto& path : paths) {
    std::vector<std::string> files = {path};
    std::error_code error;
    if (fs::is_directory(path, error)) {
      files.clear();
      for (const auto& entry : fs::directory_iterator(path, error)) {
        if (entry.is_regular_file(error)) files.push_back(entry.path().string());
      }
      if (error) return refuse("truststore-paths: cannot read the folder " + path);
    }
    for (const auto& file : files) {
      if (add_file(store, file) == 0) return refuse("truststore-paths: there is no PEM certificate in " + file);
    }
  }
  return trust;
}

}  // namespace cardea::http
