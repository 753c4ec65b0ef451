// A token of another provider that a client shows us as proof of itself (RFC 7523 section 3, guides.md G2.6): what is
// left of it once it was checked. `oidc` asks, `broker` checks, app/wire joins them.
#pragma once

#include <string>

#include "base/clock.h"

namespace cardea {

struct ForeignJwt {
  std::string provider;  // alias of the one that vouches
  std::string subject;
  TimePoint expires_at{};  // nothing made on its word lives longer
  /// What stands in the database once it was used; empty: it may be used again.
  std::string used_hash;
};

/// Why it is not taken.
struct ForeignJwtRefusal {
  std::string reason;           // a word for the log
  bool may_pass_later = false;  // the provider cannot be reached now
};

}  // namespace cardea
