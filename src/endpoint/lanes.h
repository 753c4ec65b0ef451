// The lane for steps that read the database: inline on SQLite, `store` where reads wait for a network (architecture
// section 1). `dependencies` is any module's: it has `repositories.store`.
#pragma once

#include <utility>

#include "web/outcome.h"

namespace cardea::endpoint {

template <class Dependencies>
[[nodiscard]] web::Lane read_lane(const Dependencies& dependencies) {
  return dependencies.repositories.store.reads_block() ? web::Lane::kStore : web::Lane::kInline;
}

/// Puts a step on the read lane.
template <class Dependencies, class Step>
[[nodiscard]] web::Outcome then_read(const Dependencies& dependencies, Step step) {
  return web::then(read_lane(dependencies), std::move(step));
}

}  // namespace cardea::endpoint
