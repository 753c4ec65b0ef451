// A token of another provider that a client shows us, as proof of itself or as that provider's word for somebody (RFC
// 7523, RFC 8693, guides.md G2.6): what is left of it once it was checked. `oidc` asks, `broker` checks, app/wire joins
// them.
#pragma once

#include <string>

#include "base/clock.h"
#include "domain/authorization.h"

namespace cardea {

struct ForeignJwt {
  std::string provider = {};  // alias of the one that vouches
  std::string subject = {};   // its `sub`; of a word for somebody the id of their link to the provider
  TimePoint expires_at{};     // nothing made on its word lives longer
  /// What stands in the database once it was used; empty: it may be used again.
  std::string used_hash = {};
  UpstreamProof proof = {};  // of a word for somebody
};

/// Why it is not taken.
struct ForeignJwtRefusal {
  std::string reason;           // a word for the log
  bool may_pass_later = false;  // the provider cannot be reached now
  std::string said = {};        // what the client is told, where it is told anything
};

}  // namespace cardea
