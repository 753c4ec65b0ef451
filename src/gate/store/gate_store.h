// Where a gate keeps what must outlive its process and be seen by its other nodes. A gate without one keeps everything
// in memory.
#pragma once

#include "domain/repository/gate_repo.h"
#include "web/outcome.h"

namespace cardea::gate {

/// References into the open database, which outlives the gate.
struct GateStore {
  Store& store;
  GateSessionRepo& sessions;
  GateRepo& rows;

  /// Where reads may run: they wait for a network on PostgreSQL.
  [[nodiscard]] web::Lane read_lane() const { return store.reads_block() ? web::Lane::kStore : web::Lane::kInline; }
};

/// What a step of an Outcome goes on with.
template <class T>
using NextStored = std::function<web::Outcome(Stored<T>)>;

}  // namespace cardea::gate
