// How much mail a stranger can make this server send: so many to one name, and so many for one source address. Counted
// by what was typed, whether there is such a person or not, so that the answer says nothing. And how many rows the
// requests of one signed-in browser may open: any site can make it send them. Internal to login.
#pragma once

#include <memory>
#include <string_view>

#include "base/attempt_limit.h"
#include "domain/ids.h"

namespace cardea::login {

inline constexpr int kSessionRowsMax = 30;
inline constexpr seconds kSessionRowsWindow{300};

class MailLimits {
 public:
  /// Counts one mail, unless the name or the address has had too many. `name` in any case.
  [[nodiscard]] bool take(const RealmId& realm, std::string_view name, std::string_view remote_address, TimePoint now);

  /// Counts one row of required actions that a live session opens by a mere GET, unless it opened too many.
  [[nodiscard]] bool take_row(const SessionId& session, TimePoint now);

 private:
  AttemptLimit rows_{kSessionRowsMax, kSessionRowsWindow};
  AttemptLimit by_name_{5, seconds{900}};
  AttemptLimit by_address_{30, seconds{900}};
};

[[nodiscard]] std::shared_ptr<MailLimits> make_mail_limits();

}  // namespace cardea::login
