#include "crypto/work_memory.h"

#include <sodium/utils.h>
#include <sys/mman.h>

#include <cstdint>

namespace cardea::crypto {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} * 1024 * 1024;
static_assert(kKeptWorkMemoryBytes % kHugePage == 0);
constexpr std::size_t kMappedBytes = kKeptWorkMemoryBytes + kHugePage;  // so that a huge page may begin inside

/// What one thread keeps. One hash at a time: argon2 asks for its memory once.
class WorkMemory {
 public:
  WorkMemory() = default;
  WorkMemory(const WorkMemory&) = delete;
  WorkMemory& operator=(const WorkMemory&) = delete;
  ~WorkMemory() { release(); }

  void keep() { keeps_ = true; }
  [[nodiscard]] std::size_t kept() const { return memory_ == nullptr ? 0 : kKeptWorkMemoryBytes; }

  /// nullptr when this thread keeps nothing, `bytes` is more than is kept, or there is no memory.
  void* take(std::size_t bytes) {
    if (!keeps_ || is_taken_ || bytes > kKeptWorkMemoryBytes || !map()) return nullptr;
    is_taken_ = true;
    return memory_;
  }

  /// False when `memory` is not from here.
  bool give_back(const void* memory) {
    if (!is_taken_ || memory != memory_) return false;
    is_taken_ = false;
    return true;
  }

  void release() {
    if (memory_ == nullptr || is_taken_) return;
    sodium_memzero(memory_, kKeptWorkMemoryBytes);
    ::munmap(mapped_, kMappedBytes);
    mapped_ = memory_ = nullptr;
  }

 private:
  bool map() {
    if (memory_ != nullptr) return true;
    auto* mapped = ::mmap(nullptr, kMappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) return false;
    mapped_ = mapped;
    const auto into = reinterpret_cast<std::uintptr_t>(mapped) % kHugePage;
    memory_ = static_cast<std::byte*>(mapped) + (into == 0 ? 0 : kHugePage - into);
    // Both are wishes: without huge pages hashing is a little slower, and old kernels know no MADV_DONTDUMP for them.
    (void)::madvise(memory_, kKeptWorkMemoryBytes, MADV_HUGEPAGE);
    (void)::madvise(memory_, kKeptWorkMemoryBytes, MADV_DONTDUMP);
    return true;
  }

  bool keeps_ = false;
  bool is_taken_ = false;
  void* mapped_ = nullptr;
  void* memory_ = nullptr;  // the first huge page inside
};

WorkMemory& of_this_thread() {
  thread_local WorkMemory memory;
  return memory;
}

}  // namespace

void keep_work_memory() { of_this_thread().keep(); }
void release_work_memory() { of_this_thread().release(); }
std::size_t kept_work_memory() { return of_this_thread().kept(); }

}  // namespace cardea::crypto

// What libsodium's argon2 calls in place of mmap and munmap, and nothing else does.
extern "C" void* cardea_argon2_map(void* address, std::size_t bytes, int protection, int flags, int file,
                                   off_t offset) noexcept {
  if (auto* kept = cardea::crypto::of_this_thread().take(bytes)) return kept;
  return ::mmap(address, bytes, protection, flags, file, offset);
}

extern "C" int cardea_argon2_unmap(void* memory, std::size_t bytes) noexcept {
  return cardea::crypto::of_this_thread().give_back(memory) ? 0 : ::munmap(memory, bytes);
}
