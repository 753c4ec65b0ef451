// Paths that name no realm (authentik's: /source/..., /application/o/...) are a realm's by the host they are asked at.
// A realm that wants them has the attribute `authentikPaths` = "true"; its host is that of its own address
// (`frontendUrl`), or every host that is no other realm's. Two of one host would let a callback be led to another
// realm's provider of the same alias (mix-up, attack class 8): then neither has them, and the server does not start.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/repository/repositories.h"

namespace cardea {

inline constexpr std::string_view kSourcePaths = "authentikPaths";

/// "host[:port]" of a URL as claims are compared: lower case, without a default port. Empty: it is no such URL.
[[nodiscard]] std::string host_of_url(std::string_view url);

/// The host at which the realm wants these paths; "": every host that is nobody's own. Absent: it does not want them.
[[nodiscard]] std::optional<std::string> source_host(const Realm& realm);

/// What realms say of hosts: id, name, `enabled` and attributes of each, and nothing else.
[[nodiscard]] Stored<std::vector<Realm>> realms_for_claims(Rows& rows, const Repositories& repositories);

/// The one realm of `realms` whose claim meets that of `realm`; null: none. `server_host`: where realms without an
/// address of their own are, as host_of_url says it; empty: wherever they are asked.
[[nodiscard]] const Realm* find_rival(const Realm& realm, const std::vector<Realm>& realms,
                                      std::string_view server_host);

/// Two of `realms` whose claims meet; null twice: there are none. In one pass: there may be many realms.
[[nodiscard]] std::pair<const Realm*, const Realm*> find_two_claims(const std::vector<Realm>& realms,
                                                                    std::string_view server_host);

}  // namespace cardea
