// /Groups (RFC 7644 section 3): the provider's groups as core/changes/source_groups.h keeps them, the same ones that
// sign-ins bring. An external id is the group's id at the source, so that both mean one group. Internal to scim.
#pragma once

#include "scim/call.h"

namespace cardea::scim {

/// Members that an answer shows; a client that needs more than this asks about one.
inline constexpr std::int64_t kMembersShownMax = 10'000;

[[nodiscard]] Answer list_groups(Rows& rows, const Call& call);
[[nodiscard]] Answer get_group(Rows& rows, const Call& call);
[[nodiscard]] Answer create_group(Tx& tx, const Call& call);
[[nodiscard]] Answer replace_group(Tx& tx, const Call& call);
[[nodiscard]] Answer patch_group(Tx& tx, const Call& call);
[[nodiscard]] Answer delete_group(Tx& tx, const Call& call);

}  // namespace cardea::scim
