// A client's members but for id, client_id and secret, as its document.
#pragma once

#include <string>
#include <string_view>

#include "domain/client.h"

namespace cardea::store {

[[nodiscard]] std::string client_document(const Client& client);
/// Fills in `client`; false when the document does not read.
[[nodiscard]] bool read_client_document(std::string_view text, Client& client);

}  // namespace cardea::store
