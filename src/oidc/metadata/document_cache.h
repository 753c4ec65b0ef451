// Documents that depend on a realm's settings and the base URL alone, kept as bytes: discovery is built once and then
// served at the speed of a static file (architecture section 4).
#pragma once

#include <functional>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/settings.h"

namespace cardea::oidc {

/// Safe from any thread. Holds at most kDocumentsMax documents: without a configured hostname the base URL comes from
/// the request, so their number is in the hands of strangers.
class DocumentCache {
 public:
  using Build = std::function<std::string(const RealmEntry&, std::string_view base_url)>;
  static constexpr std::size_t kDocumentsMax = 4096;

  explicit DocumentCache(Build build) : build_(std::move(build)) {}

  /// The document of exactly this entry and base URL; built when it is not there. A newer entry of the same realm gets
  /// its own document, and the old one is dropped with the next that is added under its key.
  [[nodiscard]] std::shared_ptr<const std::string> get(const std::shared_ptr<const RealmEntry>& realm,
                                                       std::string_view base_url);
  [[nodiscard]] std::size_t size() const;

 private:
  struct Document {
    std::weak_ptr<const RealmEntry> realm;  // which entry it was built from; does not keep it alive
    std::string base_url;
    std::shared_ptr<const std::string> bytes;
  };

  Build build_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::size_t, Document> documents_;  // by hash of realm name and base URL
};

}  // namespace cardea::oidc
