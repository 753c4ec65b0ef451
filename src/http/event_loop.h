// One thread's loop over epoll: it waits for descriptors, runs what other threads post, and calls back.
// Level-triggered, with one trick (docs/adr/0008): what epoll was told last is remembered, so a source that waits for
// the same thing again, which is what every request on an open connection does, costs no system call. When nobody waits
// for what epoll reports, the descriptor is taken out until somebody does.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "base/lane_executor.h"

namespace cardea::http {

/// What a descriptor can be waited for.
enum class Readiness : std::uint8_t { kNothing, kRead, kWrite };

class EventLoop {
 public:
  /// Something with a descriptor. Before its descriptor is closed it is forgotten, and it is destroyed in `on_turn_end`
  /// or outside run(), never in the middle of a turn.
  class Source {
   public:
    Source() = default;
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    /// The descriptor is what was waited for, or broken. The wait is over.
    virtual void on_event() = 0;

   protected:
    ~Source() = default;

   private:
    friend class EventLoop;
    int descriptor_ = -1;
    Readiness wanted_ = Readiness::kNothing;
    Readiness registered_ = Readiness::kNothing;
  };

  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Calls source.on_event() once when `descriptor` is ready. Replaces an earlier wait of this source. False: the
  /// system refuses, and nothing is waited for.
  [[nodiscard]] bool wait(Source& source, int descriptor, Readiness what);
  /// Ends the wait; epoll knows the descriptor no more.
  void forget(Source& source);

  /// Runs `job` on the thread of the loop, from any thread. Jobs posted after run() has returned wait for ever.
  void post(MoveOnlyFunction<> job);
  /// Has `on_timer` called once, after `after`. Replaces what was asked before.
  void set_timer(std::chrono::nanoseconds after);
  void stop_timer();

  struct Callbacks {
    std::function<void()> on_timer;
    /// Everything that was ready has been handled, and jobs have run. True: there is more to do than epoll knows, so
    /// the next turn does not wait.
    std::function<bool()> on_turn_end;
    std::function<bool()> should_go_on;  // asked before each turn
  };
  /// Runs turns until `should_go_on` says no.
  void run(const Callbacks& callbacks);

 private:
  void nobody_waits_for(Source& source);
  void dispatch(std::uint64_t tag, const Callbacks& callbacks);
  void run_posted();

  int epoll_;
  int wake_;   // eventfd: something was posted
  int timer_;  // timerfd
  std::mutex mutex_;
  std::vector<MoveOnlyFunction<>> posted_;
  bool woken_ = false;  // the eventfd has been written and not read
  std::vector<MoveOnlyFunction<>> running_;
};

}  // namespace cardea::http
