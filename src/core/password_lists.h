// Passwords that too many people have: the lists that `passwordBlacklist(NAME)` of a realm's policy names (keycloak.md
// section 3.10), files of one password in each line. Read once at the start; a list is kept as a hash of each line, 8
// bytes, so that ten million of them fit into 80 MB.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cardea {

class PasswordList {
 public:
  /// `text`: UTF-8, a password in each line; case is not looked at, empty lines are passed over.
  [[nodiscard]] static PasswordList parse(std::string_view text);
  /// In any case, as Keycloak does. A password that is on no list is taken for one that is with a chance of less than
  /// one in 10^11.
  [[nodiscard]] bool contains(std::string_view password) const;
  [[nodiscard]] std::size_t size() const { return hashes_.size(); }

 private:
  std::vector<std::uint64_t> hashes_;  // sorted
};

/// By the name of the file.
using PasswordLists = std::map<std::string, PasswordList, std::less<>>;

}  // namespace cardea
