// Makes an authorization code and the record that stands for it. The code is 256 random bits; only its hash is stored.
#pragma once

#include <string>

#include "base/random.h"
#include "domain/authorization.h"
#include "domain/client.h"
#include "domain/realm.h"
#include "domain/session.h"

namespace cardea::oidc {

struct MadeCode {
  std::string code;  // for the client; never stored, never logged
  AuthorizationCode record;
};

/// How long a code of this client is good, which also tells when one was made: a minute at most under policy fapi2
/// (FA-6), else as the realm says.
[[nodiscard]] seconds code_life(const Realm& realm, const Client& client);

/// `client`: who made the request.
[[nodiscard]] MadeCode make_code(const Realm& realm, const Client& client, const AuthorizationRequest& request,
                                 const UserSession& session, const Authentication& proven, TimePoint now,
                                 Random& random);

}  // namespace cardea::oidc
