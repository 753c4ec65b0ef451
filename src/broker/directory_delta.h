// Pages of Graph's users/delta and groups/delta, and answers of $batch (entra.md section 12), read. Entries come twice
// and in any order: what they say is applied again without harm. Pure functions. Internal to broker.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "broker/groups.h"

namespace cardea::broker {

inline constexpr std::size_t kDirectoryBytesMax = 32 * 1024 * 1024;  // of one page or batch
inline constexpr std::size_t kBatchMax = 20;  // requests in one $batch, the most that Graph takes

struct UserChange {
  std::string id;
  bool is_gone = false;            // deleted, or no user any more
  std::optional<bool> is_enabled;  // absent: unchanged
};
struct UsersPage {
  std::vector<UserChange> users;
  std::string next;   // the whole URL of the next page
  std::string delta;  // on the last page: where the next run begins
};
[[nodiscard]] std::optional<UsersPage> read_users_page(const json::object& body);

struct GroupDelta {
  std::string id;
  std::string name;  // empty: unchanged
  bool is_gone = false;
  std::vector<std::string> people;  // who came in or left directly
  std::vector<std::string> nested;  // groups that did
};
struct GroupsPage {
  std::vector<GroupDelta> groups;
  std::string next, delta;
};
[[nodiscard]] std::optional<GroupsPage> read_groups_page(const json::object& body);

/// Ids out of a page of members (`{"value":[{"id":...}]}`), and where it goes on.
struct IdsPage {
  std::vector<std::string> ids;
  std::string next;
};
[[nodiscard]] std::optional<IdsPage> read_ids_page(const json::object& body);

/// The body of a $batch that asks for the groups of these people: `direct` ones with their names, or ids of all.
/// `object_ids`: at most kBatchMax; the answers are called by their place in it.
[[nodiscard]] std::string groups_batch(std::span<const std::string> object_ids, bool direct);
struct BatchAnswer {
  int status = 0;  // 0: there was none
  std::optional<seconds> retry_after;
  std::string error;                   // Graph's code
  std::optional<SourceGroups> groups;  // of a good answer
  std::string next;                    // it has more pages
};
/// One for each of the `count` people.
[[nodiscard]] std::optional<std::vector<BatchAnswer>> read_groups_batch(const json::object& body, std::size_t count,
                                                                        bool direct);

/// Graph's code in an error answer; empty: it says none.
[[nodiscard]] std::string graph_error_code(const json::object& body);
/// Must the delta begin anew? 410, or 400 with one of Graph's words for it.
[[nodiscard]] bool wants_resync(int status, std::string_view code);

}  // namespace cardea::broker
