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

}  // namespace cardea::admin
