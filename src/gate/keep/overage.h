// People in more groups than a token of Entra ID can carry (guides.md G0-06, entra.md on overage): the token says
// `_claim_names` in place of `groups`, and Microsoft Graph says the groups, asked with the application's own
// credentials, all pages. What it said is believed for some minutes. Never silently "no groups".
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/clock_map.h"
#include "gate/settings/gate_settings.h"
#include "gate/token/check_token.h"
#include "upstream/memory.h"

namespace cardea::gate {

/// The groups are not in the token, and it says so.
[[nodiscard]] bool is_overage(const json::object& claims);

enum class OverageError { kUnavailable, kRefused };

class Overage {
 public:
  static constexpr std::size_t kPeopleMax = 20'000;
  static constexpr std::size_t kGroupsMax = 20'000;
  static constexpr int kPagesMax = 5;  // of 999 and more; an Outcome has a bounded number of steps
  static constexpr seconds kFresh{300};

  explicit Overage(const upstream::Reach& reach) : reach_(reach) {}

  using CallerPtr = std::shared_ptr<const Caller>;
  using Next = std::function<web::Outcome(Result<CallerPtr, OverageError>)>;
  /// `caller` with the groups beside its claims. `settings` outlives the Outcome.
  [[nodiscard]] web::Outcome ask(const OverageSettings& settings, CallerPtr caller, Next next);

 private:
  struct Asked {
    const OverageSettings& settings;
    CallerPtr caller;
    Next next;
    std::string access_token = {};
    json::array groups = {};
    int pages = 0;
  };
  using AskedPtr = std::shared_ptr<Asked>;
  web::Outcome ask_token(const AskedPtr& asked);
  web::Outcome ask_page(const AskedPtr& asked, const std::string& url);
  web::Outcome answered(const AskedPtr& asked);

  struct Known {
    json::array groups;
    std::chrono::nanoseconds at;  // steady
  };
  const upstream::Reach& reach_;
  std::mutex mutex_;
  ClockMap<Known> known_{kPeopleMax};  // by tenant and object id; guarded by mutex_
};

}  // namespace cardea::gate
