// About how many bytes of memory the entries of the settings cache take, for its budget (settings.h). Estimates: what
// an allocator adds is guessed, what all realms share is not counted. Used by settings.cc only.
#pragma once

#include <cstddef>

#include "core/settings.h"

namespace cardea {

[[nodiscard]] std::size_t bytes_of(const RealmEntry& entry);
/// With a token plan or two, which are made when the client is first used.
[[nodiscard]] std::size_t bytes_of(const ClientEntry& entry);
[[nodiscard]] std::size_t bytes_of(const Role& role);
[[nodiscard]] std::size_t bytes_of(const Group& group);
[[nodiscard]] std::size_t bytes_of(const EffectiveRoles& roles);

}  // namespace cardea
