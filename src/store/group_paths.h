// Paths of groups, made of the names of those above them when groups are read.
#pragma once

#include <vector>

#include "domain/group.h"

namespace cardea::store {

/// Fills in `path` of each; those above a group are among them.
void fill_in_paths(std::vector<Group>& groups);

}  // namespace cardea::store
