// A lane executor runs the steps of requests away from the I/O threads. The interface lives in base so that `http`
// (which submits) and `store` (whose lane is the group commit of the writer) can meet without including each other.
#pragma once

#include <cstddef>
#include <functional>

namespace cardea {

/// A move-only `void(Arguments...)`; libstdc++ 12's std::move_only_function.
template <class... Arguments>
using MoveOnlyFunction = std::move_only_function<void(Arguments...)>;

/// One step. `work` runs on the lane and keeps its result to itself; a writer may run several inside one transaction.
/// `complete` is called once after `work` has returned: `true` when the lane's transaction is durable (a lane without
/// one passes `true`), `false` when it was lost, and then nothing that `work` prepared may be answered. A job dropped
/// by a stopping executor after `submit` said yes still gets `complete(false)`, with `work` never run.
/// Neither may throw. `complete` should only hand the result on: the lane waits for it.
struct LaneJob {
  MoveOnlyFunction<> work;
  MoveOnlyFunction<bool> complete;
};

class LaneExecutor {
 public:
  virtual ~LaneExecutor() = default;
  /// Queues a job from any thread without blocking. False: full or stopping, and neither part will be called.
  [[nodiscard]] virtual bool submit(LaneJob job) = 0;
  /// Jobs accepted whose `work` has not started.
  [[nodiscard]] virtual std::size_t queued() const = 0;
};

}  // namespace cardea
