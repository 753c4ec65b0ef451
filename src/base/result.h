// Errors as values. Every function that can refuse returns Result<T, E>, with E the small error type of its module.
#pragma once

#include <expected>
#include <type_traits>
#include <utility>

namespace cardea {

template <class T, class E>
using Result = std::expected<T, E>;

/// Wraps an error so that it converts to any Result with that error type.
template <class E>
[[nodiscard]] constexpr auto refuse(E&& error) {
  return std::unexpected<std::decay_t<E>>(std::forward<E>(error));
}

}  // namespace cardea
