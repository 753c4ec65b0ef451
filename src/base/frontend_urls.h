// The addresses that realms have of their own (realm attribute `frontendUrl`, keycloak.md section 1.2), by realm name:
// kept apart from the settings cache, since what is dropped from that for a moment must not move an issuer. Whoever
// loads a realm says what it has; whoever makes URLs asks. Safe from any thread.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>

namespace cardea {

class FrontendUrls {
 public:
  /// `url`: without trailing slash; empty: the realm has none.
  void set(std::string_view realm, std::string url) {
    if (url.empty() && is_empty()) return;
    const std::unique_lock lock(mutex_);
    if (url.empty()) {
      if (const auto found = urls_.find(realm); found != urls_.end()) urls_.erase(found);
    } else {
      urls_.insert_or_assign(std::string(realm), std::move(url));
    }
    is_empty_.store(urls_.empty(), std::memory_order_release);
  }
  [[nodiscard]] std::optional<std::string> find(std::string_view realm) const {
    if (is_empty()) return std::nullopt;
    const std::shared_lock lock(mutex_);
    const auto found = urls_.find(realm);
    return found == urls_.end() ? std::nullopt : std::optional(found->second);
  }
  /// No realm has one: nearly always, and then nothing is locked.
  [[nodiscard]] bool is_empty() const { return is_empty_.load(std::memory_order_acquire); }

 private:
  mutable std::shared_mutex mutex_;
  std::map<std::string, std::string, std::less<>> urls_;
  std::atomic<bool> is_empty_ = true;
};

}  // namespace cardea
