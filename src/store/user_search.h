// Finding users by what an administrator knows of them (UserQuery).
#pragma once

#include <cstdint>
#include <vector>

#include "crypto/seal.h"
#include "domain/repository/user_repos.h"

namespace cardea::store {

[[nodiscard]] Stored<std::vector<User>> search_users(Rows& rows, const crypto::Sealer& sealer, const RealmId& realm,
                                                     const UserQuery& query);
[[nodiscard]] Stored<std::int64_t> count_users(Rows& rows, const RealmId& realm, const UserQuery& query);

}  // namespace cardea::store
