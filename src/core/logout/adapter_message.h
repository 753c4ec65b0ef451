// What an application's adapter is told at its Admin URL, signed, as Keycloak's adapters expect it (keycloak.md
// sections 1.14, 6.8 and 9.4): that a session ended, that tokens from before a time are good no more, and whether
// somebody is there. An application may stand on several hosts, its nodes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/settings.h"
#include "core/token/issue_token.h"

namespace cardea {

inline constexpr std::size_t kNodesMax = 50;                 // of one client
inline constexpr std::size_t kAdapterSessionBytesMax = 255;  // of the name an adapter gives its session
/// Stands in Admin URLs for the host that a session's adapter named.
inline constexpr std::string_view kHostOfNode = "${application.session.host}";

struct AdapterMessage {
  std::string id;
  std::string_view action;  // "LOGOUT", "PUSH_NOT_BEFORE", "TEST_AVAILABILITY"
  std::optional<std::int64_t> not_before{};
  std::vector<std::string> adapter_sessions{};  // for LOGOUT; none: all of them
  std::vector<std::string> sessions{};          // our ids of the same
};

/// kNoKey: the realm cannot sign.
[[nodiscard]] Result<std::string, IssueError> make_adapter_message(const RealmEntry& realm, const Client& client,
                                                                   const AdapterMessage& message, TimePoint now);

/// A host, with a port or without, and nothing that could lead elsewhere.
[[nodiscard]] bool is_node(std::string_view text);

/// The hosts that the client's record lists, at most kNodesMax.
[[nodiscard]] std::vector<std::string> nodes_of(const Client& client);

/// The Admin URL made absolute, without a '/' at its end; at `node` unless that is empty. Empty: the client has none,
/// or one that only a node completes.
[[nodiscard]] std::string adapter_url(const Client& client, std::string_view server_base, std::string_view node);

/// The Admin URL, once for each node.
[[nodiscard]] std::vector<std::string> adapter_urls(const Client& client, std::string_view server_base);

}  // namespace cardea
