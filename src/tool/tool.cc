#include "tool/tool.h"

#include <array>

#include "base/assert.h"
#include "tool/admin/admin_command.h"
#include "tool/apply/apply_command.h"
#include "tool/preset/check_command.h"
#include "tool/preset/preset_command.h"

namespace cardea::tool {
namespace {

struct Row {
  std::string_view word;
  int (*run)(std::vector<std::string>, const Dependencies&);
};

constexpr std::array<Row, 4> kCommands = {
    {{"admin", run_admin}, {"apply", run_apply}, {"preset", run_preset}, {"check", run_check}}};

}  // namespace

bool is_tool_command(std::string_view word) {
  for (const auto& row : kCommands) {
    if (row.word == word) return true;
  }
  return false;
}

int run_tool(const std::vector<std::string>& arguments, const Dependencies& deps) {
  CARDEA_ASSERT(!arguments.empty());
  for (const auto& row : kCommands) {
    if (row.word == arguments.front()) return row.run({arguments.begin() + 1, arguments.end()}, deps);
  }
  return kExitRefused;
}

}  // namespace cardea::tool
