// Why the store did not do what was asked. What a caller answers is decided at the edge (anchors B6).
#pragma once

#include <string_view>

namespace cardea {

enum class StoreError {
  kConflict,     // a unique name is taken, or a guarded statement found its row gone
  kBusy,         // too much to do; try again
  kUnavailable,  // the database cannot be reached
  kUnknown,      // connection lost during COMMIT: may or may not have happened; never re-run blindly
  kCorrupt,      // a row or a sealed value does not read back
};

[[nodiscard]] constexpr std::string_view describe(StoreError error) {
  switch (error) {
    case StoreError::kConflict:
      return "conflict";
    case StoreError::kBusy:
      return "busy";
    case StoreError::kUnavailable:
      return "unavailable";
    case StoreError::kUnknown:
      return "outcome_unknown";
    case StoreError::kCorrupt:
      return "corrupt";
  }
  return "?";
}

}  // namespace cardea
