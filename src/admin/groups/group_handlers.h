// Groups: the tree, its members and what they have (keycloak.md section 6.5).
#pragma once

#include "admin/seam/call.h"

namespace cardea::admin {

Answer list_groups(Call& call);
Answer count_groups(Call& call);
/// Makes a top-level group, or moves the one with the body's id to the top.
Answer create_group(Call& call);
Answer get_group(Call& call);
Answer update_group(Call& call);
Answer delete_group(Call& call);
Answer list_children(Call& call);
/// Makes a group below {groupId}, or moves the one with the body's id there.
Answer create_child(Call& call);
Answer list_members(Call& call);
/// A path of one to four names; the row says how many.
Answer get_group_by_path(Call& call);

}  // namespace cardea::admin
