// What must hold of a client whoever writes it: names, URLs, redirect URIs, protocol. A pure function of the record.
#pragma once

#include <string>
#include <vector>

#include "domain/client.h"

namespace cardea {

/// Each problem in words for people, once; none: it may be stored.
[[nodiscard]] std::vector<std::string> client_problems(const Client& client);

}  // namespace cardea
