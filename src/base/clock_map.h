// A bounded map for caches: when it is full, a hand that goes round passes a few entries and takes the one that was not
// looked up for longest, the usual stand-in for least recently used: what is in use all the time is never that one,
// however many others are used once. Looking up changes a stamp only, so readers may share a lock.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/assert.h"

namespace cardea {

/// Keys are text. `find` may run in several threads at a time, everything else alone.
template <class Value>
class ClockMap {
 public:
  explicit ClockMap(std::size_t entries_max) : entries_max_(entries_max) { CARDEA_ASSERT(entries_max > 0); }

  [[nodiscard]] const Value* find(std::string_view key) const {
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    auto& used = found->second->used;  // most often this already; a line that is only read stays with every core
    if (used.load(std::memory_order_relaxed) != puts_) used.store(puts_, std::memory_order_relaxed);
    return &found->second->value;
  }
  [[nodiscard]] Value* find(std::string_view key) { return const_cast<Value*>(std::as_const(*this).find(key)); }

  /// Inserts or replaces. What was put is not looked up yet: it makes room before what is in use. `bytes`: about what
  /// it takes; counted, not bounded.
  Value& put(std::string_view key, Value value, std::size_t bytes = 0) {
    if (auto* known = find(key)) {
      auto& entry = *index_.find(key)->second;
      bytes_ += bytes - entry.bytes;
      entry.bytes = bytes;
      return *known = std::move(value);
    }
    if (index_.size() >= entries_max_) (void)evict();
    ++puts_;
    auto entry = std::make_unique<Entry>(std::string(key), std::move(value), bytes);
    auto* raw = entry.get();
    index_.emplace(std::string_view(raw->key), raw);
    ring_.push_back(std::move(entry));
    bytes_ += bytes;
    return raw->value;
  }

  /// Takes out one that was not looked up for a while, never that of `kept`; absent: there is no other. The caller may
  /// let it go where nobody waits.
  std::optional<Value> evict(std::string_view kept = {}) {
    std::size_t oldest = ring_.size();
    for (std::size_t passed = 0; passed < std::min(kPassed, ring_.size()); ++passed, ++hand_) {
      if (hand_ >= ring_.size()) hand_ = 0;
      if (!kept.empty() && ring_[hand_]->key == kept) continue;
      if (oldest == ring_.size() || stamp(hand_) < stamp(oldest)) oldest = hand_;
    }
    if (oldest == ring_.size()) return std::nullopt;
    std::optional<Value> out(std::move(ring_[oldest]->value));
    index_.erase(ring_[oldest]->key);
    bytes_ -= ring_[oldest]->bytes;
    std::swap(ring_[oldest], ring_.back());
    ring_.pop_back();
    return out;
  }

  /// Removes what `condition(key, value)` says.
  template <class Condition>
  void erase_if(Condition condition) {
    std::erase_if(ring_, [&](const auto& entry) {
      if (!condition(std::string_view(entry->key), std::as_const(entry->value))) return false;
      index_.erase(entry->key);
      bytes_ -= entry->bytes;
      return true;
    });
    hand_ = 0;
  }

  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& entry : ring_) visit(std::string_view(entry->key), std::as_const(entry->value));
  }

  [[nodiscard]] std::size_t size() const { return ring_.size(); }
  /// What `put` was told, of all that is in.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    Entry(std::string k, Value v, std::size_t b) : key(std::move(k)), value(std::move(v)), bytes(b) {}
    const std::string key;
    Value value;
    std::size_t bytes;
    mutable std::atomic<std::uint64_t> used{0};  // how many puts there had been when it was looked up last; 0: never
  };
  static constexpr std::size_t kPassed = 16;

  [[nodiscard]] std::uint64_t stamp(std::size_t at) const { return ring_[at]->used.load(std::memory_order_relaxed); }

  std::size_t entries_max_;
  std::size_t hand_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t puts_ = 1;
  std::vector<std::unique_ptr<Entry>> ring_;
  std::unordered_map<std::string_view, Entry*> index_;  // keys point into the entries
};

}  // namespace cardea
