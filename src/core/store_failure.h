// How loudly a store's failure is told. An error in the log is something for the operator to mend; what was only put
// off, because there is too much to do or one source asks too much (core/unknown_names.h), is not: or anyone could
// write errors there at will.
#pragma once

#include "base/log.h"
#include "domain/store_error.h"

namespace cardea {

[[nodiscard]] constexpr LogLevel level_of(StoreError error) {
  return error == StoreError::kBusy ? LogLevel::kWarning : LogLevel::kError;
}

}  // namespace cardea
