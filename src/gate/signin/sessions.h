// Who is signed in at an application behind the gate. The browser holds a random handle and nothing else; what it
// stands for is kept here, by the hash of the handle, so that neither a cookie nor a copy of this memory is a key to
// the other (attack classes 17, 18). A session is one application's: the handle of another one opens nothing.
//
// In memory; signin/kept_sessions.h keeps them in the database too. Safe from any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/secret.h"
#include "domain/repository/gate_repo.h"
#include "gate/token/check_token.h"
#include "web/fetch.h"

namespace cardea::gate {

/// What a session is about. Immutable: a refresh makes a new one in its place.
struct Session {
  std::int64_t version = 1;  // one more with each refresh: whose refresh token is the newer one
  std::string application;
  std::shared_ptr<const Caller> caller;
  std::string issuer;
  std::string subject;
  std::string sid;    // the provider's; empty: it names none
  std::string nonce;  // of the sign-in; later ID tokens carry it or none
  SecretBytes id_token;
  SecretBytes refresh_token;  // empty: when the tokens end, so does the session
  TimePoint tokens_end;       // after it the provider is asked again
  TimePoint ends;             // whatever the provider says
};
using SessionPtr = std::shared_ptr<const Session>;

class Sessions {
 public:
  static constexpr std::size_t kSessionsMax = 100'000;
  /// One request refreshes; others of the same session go on with what is known while it does, at most so long. A
  /// refresh that got no answer is tried again after the same time: longer than its calls may take together (discovery,
  /// keys, tokens, keys again), for a refresh token that is sent twice ends the session at its provider.
  static constexpr seconds kRefreshPatience{45};
  static_assert(kRefreshPatience > 4 * web::kFetchTimeout);
  static constexpr std::size_t kHandleTextMax = 2 * kHandleBytes;

  /// Null: none such, another application's, idle for longer than `idle`, or at its end. Notes that it was used.
  [[nodiscard]] SessionPtr find(std::string_view handle, std::string_view application, seconds idle, TimePoint now);
  /// True for the one request that may use the refresh token of `version` now. False when there is another version.
  [[nodiscard]] bool take_refresh(std::string_view handle, std::int64_t version, TimePoint now);
  /// Puts the refreshed session in place of an older one. Nothing happens when that has ended or was replaced
  /// meanwhile.
  void refreshed(std::string_view handle, Session session);

  /// Ends it; null: there was none.
  SessionPtr end(std::string_view handle, std::string_view application);
  /// Logout by the provider. How many ended.
  int end_of(const GateLogout& logout);

  /// A session as the database has it, by the hash of its handle.
  struct Known {
    SessionPtr session;
    TimePoint used;
    TimePoint checked{};  // when the database was asked
  };
  [[nodiscard]] std::optional<Known> known(const std::string& hash) const;
  /// A newer version that is here already stays.
  void put(const std::string& hash, Known known);
  void forget(const std::string& hash);
  /// The same, unless what is here is newer than `version`.
  void forget(const std::string& hash, std::int64_t version);
  /// How long a session of an application may be unused; absent: there is no such application now.
  using IdleOf = std::function<std::optional<seconds>(std::string_view application)>;
  /// Those that `find` would not give any more.
  void purge(TimePoint now, const IdleOf& idle_of);
  [[nodiscard]] std::size_t size() const;

 private:
  struct Entry {
    SessionPtr session;
    TimePoint used;
    std::optional<TimePoint> refresh_begun;
    TimePoint checked{};
  };
  template <class Condition>
  int end_if(Condition condition);
  void make_room();

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;  // by the hash of the handle
};

}  // namespace cardea::gate
