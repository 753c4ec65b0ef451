#include "http/timer_wheel.h"

#include <algorithm>

namespace cardea::http {

void TimerWheel::Entry::unlink() {
  if (next_ == nullptr) return;
  next_->previous_ = previous_;
  previous_->next_ = next_;
  next_ = previous_ = nullptr;
}

void TimerWheel::Entry::link_before(Entry& head) {
  next_ = &head;
  previous_ = head.previous_;
  previous_->next_ = this;
  head.previous_ = this;
}

TimerWheel::TimerWheel(Tick now) : now_(now) {
  for (auto& head : slots_) head.next_ = head.previous_ = &head;
}

TimerWheel::~TimerWheel() {
  for (auto& head : slots_) {
    while (head.next_ != &head) head.next_->unlink();
    head.next_ = head.previous_ = nullptr;
  }
}

void TimerWheel::set(Entry& entry, Tick after) {
  entry.due_ = now_ + after + 1;
  if (entry.next_ != nullptr && entry.slot_tick_ <= entry.due_) return;
  entry.unlink();
  put(entry);
}

void TimerWheel::clear(Entry& entry) { entry.due_ = kNever; }

void TimerWheel::put(Entry& entry) {
  entry.slot_tick_ = std::min(entry.due_, now_ + kSlots - 1);
  entry.link_before(slots_[entry.slot_tick_ % kSlots]);
}

void TimerWheel::advance(Tick now, const std::function<void(Entry&)>& on_due) {
  if (now - now_ > kSlots) now_ = now - kSlots;  // every slot is visited once
  while (now_ < now) {
    ++now_;
    visit(slots_[now_ % kSlots], on_due);
  }
}

void TimerWheel::visit(Entry& slot, const std::function<void(Entry&)>& on_due) {
  // Moved to a list of its own first: on_due may put entries back into this slot.
  Entry waiting;
  waiting.next_ = waiting.previous_ = &waiting;
  while (slot.next_ != &slot) {
    auto& entry = *slot.next_;
    entry.unlink();
    entry.link_before(waiting);
  }
  while (waiting.next_ != &waiting) {
    auto& entry = *waiting.next_;
    entry.unlink();
    if (entry.due_ == kNever) continue;
    if (entry.due_ <= now_) {
      on_due(entry);
    } else {
      put(entry);
    }
  }
  waiting.next_ = waiting.previous_ = nullptr;
}

}  // namespace cardea::http
