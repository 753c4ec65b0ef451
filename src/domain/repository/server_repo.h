// Rows of the server itself: the wrapped data key and markers such as "bootstrapped".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/repository/store.h"

namespace cardea {

class ServerRepo {
 public:
  virtual ~ServerRepo() = default;
  virtual Stored<std::optional<std::string>> find(Rows& rows, std::string_view name) = 0;
  /// kConflict when the name is taken: of two nodes starting at once, one wins.
  virtual Stored<void> insert(Tx& tx, std::string_view name, std::string_view value) = 0;
};

}  // namespace cardea
