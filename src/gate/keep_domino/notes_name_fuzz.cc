// Whatever an LDAP name says, what comes out is a Notes name, with as many parts as commas separate.
#include "gate/keep_domino/notes_name.h"

#include <cstdint>

#include "base/assert.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto notes = cardea::gate::notes_name_from_ldap(text)) {
    CARDEA_ASSERT(cardea::gate::is_notes_name(*notes));
  }
  (void)cardea::gate::is_notes_name(text);
  return 0;
}
