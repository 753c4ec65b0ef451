// A browser single-sign-on session, and the share of each client in it. Rows, one each; never one per token
// (architecture section 3).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "domain/ids.h"

namespace cardea {

/// Notes of a session that another provider vouched for, the first two as Keycloak has them.
inline constexpr std::string_view kProviderNote = "identity_provider";  // alias
inline constexpr std::string_view kUpstreamNameNote = "identity_provider_identity";
inline constexpr std::string_view kUpstreamIssuerNote = "upstream_iss";
inline constexpr std::string_view kUpstreamSubjectNote = "upstream_sub";
inline constexpr std::string_view kUpstreamSidNote = "upstream_sid";
/// What the provider's mappers say is kept under names that begin so: it never passes for a note of ours, and goes with
/// the proof it came by.
inline constexpr std::string_view kMappedNotePrefix = "mapped:";

struct UserSession {
  SessionId id;  // `sid`; 24 base64url characters
  RealmId realm;
  UserId user;
  TimePoint started_at{};
  TimePoint last_seen{};       // written when a quarter of the idle time has passed
  std::int64_t auth_time = 0;  // epoch seconds of the last active authentication; 0: none (password grant)
  bool remember_me = false;
  bool offline = false;  // stands beside or instead of the browser's session (scope offline_access); its own lifespans
  std::string ip_address;
  std::map<std::string, std::string> notes;  // user session notes, read by mappers

  [[nodiscard]] std::string_view note(std::string_view name) const {  // empty when absent
    const auto found = notes.find(std::string(name));
    return found == notes.end() ? std::string_view() : std::string_view(found->second);
  }
};

/// One line of refresh tokens that follow each other: each login of a client in one browser session (a tab, a window)
/// begins its own. Kept while rotation is on (realm setting revokeRefreshToken).
struct RefreshChain {
  std::string refresh_id;           // jti of the refresh token that counts as current; empty: none issued yet
  std::string previous_refresh_id;  // the one before, honoured once more for kRefreshGrace when the answer got lost
  TimePoint rotated_at{};
  int use_count = 0;  // how often the current one was used
};

struct ClientSession {
  SessionId session;
  ClientId client;
  TimePoint started_at{};
  std::string scope;  // granted at the last authorization, "openid" included

  // The family of refresh tokens is this row: deleting it revokes every token of every chain.
  RefreshChain chain;                      // the one used last
  std::vector<RefreshChain> other_chains;  // newest first; empty while rotation is off

  // What the application's adapter calls its own session, and the host it stands on, in its words: at its Admin URL it
  // is told by this name that the session ended (keycloak.md section 1.14). Empty: it said none.
  std::string adapter_session;
  std::string adapter_host;

  /// What the last authorization asked for by name (AuthorizationRequest::claims), for mappers that say it; empty:
  /// nothing.
  std::string claims;
};

}  // namespace cardea
