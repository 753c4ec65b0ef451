// All providers of a gate and the question "whose may this token be", answered without trying them all (guides.md G1.8
// and G1-12): by the issuer the token names, and for issuers that no provider claims by algorithm and size of the
// signature among the providers that claim none. What verified once is remembered as a hint, which saves the search and
// never the check.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/attempt_limit.h"
#include "base/clock_map.h"
#include "gate/token/provider.h"
#include "jose/jws.h"

namespace cardea::gate {

using ProviderPtr = std::shared_ptr<TokenProvider>;

class ProviderSet {
 public:
  static constexpr std::size_t kHintsMax = 10'000;
  /// Searches among providers without issuer cost a verification by each of them. Nothing that a token says of itself
  /// counts here, for whoever sends it chooses that: one budget of candidates for all together, and what was searched
  /// in vain is counted for the address that it came from. In a window an address has kFailedSearchesMax such searches,
  /// and no more of them than try a quarter of what the budget allows, or one: so no address keeps the others out.
  static constexpr int kCandidatesEachSecond = 2000;
  static constexpr int kFailedSearchesMax = 10;
  static constexpr seconds kSearchWindow{10};
  static constexpr std::size_t kCandidatesOfAttempt =
      static_cast<std::size_t>(kCandidatesEachSecond) * kSearchWindow.count() / 4 / kFailedSearchesMax;

  /// Inactive providers are not given. Two with the same issuer are both candidates for its tokens.
  explicit ProviderSet(std::vector<ProviderPtr> providers);

  /// The providers that claim this issuer. Empty: nobody does.
  [[nodiscard]] const std::vector<ProviderPtr>& of_issuer(std::string_view issuer) const;

  struct Candidates {
    const std::vector<ProviderPtr>* named;   // their settings name the key that the token names
    const std::vector<ProviderPtr>* others;  // their settings name no key, or the token does not
    [[nodiscard]] std::size_t size() const { return named->size() + others->size(); }
  };
  /// Providers without issuer whose key could have made a signature of this algorithm and size, for a token that names
  /// the key `kid`.
  [[nodiscard]] Candidates unclaimed(jose::Algorithm algorithm, std::size_t signature_bytes,
                                     std::optional<std::string_view> kid) const;

  /// Which of them verified a token of this issuer and key id before. Null: none yet.
  [[nodiscard]] ProviderPtr hint(std::string_view issuer, std::optional<std::string_view> kid) const;
  void remember(std::string_view issuer, std::optional<std::string_view> kid, const ProviderPtr& provider);

  /// May a search among `candidates` providers be made now, for a token that came from `address` (its address_key)? The
  /// budget may go below nothing once: then it is paid off before the next search.
  [[nodiscard]] bool take_search(std::string_view address, std::size_t candidates, TimePoint now);
  /// A search among `candidates` providers found nothing.
  void note_failed_search(std::string_view address, std::size_t candidates, TimePoint now);

  [[nodiscard]] const std::vector<ProviderPtr>& all() const { return providers_; }
  /// Null: there is none of that name.
  [[nodiscard]] ProviderPtr named(std::string_view name) const;

 private:
  std::vector<ProviderPtr> providers_;
  /// Looked up by text that is no std::string.
  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, ProviderPtr, TextHash, std::equal_to<>> by_name_;
  std::unordered_map<std::string, std::vector<ProviderPtr>, TextHash, std::equal_to<>> by_issuer_;
  using ByKind = std::unordered_map<std::string, std::vector<ProviderPtr>>;  // algorithm and signature size
  ByKind unclaimed_;
  ByKind unclaimed_without_id_;  // those of them whose key has no id
  ByKind unclaimed_by_id_;       // the others, by kind and key id
  mutable std::mutex mutex_;
  ClockMap<ProviderPtr> hints_{kHintsMax};       // guarded by mutex_
  std::int64_t budget_ = kCandidatesEachSecond;  // guarded by mutex_; candidates that may be tried now
  TimePoint budget_at_{};                        // guarded by mutex_
  AttemptLimit failed_searches_{kFailedSearchesMax, kSearchWindow};
};

}  // namespace cardea::gate
