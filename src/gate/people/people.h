// People whom an application's gate has met, with the groups that their tokens named last ("issuer: jwt", guides.md
// G4.5): a token without the claim leaves them as they are, an empty claim takes them all away, and a group that the
// application manages itself under the same name is never given by a token. In the database where there is one.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/attempt_limit.h"
#include "base/clock_map.h"
#include "base/log.h"
#include "gate/settings/gate_settings.h"
#include "gate/store/gate_store.h"
#include "gate/token/check_token.h"
#include "gate/token/token_rules.h"

namespace cardea::gate {

/// Whether what is learnt of a request stays: not when it is only asked what would be.
enum class Keeping { kLearnt, kNothing };

class People {
 public:
  static constexpr std::size_t kKnownMax = 50'000;
  static constexpr std::size_t kGroupsMax = 2'000;  // of one person; beyond it they are not kept
  /// A person is written again when something changed, or after so long.
  static constexpr seconds kSeenEvery{3600};
  /// What another node learnt is seen after so long.
  static constexpr seconds kBelieved{30};

  struct Parts {
    const Clock& clock;
    Log& log;
    const GateStore* store;  // null: memory alone
  };
  explicit People(const Parts& parts) : parts_(parts) {}

  using CallerPtr = std::shared_ptr<const Caller>;
  /// `caller` with the groups that count for it, in place of the claim. Those of the application itself are taken out
  /// whoever names them: a token, one without a subject too, and a proxy that vouches. Whoever has no subject is not
  /// remembered. An application that does not ask for it, and API keys, go on as they are.
  [[nodiscard]] web::Outcome with_groups(std::shared_ptr<const Application> application, CallerPtr caller,
                                         NextStored<CallerPtr> next, Keeping keeping = Keeping::kLearnt);

  /// For administrators: by name, at most `max`. From the database where there is one.
  [[nodiscard]] Stored<std::vector<GatePerson>> list(int max);
  /// Groups of tokens that were left out, for they have the name of a group of the application.
  [[nodiscard]] std::vector<std::string> conflicts() const;

 private:
  struct Known {
    GatePerson person;
    TimePoint read_at{};
  };
  [[nodiscard]] std::vector<std::string> groups_of(const Application& application, std::vector<std::string> names);
  web::Outcome learn(const std::shared_ptr<const Application>& application, CallerPtr caller, GatePerson person,
                     NextStored<CallerPtr> next);
  web::Outcome recall(const std::shared_ptr<const Application>& application, CallerPtr caller, GatePerson key,
                      NextStored<CallerPtr> next);
  void remember(const GatePerson& person);

  const Parts parts_;
  mutable std::mutex mutex_;
  ClockMap<Known> known_{kKnownMax};                    // by application, provider and subject
  ClockMap<std::string> conflicts_{1'000};              // "application: group"
  AttemptLimit conflict_warnings_{1, seconds{86'400}};  // by the same
};

}  // namespace cardea::gate
