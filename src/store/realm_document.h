// A realm's members but for id, name and version, as its document.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/realm.h"

namespace cardea::store {

[[nodiscard]] std::string realm_document(const Realm& realm);
/// Fills in `realm`; false when the document does not read.
[[nodiscard]] bool read_realm_document(std::string_view text, Realm& realm);

}  // namespace cardea::store
