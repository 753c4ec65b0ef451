// Property mappings of identity providers in the admin API (broker/property_mapping.h): checked when they are written,
// and tried without a login. Internal to admin.
#pragma once

#include "admin/seam/call.h"

namespace cardea::admin {

/// An expression that is no Lua is refused when it is written, not at somebody's login.
[[nodiscard]] Or<void> check_expression(const json::object& mapper);

/// `{"expression": ..., "claims": {...}, "userinfo": {...}, "answer": {...}, "identity": {...}}`: what the expression
/// of a property mapping makes of these (`{"result": ...}`), or where it stops (`{"error", "message"}`). Nothing is
/// stored.
Answer try_property_mapping(Call& call);

}  // namespace cardea::admin
