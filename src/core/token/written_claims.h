// What an access token without a session says behind its id. For one service account, plan, issuer and address that is
// the same text each time: the grant that is asked for most writes and encodes it once.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "base/encoding.h"

namespace cardea {

/// The last text and what it stands on. One slot: a service calls from one address as a rule. Safe from any thread.
class WrittenClaims {
 public:
  /// Appends `front` and the text made for `grounds` to `out`, as one base64url text (RFC 7515 section 2). False, and
  /// nothing appended, when the last text was made for others.
  [[nodiscard]] bool append_encoded(std::string& out, std::string front, std::string_view grounds) const {
    const std::scoped_lock lock(mutex_);
    const auto spare = bytes_to_full_groups(front.size());
    if (encoded_.empty() || spare != start_.size() || grounds != grounds_) return false;
    base64url_append(out, front.append(start_));
    out.append(encoded_);
    return true;
  }
  /// `front_bytes`: how long what stands in front of the text is; it hardly ever changes.
  void put(std::string_view grounds, std::string_view text, std::size_t front_bytes) {
    const auto spare = bytes_to_full_groups(front_bytes);
    if (text.size() <= spare) return;
    auto encoded = base64url_encode(text.substr(spare));
    const std::scoped_lock lock(mutex_);
    grounds_ = grounds;
    start_ = text.substr(0, spare);
    encoded_ = std::move(encoded);
  }

 private:
  // base64 takes three bytes at a time: what follows a whole number of groups is encoded by itself.
  static std::size_t bytes_to_full_groups(std::size_t bytes) { return (3 - bytes % 3) % 3; }

  mutable std::mutex mutex_;
  std::string grounds_;
  std::string start_;
  std::string encoded_;
};

}  // namespace cardea
