#include "crypto/sodium.h"

#include <sodium/core.h>

#include "base/assert.h"

namespace cardea::crypto {

void ensure_sodium() {
  static const int started = ::sodium_init();
  CARDEA_ASSERT(started >= 0);
}

}  // namespace cardea::crypto
