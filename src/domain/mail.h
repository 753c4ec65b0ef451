// A mail that waits to be sent. A row of the outbox: written in the transaction of what it tells of, sealed (its link
// is as good as a password for a while), sent by whichever node leases it, never by a request.
#pragma once

#include <string>

#include "base/clock.h"
#include "domain/ids.h"

namespace cardea {

struct Mail {
  std::string id;  // UUID
  RealmId realm;   // whose mail server sends it
  std::string realm_name;
  std::string to;  // an address, checked when it is sent
  std::string subject;
  std::string text;  // UTF-8; lines end in \n
  std::string html;
  TimePoint created_at{};
  TimePoint expires_at{};  // its link is of no use afterwards, and it is not sent any more
  int attempts = 0;        // leases so far
};

/// Leases of one mail before it is given up.
inline constexpr int kMailAttemptsMax = 6;
/// After the n-th lease the mail may be leased again n times this much later.
inline constexpr seconds kMailRetry{30};

}  // namespace cardea
