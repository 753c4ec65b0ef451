// A person's tokens by grant_type=password, for tests of what stands in front of a password.
#pragma once

#include <string>
#include <string_view>

#include "tests/protocol/harness.h"

namespace cardea::protocol {

[[nodiscard]] inline web::Response password_grant(Server& server, std::string_view username,
                                                  const std::string& password) {
  return server.post("/token", {{"grant_type", "password"},
                                {"client_id", "web"},
                                {"client_secret", "web-secret"},
                                {"username", std::string(username)},
                                {"password", password}});
}

}  // namespace cardea::protocol
