// Key sets that clients publish at an address (`jwks.url`): fetched when first needed, kept, and fetched anew for a key
// id that is not in them (OpenID Connect Core section 10.1.1), never twice within kKeysFloor. Shared by everything that
// checks a client's signature.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock_map.h"
#include "jose/key_set.h"
#include "oidc/oidc.h"
#include "web/fetch.h"

namespace cardea::oidc {

inline constexpr seconds kKeysFloor{10};         // between two fetches of one address
inline constexpr seconds kKeysFresh{3600};       // then fetched anew before they are used
inline constexpr seconds kKeysStaleMax{86'400};  // used that long when the address does not answer
inline constexpr std::size_t kKeySetsMax = 4096;
inline constexpr std::size_t kKeySetBytesMax = 256 * 1024;

using SharedKeys = std::shared_ptr<const jose::KeySet>;

/// What is known of addresses. All functions are safe from any thread.
class ClientKeys {
 public:
  struct Known {
    SharedKeys keys;         // null: none, or too old
    bool are_fresh = false;  // may be used without asking again
    bool may_fetch = true;   // the floor has passed
  };
  /// `now` is steady.
  [[nodiscard]] Known find(std::string_view address, std::chrono::nanoseconds now);
  void put(std::string_view address, SharedKeys keys, std::chrono::nanoseconds now);
  void note_failure(std::string_view address, std::chrono::nanoseconds now);
  /// An administrator wants the keys at these addresses fetched anew.
  void forget(const std::vector<web::OutboundUrl>& urls);

 private:
  struct Entry {
    SharedKeys keys;
    std::chrono::nanoseconds fetched_at{0};
    std::chrono::nanoseconds asked_at{0};
  };
  std::mutex mutex_;
  ClockMap<Entry> entries_{kKeySetsMax};
};

/// The address in a client's record, if it is one. One that the client itself registered leads to public addresses by
/// https only; administrators may name what the server lists (attack class 10).
[[nodiscard]] std::optional<web::OutboundUrl> jwks_url_of(const Client& client);
[[nodiscard]] std::optional<web::OutboundUrl> jwks_url(std::string_view text, bool is_self_registered);

/// Which key is looked for.
struct WantedKey {
  std::optional<std::string> kid;
  jose::Algorithm algorithm = jose::Algorithm::kRS256;
  std::vector<jose::KeyManagement> encryption = {};  // for each of them a key that can be encrypted to so
};
/// The error is a word for the log.
using KeysStep = std::move_only_function<web::Outcome(Result<SharedKeys, std::string>)>;

/// Calls `next` on the inline lane with keys that are at `url`: those in memory when they have the wanted one, else
/// after a fetch. Keys without it are handed on as well: the signature check refuses.
[[nodiscard]] web::Outcome with_keys_at(const Dependencies& dependencies, const web::OutboundUrl& url,
                                        const WantedKey& wanted, KeysStep next);

/// Keys at `url` as they are in memory, with those to encrypt to; null: none. Asks nobody.
[[nodiscard]] SharedKeys known_keys_at(const Dependencies& dependencies, const web::OutboundUrl& url);

}  // namespace cardea::oidc
