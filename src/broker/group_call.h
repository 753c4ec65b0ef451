// Asking Graph for a person's groups by the token of their sign-in (entra.md section 12): few short calls while
// somebody waits, as many as it takes when nobody does. Internal to broker.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "broker/endpoint.h"
#include "broker/groups.h"

namespace cardea::broker {

inline constexpr int kGroupPagesMax = 3;  // of kGroupPageSize each, while a person waits
inline constexpr int kGroupPagesMaxLater = static_cast<int>(kSourceGroupsMax / 999) + 1;
inline constexpr std::string_view kGroupPageSize = "999";  // the most that Graph gives
inline constexpr std::size_t kNamesAskedMax = 1000;        // in one getByIds
inline constexpr milliseconds kGroupsTimeout{2'000};       // of each call, while a person waits

/// What is asked, and by whom. Kept by value: it may outlive the request.
struct GroupsQuestion {
  const Dependencies& dependencies;
  ProviderPtr provider;
  std::string graph;  // scheme and host
  std::string access_token;
  SourceGroups in_token = {};  // those of the token, where it has them all: only their names are asked for
  bool has_token_groups = false;
  bool somebody_waits = true;
};

/// The error is a word for the log.
using SaidGroups = Result<SourceGroups, std::string>;
using GroupsNext = std::move_only_function<web::Outcome(SaidGroups)>;
/// Calls `next` with all groups that Graph says, not filtered yet. Names that cannot be read are left empty.
[[nodiscard]] web::Outcome ask_groups(GroupsQuestion question, GroupsNext next);

/// What the reason means to an administrator; empty: nothing more than it says.
[[nodiscard]] std::string_view groups_hint(std::string_view reason);

}  // namespace cardea::broker
