#include "db/migration.h"

#include <fmt/format.h>

#include "base/assert.h"

namespace cardea::db {

Result<std::span<const Migration>, OpenError> pending(std::int64_t applied, std::span<const Migration> known) {
  for (std::size_t i = 0; i < known.size(); ++i) CARDEA_ASSERT(known[i].number == static_cast<int>(i) + 1);
  const auto newest = static_cast<std::int64_t>(known.size());
  if (applied > newest) {
    return refuse(OpenError{OpenFailure::kNewerSchema,
                            fmt::format("the database has schema {}, written by a newer release; this one knows up to "
                                        "{}. Start the newer release, or restore a backup made before the upgrade.",
                                        applied, newest)});
  }
  return known.subspan(static_cast<std::size_t>(applied < 0 ? 0 : applied));
}

}  // namespace cardea::db
