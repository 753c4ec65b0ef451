// Asking Graph for a person's groups while they sign in: few calls, and no reason to fail the login (guides.md G2-09,
// G2-10) unless the record says so: what cannot be read stays as it is, or goes (on_groups_failure). Internal to
// broker.
#pragma once

#include <functional>

#include "broker/account.h"
#include "broker/addresses.h"
#include "broker/groups.h"

namespace cardea::broker {

inline constexpr int kGroupPagesMax = 3;                   // of kGroupPageSize each
inline constexpr std::string_view kGroupPageSize = "999";  // the most that Graph gives
inline constexpr std::size_t kNamesAskedMax = 1000;        // in one getByIds
inline constexpr milliseconds kGroupsTimeout{2'000};       // of each call, while a person waits

using GroupsNext = std::move_only_function<web::Outcome(std::optional<SourceGroups>)>;
/// Calls `next` with the groups, filtered; absent: unchanged. `claims` of the checked ID token.
[[nodiscard]] web::Outcome with_source_groups(const ArrivalPtr& arrival, const Addresses& addresses,
                                              const json::object& claims, const std::string& access_token,
                                              GroupsNext next);

}  // namespace cardea::broker
