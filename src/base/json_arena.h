// JSON of one text in one block of memory: what a token says is read, kept and thrown away together, so that each of
// its members need not be found a place of its own.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace cardea {

/// Memory of one block, then of larger ones, taken back as a whole. After `close` it comes from the heap and goes back
/// there piece by piece.
class ArenaMemory {
 public:
  explicit ArenaMemory(std::size_t bytes) { add_block(bytes); }
  /// Before the value is shown to another thread.
  void close() { is_closed_ = true; }
  [[nodiscard]] void* take(std::size_t bytes, std::size_t alignment);
  void give_back(void* at, std::size_t alignment);
  /// Of all blocks: what the value holds, whatever was copied from it.
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Block {
    std::unique_ptr<unsigned char[]> start;
    std::size_t bytes;
  };
  void add_block(std::size_t bytes);

  std::vector<Block> blocks_;
  unsigned char* next_ = nullptr;
  std::size_t left_ = 0;
  bool is_closed_ = false;
};

/// The memory as a resource. A copy of a value asks the resource the value has: closed when the text is read, it gives
/// such copies heap memory, so that those made of a token that is kept for hours neither pile up nor race. Made by
/// json::make_shared_resource, which keeps it inside of a resource of its own: hence the memory apart.
class JsonArena final : public json::memory_resource {
 public:
  explicit JsonArena(std::shared_ptr<ArenaMemory> memory) : memory_(std::move(memory)) {}

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override { return memory_->take(bytes, alignment); }
  void do_deallocate(void* at, std::size_t /*bytes*/, std::size_t alignment) override {
    memory_->give_back(at, alignment);
  }
  [[nodiscard]] bool do_is_equal(const json::memory_resource& other) const noexcept override { return this == &other; }

  std::shared_ptr<ArenaMemory> memory_;
};

/// parse_json with everything that belongs to the value in `storage`, copies of the value too unless they are given
/// another one.
[[nodiscard]] Result<json::value, JsonError> parse_json_in(json::storage_ptr storage, std::string_view text,
                                                           JsonLimits limits = {});

/// The same in an arena of its own, which lives as long as the value.
[[nodiscard]] Result<json::value, JsonError> parse_json_together(std::string_view text, JsonLimits limits = {});

}  // namespace cardea
