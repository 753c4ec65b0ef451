// The memory that argon2 works in. libsodium maps it anew for each hash and gives it back, and what the kernel does for
// that costs half as much again as the hash itself. A thread whose work is hashing keeps it from one hash to the next
// instead. Our build of libsodium asks here (cmake/sodium.cmake, docs/adr/0006); the algorithm stays libsodium's own.
#pragma once

#include <cstddef>

namespace cardea::crypto {

/// The most that a thread keeps: the default cost, in whole huge pages. Hashes that need more map their own memory.
inline constexpr std::size_t kKeptWorkMemoryBytes = std::size_t{8} * 1024 * 1024;

/// From now on the calling thread keeps the work memory of its hashes, until release_work_memory() or its end. What
/// lies there in between is the state of argon2 after its last pass: guessing from it costs what guessing from the
/// hash costs.
void keep_work_memory();

/// Wipes what the calling thread keeps and gives it back to the system. The next hash maps it anew and keeps it again.
void release_work_memory();

/// Bytes that the calling thread keeps now.
[[nodiscard]] std::size_t kept_work_memory();

}  // namespace cardea::crypto
