// Something handed out by us that is good for a number of uses until it ends: the handle of a pushed request (RFC
// 9126), an initial access token and a registration access token (RFC 7591 section 1.2, RFC 7592), and what an upstream
// provider proved while it waits to be linked. Only its hash is stored.
#pragma once

#include <string>

#include "base/clock.h"
#include "domain/ids.h"

namespace cardea {

/// Stored as numbers, which never change meaning.
enum class TicketKind {
  kPushedRequest = 0,
  kInitialAccess = 1,
  kRegistration = 2,
  kUpstreamLogin = 3,
  kResetLink = 4,
};
inline constexpr TicketKind kLastTicketKind = TicketKind::kResetLink;

struct Ticket {
  std::string hash;  // base64url SHA-256 of what was handed out
  RealmId realm;
  TicketKind kind = TicketKind::kPushedRequest;
  std::string content;  // what it stands for, in the words of its kind
  int uses = 1;         // when it was made
  int uses_left = 1;
  TimePoint created_at{};
  TimePoint expires_at{};
};

}  // namespace cardea
