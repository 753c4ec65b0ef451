#include "core/expression/library.h"

#include <cstring>
#include <string_view>

namespace cardea {
namespace {

// Each may be left by a longjmp: nothing here has a destructor.

std::string_view text_at(lua_State* lua, int at) {
  std::size_t size = 0;
  const char* data = luaL_checklstring(lua, at, &size);
  return {data, size};
}

void push(lua_State* lua, std::string_view text) { lua_pushlstring(lua, text.data(), text.size()); }

/// memmem is linear, whatever the texts are.
bool has_part(std::string_view text, std::string_view part) {
  return part.empty() || memmem(text.data(), text.size(), part.data(), part.size()) != nullptr;
}

int contains(lua_State* lua) {
  lua_pushboolean(lua, has_part(text_at(lua, 1), text_at(lua, 2)) ? 1 : 0);
  return 1;
}

int starts_with(lua_State* lua) {
  lua_pushboolean(lua, text_at(lua, 1).starts_with(text_at(lua, 2)) ? 1 : 0);
  return 1;
}

int ends_with(lua_State* lua) {
  lua_pushboolean(lua, text_at(lua, 1).ends_with(text_at(lua, 2)) ? 1 : 0);
  return 1;
}

int trim(lua_State* lua) {
  constexpr std::string_view kBlanks = " \t\r\n\f\v";
  auto text = text_at(lua, 1);
  const auto first = text.find_first_not_of(kBlanks);
  text = first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
  push(lua, text);
  return 1;
}

int split(lua_State* lua) {
  auto text = text_at(lua, 1);
  const auto separator = text_at(lua, 2);
  luaL_argcheck(lua, !separator.empty(), 2, "a separator is needed");
  lua_newtable(lua);
  lua_Integer at = 0;
  while (true) {
    const void* found = memmem(text.data(), text.size(), separator.data(), separator.size());
    if (found == nullptr) break;
    const auto size = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    push(lua, text.substr(0, size));
    lua_rawseti(lua, -2, ++at);
    text.remove_prefix(size + separator.size());
  }
  push(lua, text);
  lua_rawseti(lua, -2, ++at);
  return 1;
}

/// Lua's own would show where tables and functions are in memory.
int text_of(lua_State* lua) {
  switch (lua_type(lua, 1)) {
    case LUA_TNIL:
    case LUA_TBOOLEAN:
    case LUA_TNUMBER:
    case LUA_TSTRING:
      luaL_tolstring(lua, 1, nullptr);
      return 1;
    default:
      return luaL_error(lua, "a %s has no text", luaL_typename(lua, 1));
  }
}

using Names = const char* const[];
constexpr Names kBase = {"error", "ipairs", "next", "pairs", "select", "tonumber", "type"};
constexpr Names kString = {"byte", "char", "len", "lower", "reverse", "sub", "upper"};
constexpr Names kTable = {"concat", "insert", "remove", "unpack"};
constexpr Names kMath = {"abs", "ceil",      "floor", "fmod",       "max",        "min",
                         "pi",  "tointeger", "type",  "maxinteger", "mininteger", "huge"};

constexpr int kBytesOrItemsOfStep = 8;

/// A function of the library goes through its texts and tables within one instruction: that is counted as if it were
/// several. The function itself is the upvalue.
int charged(lua_State* lua) {
  const int count = lua_gettop(lua);
  lua_Unsigned size = 0;
  for (int at = 1; at <= count; ++at) size += lua_rawlen(lua, at);  // 0 of what has none; blocks are bounded
  (*static_cast<StepBudget**>(lua_getextraspace(lua)))->take(lua, static_cast<int>(size / kBytesOrItemsOfStep));
  lua_pushvalue(lua, lua_upvalueindex(1));
  lua_insert(lua, 1);
  lua_call(lua, count, LUA_MULTRET);
  return lua_gettop(lua);
}

/// Charges for each function of the table on top of the stack.
void charge_all(lua_State* lua) {
  lua_pushnil(lua);
  while (lua_next(lua, -2) != 0) {
    if (lua_isfunction(lua, -1) != 0) {
      lua_pushvalue(lua, -2);
      lua_insert(lua, -2);
      lua_pushcclosure(lua, charged, 1);
      lua_rawset(lua, -4);  // of a key that is there
    } else {
      lua_pop(lua, 1);
    }
  }
}

/// Puts those names of the library on top of the stack into the table below it, and takes the library away.
template <std::size_t Count>
void keep(lua_State* lua, const char* const (&names)[Count]) {
  for (const char* name : names) {
    lua_getfield(lua, -1, name);
    lua_setfield(lua, -3, name);
  }
  lua_pop(lua, 1);
}

template <std::size_t Count>
void open(lua_State* lua, lua_CFunction library, const char* const (&names)[Count]) {
  lua_newtable(lua);
  lua_pushcfunction(lua, library);
  lua_call(lua, 0, 1);
  keep(lua, names);
}

constexpr luaL_Reg kOwn[] = {{"contains", contains},   {"starts_with", starts_with},
                             {"ends_with", ends_with}, {"split", split},
                             {"trim", trim},           {nullptr, nullptr}};

}  // namespace

void StepBudget::take(lua_State* lua, int more) {
  steps += more;
  if (steps <= steps_max) return;
  is_out_of_steps = true;
  luaL_error(lua, "too many instructions");
}

void open_expression_library(lua_State* lua) {
  // The base library writes into the table of globals, so that becomes another one afterwards.
  open(lua, luaopen_base, kBase);
  lua_pushcfunction(lua, text_of);
  lua_setfield(lua, -2, "tostring");
  open(lua, luaopen_string, kString);
  luaL_setfuncs(lua, kOwn, 0);
  charge_all(lua);
  // Texts have a metatable by now, through which all of Lua's library could be called: ("x"):rep(9).
  lua_pushliteral(lua, "");
  lua_getmetatable(lua, -1);
  lua_pushvalue(lua, -3);
  lua_setfield(lua, -2, "__index");
  lua_pop(lua, 2);
  lua_setfield(lua, -2, "string");
  open(lua, luaopen_table, kTable);
  charge_all(lua);
  lua_setfield(lua, -2, "table");
  open(lua, luaopen_math, kMath);
  lua_setfield(lua, -2, "math");
  lua_rawseti(lua, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
}

}  // namespace cardea
