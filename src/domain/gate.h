// What a gate keeps beyond its process: who is signed in at an application behind it, and whom it has
// met in tokens. Rows, so that a restart and a second node know them too.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"

namespace cardea {

/// A session at one application, by the hash of the handle that the browser holds.
struct GateSessionRow {
  std::string hash;
  std::string application;
  std::string issuer;
  std::string subject;
  std::string sid;           // the provider's; empty: it names none
  std::int64_t version = 1;  // raised when the document is replaced
  TimePoint used_at{};       // written now and then, see GateSessionRepo::touch
  TimePoint ends_at{};       // whatever the provider says
  SecretBytes document;      // tokens and claims; sealed at rest
};

/// A token that was logged out, by its digest; or that counts once at an application and did, by
/// "once/<application>/<digest>".
struct GateRevocation {
  std::string digest;
  TimePoint expires_at{};
  TimePoint added_at{};
};

/// Somebody whom an application's gate has met, and the groups that their tokens named last.
struct GatePerson {
  std::string application;
  std::string provider;
  std::string subject;
  std::string name;
  std::vector<std::string> groups;
  TimePoint seen_at{};
};

}  // namespace cardea
