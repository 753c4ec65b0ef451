// A client that waits for a person's word elsewhere. A device (RFC 8628) is looked at in a browser by its user code and
// redeemed once by its device code. A backchannel request (OpenID CIBA Core 1.0) names its person from the start, is
// answered by their own device and redeemed once by its auth_req_id. Handles are stored as hashes only.
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
  bool is_used = false;    // the approval was redeemed
  TimePoint settled_at{};  // when the person said so; zero: not yet, or settled by a release that did not write it
  // Set once approved.
  SessionId session;  // none for a backchannel request: its session begins when it is redeemed
  UserId user;        // of a backchannel request from the start
  std::string acr;
};

}  // namespace cardea
