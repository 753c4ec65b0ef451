// Expressions that a person writes: Lua 5.4 (docs/adr/0019). A text of Lua, "return claims.department" or
// "claims.department" alone, sees the documents it is given as global tables and gives a value back.
//
// It reaches nothing else: no files, modules, other code, clock, random numbers or addresses of memory, and no way to
// catch what stops it. It is stopped after so many instructions and so many bytes; each run has an interpreter of its
// own. What a library function costs is bounded with them: there are no patterns, no sorting and no repeating, and no
// block of memory is large (architecture section 4).
//
// Beside Lua's own ipairs, next, pairs, select, tonumber, tostring, type and error there are
//   string  byte char len lower reverse sub upper, and contains split starts_with ends_with trim, which take plain text
//   table   concat insert remove unpack
//   math    abs ceil floor fmod max min tointeger type, maxinteger, mininteger, huge, pi
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace cardea {

struct ExpressionLimits {
  int instructions = 50'000;                  // a library call counts by the size of what it is given
  std::size_t bytes_held = 2 * 1024 * 1024;   // by the interpreter and what it was given
  std::size_t bytes_asked = 8 * 1024 * 1024;  // altogether, whatever was given back
  std::size_t block_bytes = 128 * 1024;       // of one text or table
};
inline constexpr std::size_t kExpressionBytesMax = 16 * 1024;
inline constexpr std::size_t kExpressionValuesMax = 2000;  // of a result, all depths together
inline constexpr int kExpressionDepthMax = 4;              // of a result
inline constexpr std::size_t kExpressionResultBytesMax = 64 * 1024;

enum class ExpressionError {
  kTooLong,        // more than kExpressionBytesMax
  kNotReadable,    // it is no Lua
  kTooManySteps,   // the instructions are used up
  kTooMuchMemory,  // the bytes are, or what it was given does not fit
  kFailed,         // it stopped itself, or asked for what is not there
  kBadResult,      // a function, a table that is neither a list nor an object, a text that is no UTF-8, or too much
};
[[nodiscard]] std::string_view describe(ExpressionError error);

struct ExpressionFailure {
  ExpressionError error = ExpressionError::kFailed;
  std::string message;  // Lua's, with the line; one line, at most 200 bytes. What `error` was called with is in it
};

/// Names and documents, as globals; null members of objects are absent, null in a list is false.
using ExpressionInput = std::vector<std::pair<std::string_view, const json::object*>>;

/// A pure function of its arguments. No value gives null; an empty table is an empty list.
[[nodiscard]] Result<json::value, ExpressionFailure> evaluate_expression(std::string_view source,
                                                                         const ExpressionInput& input,
                                                                         const ExpressionLimits& limits = {});

/// Reads the expression and runs nothing of it: for whoever keeps one. Absent: it can be run.
[[nodiscard]] std::optional<ExpressionFailure> why_not_readable(std::string_view source);

}  // namespace cardea
