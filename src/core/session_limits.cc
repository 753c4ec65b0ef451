#include "core/session_limits.h"

#include <algorithm>

#include "base/text.h"
#include "core/logout/end_session.h"
#include "core/session.h"

namespace cardea {
namespace {

constexpr std::string_view kAuthenticator = "user-session-limits";

int number_of(const FlowStep& step, const std::string& name) {
  const auto found = step.config.find(name);
  if (found == step.config.end() || found->second.empty()) return 3;
  const auto number = parse_integer<int>(found->second);
  return number && *number >= 0 ? *number : 1;
}

SessionLimits read(const FlowStep& step) {
  SessionLimits limits{.in_realm = number_of(step, "userRealmLimit"),
                       .at_client = number_of(step, "userClientLimit"),
                       .ends_oldest = false,
                       .message = {}};
  if (const auto found = step.config.find("behavior"); found != step.config.end()) {
    limits.ends_oldest = found->second == "Terminate oldest session";
  }
  if (const auto found = step.config.find("errorMessage"); found != step.config.end()) limits.message = found->second;
  return limits;
}

using Sessions = std::vector<UserSession>;

Stored<bool> has_share(Tx& tx, const Repositories& repositories, const SessionId& session, const ClientId& client) {
  const auto shares = repositories.sessions.client_sessions(tx, session);
  if (!shares) return refuse(shares.error());
  return std::ranges::find(*shares, client, &ClientSession::client) != shares->end();
}

/// Ends the last ones until one more fits; `sessions`: the latest first.
Stored<bool> thin_out(Tx& tx, const Repositories& repositories, Random& random, const SessionLimits& limits,
                      const NewSession& wanted, Sessions& sessions, int max) {
  if (max == 0 || std::ssize(sessions) < max) return true;
  if (!limits.ends_oldest) return false;
  while (std::ssize(sessions) >= max) {
    const auto ended =
        end_session(tx, repositories, random,
                    {.realm = wanted.realm, .session = sessions.back().id, .issuer = wanted.issuer, .now = wanted.now});
    if (!ended) return refuse(ended.error());
    sessions.pop_back();
  }
  return true;
}

}  // namespace

// NOLINTNEXTLINE(misc-no-recursion): the tree's depth is bounded by kFlowDepthMax
std::optional<SessionLimits> session_limits(const Flow& flow) {
  for (const auto& execution : flow.executions) {
    if (execution.requirement == Requirement::kDisabled) continue;
    if (const auto* inner = execution.flow()) {
      if (auto found = session_limits(*inner)) return found;
      continue;
    }
    if (execution.step()->authenticator == kAuthenticator) return read(*execution.step());
  }
  return std::nullopt;
}

Stored<bool> make_room(Tx& tx, const Repositories& repositories, Random& random, const SessionLimits& limits,
                       const NewSession& wanted) {
  // Two logins at once would both count what was there before either.
  if (auto locked = repositories.users.lock(tx, wanted.user); !locked) return refuse(locked.error());
  auto all = repositories.sessions.list_of_user(tx, wanted.realm.id, wanted.user);
  if (!all) return refuse(all.error());
  std::erase_if(*all, [&](const UserSession& one) { return !is_session_alive(wanted.realm, one, wanted.now); });
  const auto fits = thin_out(tx, repositories, random, limits, wanted, *all, limits.in_realm);
  if (!fits || !*fits) return fits;
  if (limits.at_client == 0 || std::ssize(*all) < limits.at_client) return true;
  Sessions at_client;
  for (const auto& session : *all) {
    const auto has = has_share(tx, repositories, session.id, wanted.client);
    if (!has) return refuse(has.error());
    if (*has) at_client.push_back(session);
  }
  return thin_out(tx, repositories, random, limits, wanted, at_client, limits.at_client);
}

}  // namespace cardea
