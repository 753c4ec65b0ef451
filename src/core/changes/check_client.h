// What must hold of a client whoever writes it: names, URLs, redirect URIs, protocol. A pure function of the record.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/client.h"

namespace cardea {

/// Each problem in words for people, once; none: it may be stored. `production`: not start-dev, so that redirect
/// URIs of clients other than classic must be safe (`is_safe_redirect`).
[[nodiscard]] std::vector<std::string> client_problems(const Client& client, bool production = true);

/// Attributes that ask for an encryption that is not done here, RSA1_5 among them: what we would encrypt for the client
/// is not sent then, and nothing else is taken than what it says it encrypts. A realm's own keys are RSA's.
[[nodiscard]] std::vector<std::string> unknown_encryption(const Client& client);

/// True for a registered redirect URI that the client's policy refuses outside start-dev. Our own base URL, which
/// relative ones may stand behind, counts as https.
[[nodiscard]] bool is_redirect_refused_by_policy(const Client& client, std::string_view pattern);

}  // namespace cardea
