// Deadlines of the connections of one thread, in ticks of about a second. Setting one costs a store: an entry stays in
// the slot it is in as long as that slot comes no later than the deadline, and is moved when its slot comes up.
#pragma once

#include <array>
#include <cstdint>
#include <functional>

namespace cardea::http {

class TimerWheel {
 public:
  using Tick = std::uint32_t;

  /// Part of the object that waits. Leaves the wheel when it is destroyed.
  class Entry {
   public:
    Entry() = default;
    ~Entry() { unlink(); }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    friend class TimerWheel;
    void unlink();
    void link_before(Entry& head);

    Entry* next_ = nullptr;
    Entry* previous_ = nullptr;
    Tick due_ = 0;
    Tick slot_tick_ = 0;
  };

  explicit TimerWheel(Tick now);
  ~TimerWheel();
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  /// Replaces the deadline of `entry`: it is due once `advance` reaches now + after + 1, so never early, as long as
  /// `advance` is called about every tick.
  void set(Entry& entry, Tick after);
  /// The entry waits for nothing until the next set.
  void clear(Entry& entry);
  /// Goes on to `now` and calls `on_due` for what is due by then; it may destroy that entry or set it anew.
  void advance(Tick now, const std::function<void(Entry&)>& on_due);
  [[nodiscard]] Tick now() const { return now_; }

 private:
  static constexpr Tick kSlots = 128;
  static constexpr Tick kNever = ~Tick{0};

  void put(Entry& entry);
  void visit(Entry& slot, const std::function<void(Entry&)>& on_due);

  std::array<Entry, kSlots> slots_;  // heads of circular lists
  Tick now_;
};

}  // namespace cardea::http
