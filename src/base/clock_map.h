// A bounded map for caches: when it is full, an entry that was not looked up for a while makes room ("second chance",
// or CLOCK, the usual stand-in for least recently used). Looking up changes a flag only, so readers may share a lock.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
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
    auto& used = found->second->used;  // most often set already; a line that is only read stays with every core
    if (!used.load(std::memory_order_relaxed)) used.store(true, std::memory_order_relaxed);
    return &found->second->value;
  }
  [[nodiscard]] Value* find(std::string_view key) { return const_cast<Value*>(std::as_const(*this).find(key)); }

  /// Inserts or replaces. What was put is not looked up yet: it makes room before what is in use.
  Value& put(std::string_view key, Value value) {
    if (auto* known = find(key)) return *known = std::move(value);
    if (index_.size() >= entries_max_) make_room();
    auto entry = std::make_unique<Entry>(std::string(key), std::move(value));
    auto* raw = entry.get();
    index_.emplace(std::string_view(raw->key), raw);
    ring_.push_back(std::move(entry));
    return raw->value;
  }

  /// Removes what `condition(key, value)` says.
  template <class Condition>
  void erase_if(Condition condition) {
    std::erase_if(ring_, [&](const auto& entry) {
      if (!condition(std::string_view(entry->key), std::as_const(entry->value))) return false;
      index_.erase(entry->key);
      return true;
    });
    hand_ = 0;
  }

  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& entry : ring_) visit(std::string_view(entry->key), std::as_const(entry->value));
  }

  [[nodiscard]] std::size_t size() const { return ring_.size(); }

 private:
  struct Entry {
    Entry(std::string k, Value v) : key(std::move(k)), value(std::move(v)) {}
    const std::string key;
    Value value;
    mutable std::atomic<bool> used{false};
  };

  /// The hand passes over what was used since it came by last; the second time round nothing is marked any more.
  void make_room() {
    for (;; ++hand_) {
      if (hand_ >= ring_.size()) hand_ = 0;
      if (ring_[hand_]->used.exchange(false, std::memory_order_relaxed)) continue;
      index_.erase(ring_[hand_]->key);
      std::swap(ring_[hand_], ring_.back());
      ring_.pop_back();
      return;
    }
  }

  std::size_t entries_max_;
  std::size_t hand_ = 0;
  std::vector<std::unique_ptr<Entry>> ring_;
  std::unordered_map<std::string_view, Entry*> index_;  // keys point into the entries
};

}  // namespace cardea
