// CARDEA_ASSERT(condition): a bug trap, active in every build. Never for bad input, which is a Result.
#pragma once

namespace cardea {

/// Writes the failed condition to standard error and aborts the process.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace cardea

#define CARDEA_ASSERT(condition) \
  (static_cast<bool>(condition) ? void() : ::cardea::assertion_failed(#condition, __FILE__, __LINE__))
