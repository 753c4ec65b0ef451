// A device that waits for a person (RFC 8628): asked for by a client, looked at in a browser by its user code, redeemed
// once by its device code. Both are stored as hashes only.
#pragma once

#include <string>

#include "base/clock.h"
#include "domain/authorization.h"
#include "domain/ids.h"

namespace cardea {

enum class DeviceState { kPending, kApproved, kDenied };

struct DeviceCode {
  std::string hash;            // base64url SHA-256 of the device code
  std::string user_code_hash;  // the same of the user code
  RealmId realm;
  ClientId client;
  std::string scope;           // as granted, should the person agree
  std::string code_challenge;  // RFC 7636 on top; empty: none
  ChallengeMethod challenge_method = ChallengeMethod::kS256;
  seconds interval{5};    // what the client must wait between two polls; grows with each slow_down
  TimePoint polled_at{};  // zero: not yet
  TimePoint expires_at{};

  DeviceState state = DeviceState::kPending;
  bool is_used = false;  // the approval was redeemed
  // Set once approved.
  SessionId session;
  UserId user;
  std::string acr;
};

}  // namespace cardea
