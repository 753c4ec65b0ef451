// The line in the log for an authorization request that was refused, whoever refused it and wherever it is told.
#pragma once

#include <string_view>

#include "core/settings.h"
#include "oidc/oidc.h"
#include "web/request.h"

namespace cardea::oidc {

/// What a refused request named, as it was sent: the client may be nobody, and the URI anything.
struct NamedClient {
  std::string_view client_id = {};
  std::string_view redirect_uri = {};
};

/// Event `authorize_refused`; `reason` is private.
void log_refusal(const Dependencies& dependencies, const web::Request& http, const RealmEntry& realm,
                 const NamedClient& named, std::string_view reason);

}  // namespace cardea::oidc
