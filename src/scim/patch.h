// PATCH (RFC 7644 section 3.5.2) on a resource as JSON: every operation in order on a copy, so that one that fails
// leaves nothing changed. Well-formed names that no schema has are passed over, and so is the `id` that Okta repeats;
// letter case of `op`, texts for true and false, dotted and URN names as keys of a value without a path, and the two
// ways to remove members are what Entra ID and Okta send (entra.md sections 14 and 15). Pure functions.
#pragma once

#include <set>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "scim/schema.h"
#include "scim/scim_error.h"

namespace cardea::scim {

inline constexpr std::size_t kPatchOperationsMax = 1000;

/// What becomes of a group's members, who are too many to be loaded for a change of one.
struct MemberChange {
  bool replaces = false;  // `added` are all there are from now on
  std::set<std::string> added;
  std::set<std::string> removed;

  void add(std::string id) {
    removed.erase(id);
    added.insert(std::move(id));
  }
  void remove(std::string id) {
    added.erase(id);
    if (!replaces) removed.insert(std::move(id));
  }
  void replace() {
    replaces = true;
    added.clear();
    removed.clear();
  }
  [[nodiscard]] bool is_empty() const { return !replaces && added.empty() && removed.empty(); }
};

struct Patched {
  json::object resource{};
  MemberChange members{};  // of a group; its `members` never stand in `resource`
};

/// `resource`: names as the schema writes them. `body`: the PatchOp message.
[[nodiscard]] Result<Patched, ScimError> apply_patch(const ResourceType& type, const json::object& resource,
                                                     const json::object& body);

/// The ids of a `members` value as `read_value` gives it. Groups inside groups are refused.
[[nodiscard]] Result<std::set<std::string>, ScimError> member_ids(const json::value& members);

}  // namespace cardea::scim
