// What a browser says about itself (RFC 9110 section 10.1.5), as far as people can use it to tell their sessions apart.
// A guess for display: nothing is ever decided by it.
#pragma once

#include <string>
#include <string_view>

namespace cardea::account {

struct Device {
  std::string system = "Other";           // "Windows", "Linux", "Mac OS X", "Android", "iOS"
  std::string browser = "Other/Unknown";  // "Firefox/128.0"
  bool mobile = false;
};

/// Reads a User-Agent header; what is not known stays "Other".
[[nodiscard]] Device read_user_agent(std::string_view header);

}  // namespace cardea::account
