// What expressions may call (expression.h has the list). Internal to expression.cc.
#pragma once

#include <lua.hpp>

namespace cardea {

/// Where the interpreter's extra space points: what of its instructions is used.
struct StepBudget {
  int steps = 0;
  int steps_max = 0;
  bool is_out_of_steps = false;
  /// Raises a Lua error when they are used up.
  void take(lua_State* lua, int more);
};

/// Makes the globals of a fresh interpreter. May raise a Lua error: call it protected.
void open_expression_library(lua_State* lua);

}  // namespace cardea
