// What a person is called and where their mail goes.
#pragma once

#include "account/api.h"

namespace cardea::account {

[[nodiscard]] Stored<web::Response> show_profile(Rows& rows, const Call& call);
/// 204, or every problem at once.
[[nodiscard]] Stored<web::Response> change_profile(Tx& tx, const Call& call);

}  // namespace cardea::account
