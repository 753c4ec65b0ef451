#include "core/expression/expression.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <lua.hpp>
#include <memory>

#include "base/text.h"
#include "core/expression/library.h"

namespace cardea {
namespace {

constexpr int kStepsOfHook = 500;
constexpr std::size_t kMessageBytesMax = 200;

struct Budget {
  const ExpressionLimits& limits;
  std::size_t held = 0;
  std::size_t asked = 0;
  bool is_spent = false;
  StepBudget steps = {};
};

/// lua_Alloc. Giving back and shrinking always succeed, as Lua wants it. A refusal is final: Lua answers one by
/// collecting all garbage and, where it can do without (its table of strings), goes on and asks again with the next
/// string, each time with a collection that no step counts.
void* allocate(void* user, void* block, std::size_t before, std::size_t after) {
  auto& budget = *static_cast<Budget*>(user);
  if (block == nullptr) before = 0;  // then it says what the block is for
  if (after == 0) {
    std::free(block);
    budget.held -= before;
    return nullptr;
  }
  if (after > before) {
    const auto more = after - before;
    const bool fits = after <= budget.limits.block_bytes && budget.held + more <= budget.limits.bytes_held &&
                      budget.asked + after <= budget.limits.bytes_asked;
    budget.is_spent = budget.is_spent || !fits;
    if (budget.is_spent) return nullptr;
    budget.asked += after;
  }
  void* moved = std::realloc(block, after);
  if (moved == nullptr) return after <= before ? block : nullptr;
  budget.held += after;
  budget.held -= before;
  return moved;
}

// Of everything below, what Lua may leave by longjmp holds nothing that must be destroyed.

void count_steps(lua_State* lua, lua_Debug*) {
  (*static_cast<StepBudget**>(lua_getextraspace(lua)))->take(lua, kStepsOfHook);
}

void push_text(lua_State* lua, std::string_view text) { lua_pushlstring(lua, text.data(), text.size()); }

void push(lua_State* lua, const json::value& value);

// NOLINTNEXTLINE(misc-no-recursion): the parser of the document bounded its depth, and so does Lua's stack
void push(lua_State* lua, const json::object& object) {
  luaL_checkstack(lua, 4, "the documents are nested too deep");
  lua_createtable(lua, 0, static_cast<int>(object.size()));
  for (const auto& member : object) {
    push_text(lua, member.key());
    push(lua, member.value());
    lua_rawset(lua, -3);
  }
}

// NOLINTNEXTLINE(misc-no-recursion): as above
void push(lua_State* lua, const json::value& value) {
  luaL_checkstack(lua, 4, "the documents are nested too deep");
  switch (value.kind()) {
    case json::kind::null:
      return lua_pushnil(lua);
    case json::kind::bool_:
      return lua_pushboolean(lua, value.get_bool() ? 1 : 0);
    case json::kind::int64:
      return lua_pushinteger(lua, value.get_int64());
    case json::kind::uint64:
      return lua_pushnumber(lua, static_cast<lua_Number>(value.get_uint64()));
    case json::kind::double_:
      return lua_pushnumber(lua, value.get_double());
    case json::kind::string:
      return push_text(lua, value.get_string());
    case json::kind::array: {
      lua_createtable(lua, static_cast<int>(value.get_array().size()), 0);
      lua_Integer at = 0;
      for (const auto& item : value.get_array()) {
        if (item.is_null()) {
          lua_pushboolean(lua, 0);
        } else {
          push(lua, item);
        }
        lua_rawseti(lua, -2, ++at);
      }
      return;
    }
    case json::kind::object:
      return push(lua, value.get_object());
  }
}

struct Job {
  std::string_view source;
  const ExpressionInput& input;
  bool only_loads = false;
  bool is_loaded = false;
};

bool load(lua_State* lua, std::string_view text) {
  return luaL_loadbufferx(lua, text.data(), text.size(), "=line", "t") == LUA_OK;
}

/// An expression alone is what REPLs take it for. `wrapped` stands on Lua's own heap: nothing is lost by a longjmp.
bool load_either(lua_State* lua, std::string_view source) {
  lua_pushliteral(lua, "return ");
  push_text(lua, source);
  lua_concat(lua, 2);
  std::size_t size = 0;
  const char* wrapped = lua_tolstring(lua, -1, &size);
  if (load(lua, {wrapped, size})) return true;
  lua_pop(lua, 1);
  return load(lua, source);
}

int run(lua_State* lua) {
  auto& job = *static_cast<Job*>(lua_touserdata(lua, 1));
  open_expression_library(lua);
  for (const auto& [name, document] : job.input) {
    lua_pushglobaltable(lua);
    push_text(lua, name);
    push(lua, *document);
    lua_rawset(lua, -3);
    lua_pop(lua, 1);
  }
  if (!load_either(lua, job.source)) return lua_error(lua);
  job.is_loaded = true;
  if (job.only_loads) return 0;
  lua_sethook(lua, count_steps, LUA_MASKCOUNT, kStepsOfHook);
  lua_call(lua, 0, 1);
  return 1;
}

// ---- what comes back: read with functions that raise nothing and allocate nothing in Lua

struct Reader {
  lua_State* lua;
  std::size_t values = 0;
  std::size_t bytes = 0;

  // NOLINTNEXTLINE(misc-no-recursion): kExpressionDepthMax
  bool read(int at, int depth, json::value& out) {
    if (++values > kExpressionValuesMax || depth > kExpressionDepthMax) return false;
    switch (lua_type(lua, at)) {
      case LUA_TNIL:
        out = nullptr;
        return true;
      case LUA_TBOOLEAN:
        out = lua_toboolean(lua, at) != 0;
        return true;
      case LUA_TNUMBER:
        return number(at, out);
      case LUA_TSTRING:
        return text(at, out);
      case LUA_TTABLE:
        return lua_checkstack(lua, 4) != 0 && table(lua_absindex(lua, at), depth, out);
      default:
        return false;
    }
  }

 private:
  bool number(int at, json::value& out) const {
    if (lua_isinteger(lua, at) != 0) {
      out = static_cast<std::int64_t>(lua_tointeger(lua, at));
      return true;
    }
    const auto real = lua_tonumber(lua, at);
    out = real;
    return real - real == 0;  // neither infinite nor no number
  }
  bool text(int at, json::value& out) {
    std::size_t size = 0;
    const char* data = lua_tolstring(lua, at, &size);
    bytes += size;
    if (bytes > kExpressionResultBytesMax || !is_utf8({data, size})) return false;
    out = std::string_view(data, size);
    return true;
  }
  // NOLINTNEXTLINE(misc-no-recursion): kExpressionDepthMax
  bool table(int at, int depth, json::value& out) {
    const auto length = lua_rawlen(lua, at);
    if (length > kExpressionValuesMax) return false;
    lua_pushnil(lua);
    const bool is_empty = lua_next(lua, at) == 0;
    if (!is_empty) lua_pop(lua, 2);
    if (length > 0 || is_empty) return list(at, length, depth, out);
    json::object object;
    lua_pushnil(lua);
    while (lua_next(lua, at) != 0) {
      std::size_t size = 0;
      const char* name = lua_type(lua, -2) == LUA_TSTRING ? lua_tolstring(lua, -2, &size) : nullptr;
      bytes += size;
      json::value value;
      const bool is_good =
          name != nullptr && bytes <= kExpressionResultBytesMax && is_utf8({name, size}) && read(-1, depth + 1, value);
      if (!is_good) return false;
      object.emplace(std::string_view(name, size), std::move(value));
      lua_pop(lua, 1);
    }
    out = std::move(object);
    return true;
  }
  // NOLINTNEXTLINE(misc-no-recursion): kExpressionDepthMax
  bool list(int at, std::size_t length, int depth, json::value& out) {
    std::size_t members = 0;
    lua_pushnil(lua);
    while (lua_next(lua, at) != 0) {
      lua_pop(lua, 1);
      if (++members > length) return false;  // names beside the numbers
    }
    json::array items;
    for (std::size_t i = 1; i <= length; ++i) {
      lua_rawgeti(lua, at, static_cast<lua_Integer>(i));
      json::value value;
      if (!read(-1, depth + 1, value)) return false;
      items.push_back(std::move(value));
      lua_pop(lua, 1);
    }
    out = std::move(items);
    return true;
  }
};

std::string message_of(lua_State* lua) {
  std::string text;
  std::size_t size = 0;
  if (lua_type(lua, -1) == LUA_TSTRING) {
    const char* data = lua_tolstring(lua, -1, &size);
    text.assign(data, std::min(size, kMessageBytesMax));
  }
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  while (!text.empty() && !is_utf8(text)) text.pop_back();  // cut within a letter
  return text;
}

ExpressionFailure failure_of(lua_State* lua, int status, const Job& job, const Budget& budget) {
  if (budget.steps.is_out_of_steps) return {ExpressionError::kTooManySteps, {}};
  if (status == LUA_ERRMEM) return {ExpressionError::kTooMuchMemory, {}};
  return {job.is_loaded ? ExpressionError::kFailed : ExpressionError::kNotReadable, message_of(lua)};
}

Result<json::value, ExpressionFailure> in_lua(Job job, const ExpressionLimits& limits) {
  if (job.source.size() > kExpressionBytesMax) return refuse(ExpressionFailure{ExpressionError::kTooLong, {}});
  Budget budget{.limits = limits, .steps = {.steps_max = limits.instructions}};
  const std::unique_ptr<lua_State, decltype(&lua_close)> lua(lua_newstate(allocate, &budget), lua_close);
  if (!lua) return refuse(ExpressionFailure{ExpressionError::kTooMuchMemory, {}});
  *static_cast<StepBudget**>(lua_getextraspace(lua.get())) = &budget.steps;
  lua_pushcfunction(lua.get(), run);
  lua_pushlightuserdata(lua.get(), &job);
  const int status = lua_pcall(lua.get(), 1, 1, 0);
  if (status != LUA_OK) return refuse(failure_of(lua.get(), status, job, budget));
  json::value out;
  Reader reader{.lua = lua.get()};
  if (!reader.read(-1, 1, out)) return refuse(ExpressionFailure{ExpressionError::kBadResult, {}});
  return out;
}

}  // namespace

std::string_view describe(ExpressionError error) {
  switch (error) {
    case ExpressionError::kTooLong:
      return "expression_too_long";
    case ExpressionError::kNotReadable:
      return "expression_not_readable";
    case ExpressionError::kTooManySteps:
      return "expression_too_many_steps";
    case ExpressionError::kTooMuchMemory:
      return "expression_too_much_memory";
    case ExpressionError::kFailed:
      return "expression_failed";
    case ExpressionError::kBadResult:
      return "expression_bad_result";
  }
  return "?";
}

Result<json::value, ExpressionFailure> evaluate_expression(std::string_view source, const ExpressionInput& input,
                                                           const ExpressionLimits& limits) {
  return in_lua({.source = source, .input = input}, limits);
}

std::optional<ExpressionFailure> why_not_readable(std::string_view source) {
  const auto read = in_lua({.source = source, .input = {}, .only_loads = true}, {});
  return read ? std::nullopt : std::optional(read.error());
}

}  // namespace cardea
