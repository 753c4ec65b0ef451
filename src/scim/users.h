// /Users (RFC 7644 section 3). Internal to scim.
#pragma once

#include "scim/call.h"

namespace cardea::scim {

[[nodiscard]] Answer list_users(Rows& rows, const Call& call);
[[nodiscard]] Answer get_user(Rows& rows, const Call& call);
[[nodiscard]] Answer create_user(Tx& tx, const Call& call);
[[nodiscard]] Answer replace_user(Tx& tx, const Call& call);
[[nodiscard]] Answer patch_user(Tx& tx, const Call& call);
[[nodiscard]] Answer delete_user(Tx& tx, const Call& call);

}  // namespace cardea::scim
