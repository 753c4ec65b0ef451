// JSON of one text in one block of memory: what a token says is read, kept and thrown away together, so that each of
// its members need not be found a place of its own.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string_view>

#include "base/json.h"

namespace cardea {

/// Gives out memory of one block, then of larger ones, and takes it back as a whole when the last value in it is gone.
/// A copy of a value takes its memory where the value has it, and values are read by many threads: so once the text is
/// read (`open_to_all`) one at a time is served.
class JsonArena final : public json::memory_resource {
 public:
  explicit JsonArena(std::size_t bytes) : block_(new unsigned char[bytes]), more_(block_.get(), bytes) {}
  void open_to_all() { is_open_to_all_ = true; }

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    std::unique_lock lock(mutex_, std::defer_lock);
    if (is_open_to_all_) lock.lock();
    return more_.allocate(bytes, alignment);
  }
  void do_deallocate(void* /*at*/, std::size_t /*bytes*/, std::size_t /*alignment*/) override {}
  [[nodiscard]] bool do_is_equal(const json::memory_resource& other) const noexcept override { return this == &other; }

  std::unique_ptr<unsigned char[]> block_;
  json::monotonic_resource more_;
  bool is_open_to_all_ = false;
  std::mutex mutex_;
};

/// parse_json with everything that belongs to the value in `storage`, copies of the value too unless they are given
/// another one.
[[nodiscard]] Result<json::value, JsonError> parse_json_in(json::storage_ptr storage, std::string_view text,
                                                           JsonLimits limits = {});

/// The same in an arena of its own, which lives as long as the value.
[[nodiscard]] Result<json::value, JsonError> parse_json_together(std::string_view text, JsonLimits limits = {});

}  // namespace cardea

template <>
struct boost::json::is_deallocate_trivial<cardea::JsonArena> {
  static constexpr bool value = true;
};
