// What a provider proved and waits for the sign-in of the account's owner, as it stands sealed in a ticket, and the
// link that comes of it. Internal to broker.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "broker/account.h"

namespace cardea::broker {

struct PendingLink {
  UserId user;
  std::string tab_id;
  UpstreamIdentity identity;
  std::string token_text;
};
/// Of the ticket with this handle; what is sealed for one opens at no other.
[[nodiscard]] std::string pending_place(const RealmId& realm, std::string_view handle);
[[nodiscard]] std::string seal_pending(const crypto::Sealer& sealer, const std::string& place,
                                       const PendingLink& pending);
[[nodiscard]] std::optional<PendingLink> open_pending(const crypto::Sealer& sealer, const std::string& place,
                                                      std::string_view text);

/// Where a link is stored, and the request that asks for it.
struct LinkPlace {
  const RealmEntry& realm;
  const IdentityProvider& provider;
  std::string_view correlation_id;
};
/// Stores the link and what the mappers say of it (`mapped`, as of a first login). kConflict: the identity or the
/// account is linked already.
[[nodiscard]] Stored<void> store_link(Tx& tx, const Dependencies& dependencies, const LinkPlace& place,
                                      const PendingLink& link, const Mapped& mapped);

}  // namespace cardea::broker
