#include "store/group_paths.h"

#include <string>
#include <string_view>
#include <unordered_map>

#include "base/limits.h"

namespace cardea::store {
namespace {

std::string path_part(std::string_view name) {
  std::string part = "/";
  for (const char c : name) {
    if (c == '/') part += '~';
    part += c;
  }
  return part;
}

}  // namespace

void fill_in_paths(std::vector<Group>& groups) {
  std::unordered_map<std::string_view, const Group*> by_id;
  for (const Group& group : groups) by_id.emplace(group.id.str(), &group);
  for (Group& group : groups) {
    const Group* at = &group;
    std::string path;
    for (int depth = 0; at != nullptr && depth <= kGroupDepthMax; ++depth) {
      path.insert(0, path_part(at->name));
      const auto parent = at->parent ? by_id.find(at->parent->str()) : by_id.end();
      at = parent == by_id.end() ? nullptr : parent->second;
    }
    group.path = std::move(path);
  }
}

}  // namespace cardea::store
