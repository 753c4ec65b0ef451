// UUIDs made from bytes, in the shape of RFC 9562 section 5.3 without a name space: MD5 with version 3. It is what
// Keycloak makes pairwise subjects with; nothing is kept secret or proven by the hash.
#pragma once

#include <string>
#include <string_view>

namespace cardea::crypto {

[[nodiscard]] std::string name_uuid(std::string_view bytes);

}  // namespace cardea::crypto
