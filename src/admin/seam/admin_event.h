// Who changed what: a line in the log for every change an administrator makes, without the values, written with the
// answer of the change.
#pragma once

#include <string>
#include <string_view>

#include "admin/seam/call.h"

namespace cardea::admin {

struct AdminEventNote {
  std::string_view resource;  // "USER"
  std::string_view action;    // empty: what the method says
  std::string_view made_id;   // of what was made; empty: nothing was
  const json::value& before;  // null: not said
  const json::value& after;
};

[[nodiscard]] Or<void> write_admin_event(Call& call, const AdminEventNote& note);

/// The event of a realm that was made or removed. It stands in the realm of the administrator: the other one was not
/// there, or is not there any more. In a transaction of its own, after the change; one that cannot be kept is logged.
void write_realm_event(Call& call, std::string_view action, std::string_view realm, const json::value& representation);

}  // namespace cardea::admin
