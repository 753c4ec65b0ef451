// JSON of one text in one block of memory: what a token says is read, kept and thrown away together, so that each of
// its members need not be found a place of its own.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <new>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace cardea {

/// Gives out memory of one block, then of larger ones, which it takes back as a whole when the last value in it is
/// gone. A copy of a value asks the resource the value has: what is asked for after `close` comes from the heap and
/// goes back there, so that copies made of a token that is kept for hours neither pile up in its blocks nor race for
/// them.
class JsonArena final : public json::memory_resource {
 public:
  explicit JsonArena(std::size_t bytes) { add_block(bytes); }
  void close() { is_closed_ = true; }
  /// Bytes of all blocks: what the value holds, whatever was copied from it.
  [[nodiscard]] std::size_t bytes() const {
    std::size_t sum = 0;
    for (const auto& block : blocks_) sum += block.bytes;
    return sum;
  }

 private:
  struct Block {
    std::unique_ptr<unsigned char[]> start;
    std::size_t bytes;
  };

  void add_block(std::size_t bytes) {
    blocks_.push_back({std::unique_ptr<unsigned char[]>(new unsigned char[bytes]), bytes});
    next_ = blocks_.back().start.get();
    left_ = bytes;
  }
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    if (is_closed_) return ::operator new(bytes, std::align_val_t(alignment));
    void* at = next_;
    if (std::align(alignment, bytes, at, left_) == nullptr) {
      add_block(std::max(2 * blocks_.back().bytes, bytes + alignment));
      at = next_;
      (void)std::align(alignment, bytes, at, left_);
    }
    next_ = static_cast<unsigned char*>(at) + bytes;
    left_ -= bytes;
    return at;
  }
  void do_deallocate(void* at, std::size_t /*bytes*/, std::size_t alignment) override {
    for (const auto& block : blocks_) {
      const auto* start = block.start.get();
      if (!std::less<>()(at, start) && std::less<>()(at, start + block.bytes)) return;
    }
    ::operator delete(at, std::align_val_t(alignment));
  }
  [[nodiscard]] bool do_is_equal(const json::memory_resource& other) const noexcept override { return this == &other; }

  std::vector<Block> blocks_;
  unsigned char* next_ = nullptr;
  std::size_t left_ = 0;
  bool is_closed_ = false;  // set before the value is shown to another thread
};

/// parse_json with everything that belongs to the value in `storage`, copies of the value too unless they are given
/// another one.
[[nodiscard]] Result<json::value, JsonError> parse_json_in(json::storage_ptr storage, std::string_view text,
                                                           JsonLimits limits = {});

/// The same in an arena of its own, which lives as long as the value.
[[nodiscard]] Result<json::value, JsonError> parse_json_together(std::string_view text, JsonLimits limits = {});

}  // namespace cardea
