#include "app/descriptors.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <limits>

#include "base/limits.h"

namespace cardea::app {

std::size_t raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const auto before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = before;
  return limit.rlim_cur == RLIM_INFINITY ? std::numeric_limits<std::size_t>::max() : limit.rlim_cur;
}

std::optional<std::string> descriptor_warning(std::size_t limit) {
  if (limit >= kConnectionsMax) return std::nullopt;
  return fmt::format(
      "This process may open {} files; connections beyond that are refused. Allow {} for all that the server can hold "
      "(ulimit -Hn, or LimitNOFILE in the systemd unit).",
      limit, kConnectionsMax);
}

}  // namespace cardea::app
