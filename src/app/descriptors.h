// Open files of this process: a connection needs one each. A shell gives 1024 by default, which would end a server far
// below the connections it is made for (kConnectionsMax); what the system allows at most is taken at start.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace cardea::app {

/// Raises the soft limit of open files to the hard one (setrlimit(2), RLIMIT_NOFILE). Returns what is in force then.
std::size_t raise_descriptor_limit();

/// What an operator should know about that limit; absent when it is enough for kConnectionsMax.
[[nodiscard]] std::optional<std::string> descriptor_warning(std::size_t limit);

}  // namespace cardea::app
