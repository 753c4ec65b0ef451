// What an access token without a session says behind its id. For one service account, plan, issuer and address that is
// the same text each time: the grant that is asked for most writes it once.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

namespace cardea {

/// The last text and what it stands on. One slot: a service calls from one address as a rule. Safe from any thread.
class WrittenClaims {
 public:
  /// Appends the text made for `grounds`; false, and nothing appended, when the last one was made for others.
  [[nodiscard]] bool append_to(std::string& out, std::string_view grounds) const {
    const std::scoped_lock lock(mutex_);
    if (text_.empty() || grounds != grounds_) return false;
    out.append(text_);
    return true;
  }
  void put(std::string_view grounds, std::string_view text) {
    const std::scoped_lock lock(mutex_);
    grounds_ = grounds;
    text_ = text;
  }

 private:
  mutable std::mutex mutex_;
  std::string grounds_;
  std::string text_;
};

}  // namespace cardea
