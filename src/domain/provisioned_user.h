// What an upstream provider says of a person by SCIM (RFC 7643), beside the account: one row for each account and
// provider. Whom it made, and who is linked to the provider, is within the reach of its SCIM client, and nobody else.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/json.h"
#include "domain/ids.h"

namespace cardea {

struct ProvisionedUser {
  RealmId realm;
  UserId user;
  std::string provider;     // the alias
  std::string external_id;  // the client's own id; empty: it has not said one
  std::string user_name;    // as the client writes it; compared without regard to ASCII case
  bool is_made = false;     // the account was made by SCIM; else it was there before
  bool is_stopped = false;  // SCIM disabled it: only then may SCIM enable it again
  json::object document;    // what the client said that has no place in the account
  TimePoint created_at{};
  TimePoint changed_at{};
};

}  // namespace cardea
