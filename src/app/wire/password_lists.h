// The folder password-blacklists in data-dir: one file for each list that password policies name.
#pragma once

#include <filesystem>

#include "base/log.h"
#include "core/password_lists.h"

namespace cardea::app {

inline constexpr std::uintmax_t kPasswordListBytesMax = 512U << 20U;

/// Every plain file in the folder; none where there is no folder. One that cannot be read or is too large is left out
/// and logged: policies that name it then take no new password.
[[nodiscard]] PasswordLists read_password_lists(const std::filesystem::path& folder, Log& log);

}  // namespace cardea::app
