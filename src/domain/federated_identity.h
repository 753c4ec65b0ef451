// The link between a person here and who they are at an upstream provider. The provider's id for them is the key: it is
// what the provider proved, never a name or an e-mail address (attack class 7).
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/secret.h"
#include "domain/ids.h"

namespace cardea {

struct FederatedIdentity {
  RealmId realm;
  UserId user;
  std::string provider;     // the alias
  std::string issuer;       // who said so; empty: not known yet, then the first who does
  std::string upstream_id;  // for example the `sub`; at Entra ID `tid` and `oid`
  std::string upstream_name;
  SecretBytes token;  // the provider's token answer, where the realm keeps it; empty: none
  TimePoint created_at{};
  TimePoint last_login_at{};
  // Groups there. FederatedIdentityRepo::set_groups and mark_groups_due alone write these.
  std::string groups_known = {};  // digest of what the provider last said; empty: nothing yet
  TimePoint groups_at{};          // when it was asked for that
  TimePoint groups_due{};         // they are known to be others since; zero: they are not
};

/// Who is linked, without what is sealed.
struct LinkedPerson {
  UserId user;
  std::string upstream_id;
  std::string groups_known;
};

/// Whose word a link rests on is compared without slashes at the end: one more or less makes nobody else of an issuer.
/// The store compares alike.
[[nodiscard]] constexpr bool is_same_issuer(std::string_view one, std::string_view other) {
  const auto bare = [](std::string_view text) { return text.substr(0, text.find_last_not_of('/') + 1); };
  return bare(one) == bare(other);
}

}  // namespace cardea
