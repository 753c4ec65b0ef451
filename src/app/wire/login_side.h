// What the broker may do with logins, as functions of Login: the two features meet here.
#pragma once

#include "broker/broker.h"
#include "login/login.h"

namespace cardea::app {

/// Keeps the reference.
[[nodiscard]] broker::LoginSide login_side(login::Login& login);

}  // namespace cardea::app
