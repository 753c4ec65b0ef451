// The provider's token answer as it is kept with a link: as it came, and with the moment its access token ends, as
// Keycloak keeps it (`accessTokenExpiration`). Internal to broker.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "broker/endpoint.h"
#include "upstream/code_flow.h"

namespace cardea::broker {

/// Asked anew so long before its end, or an application would get one that ends on its way.
inline constexpr seconds kKeptTokenSlack{5};

[[nodiscard]] std::string kept_answer(const upstream::TokenAnswer& answer, TimePoint now);
/// After a refresh: what the provider left out stays, since not every one rotates. An ID token of a refresh is not
/// looked at, so the one of the sign-in stays as well. `before` when one of the two cannot be read.
[[nodiscard]] std::string renewed_answer(std::string_view before, const upstream::TokenAnswer& answer, TimePoint now);

/// The token answer of a new sign-in, to be kept: with the refresh token that was kept before where it brings none
/// (some providers give one at the first consent alone). Nothing else of the old answer stays.
[[nodiscard]] SecretBytes with_refresh_token_of(std::string_view kept, std::string_view fresh);

/// The link that holds it; absent: there is none.
[[nodiscard]] Stored<std::optional<FederatedIdentity>> find_kept(Rows& rows, const Dependencies& dependencies,
                                                                 const UserId& user, std::string_view alias);

/// Empty: it holds none.
[[nodiscard]] std::string refresh_token_of(std::string_view kept);
/// Its access token has ended, as far as the provider said when it ends.
[[nodiscard]] bool has_ended(std::string_view kept, TimePoint now);

}  // namespace cardea::broker
