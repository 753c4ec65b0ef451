// What the passwords of a realm cost to look at. Hashes of an imported realm (PBKDF2) take up to forty times as long as
// ours until their people sign in and get new ones: a wrong guess at such an account answered later than one at a name
// of nobody, and so told who exists (attack class 27; EU-1, EU-2). From the first guess at one on, wrong guesses in its
// realm take as long as that one did, whoever they name.
#pragma once

#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "crypto/password.h"
#include "domain/ids.h"

namespace cardea {

/// Safe from any thread. Knows kRealms realms at most; one is forgotten kKept after such a hash was last looked at.
class DearHashes {
 public:
  static constexpr std::size_t kRealms = 1024;
  static constexpr seconds kKept{7 * 24 * 3600};

  explicit DearHashes(const Clock& clock) : clock_(clock) {}

  /// What a wrong password is hashed with besides `stored` (absent: nobody, or nobody's password), so that all wrong
  /// ones of the realm cost the same; and how many hashes of the default cost all that is, with `stored` itself.
  /// Remembers `stored`.
  struct Work {
    std::vector<crypto::PasswordHash> padding;
    int attempts = 1;
  };
  [[nodiscard]] Work work_of(const RealmId& realm, const std::optional<crypto::PasswordHash>& stored);

 private:
  struct Dearest {
    crypto::PasswordHash hash;  // a dummy of its cost
    double cost = 0;
    std::chrono::nanoseconds seen_at{0};
  };
  /// The dearest of the realm, `stored` among them; nothing when all have the default cost.
  [[nodiscard]] std::optional<Dearest> dearest(const RealmId& realm, const std::optional<crypto::PasswordHash>& stored);

  const Clock& clock_;
  std::mutex mutex_;
  std::unordered_map<RealmId, Dearest> realms_;
};

}  // namespace cardea
