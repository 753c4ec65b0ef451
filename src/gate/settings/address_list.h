// IP addresses and networks as an operator lists them: "192.0.2.7", "2001:db8::/32".
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cardea::gate {

class AddressList {
 public:
  /// False: it is no address and no network.
  [[nodiscard]] bool add(std::string_view text);
  /// `address` as web::Request::remote_address has it. What is no address is in no list.
  [[nodiscard]] bool contains(std::string_view address) const;
  [[nodiscard]] bool empty() const { return networks_.empty(); }
  /// As they were added.
  [[nodiscard]] const std::vector<std::string>& texts() const { return texts_; }

 private:
  using Bytes = std::array<std::uint8_t, 16>;  // IPv4 as ::ffff:a.b.c.d
  struct Network {
    Bytes first;
    int bits;
  };
  std::vector<Network> networks_;
  std::vector<std::string> texts_;
};

}  // namespace cardea::gate
