// What expressions may call (expression.h has the list). Internal to expression.cc.
#pragma once

#include <lua.hpp>

namespace cardea {

/// Makes the globals of a fresh interpreter. May raise a Lua error: call it protected.
void open_expression_library(lua_State* lua);

}  // namespace cardea
