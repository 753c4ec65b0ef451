// The two system-call wrappers that both transports need.
#pragma once

#include <span>

#include "http/transport.h"

namespace cardea::http {

[[nodiscard]] bool would_block(int error);
/// recv without blocking; zero bytes are the end.
[[nodiscard]] IoResult receive(int descriptor, std::span<char> into);

}  // namespace cardea::http
