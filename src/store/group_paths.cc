#include "store/group_paths.h"

#include <string>
#include <string_view>
#include <unordered_map>

#include "base/limits.h"
#include "domain/group_path.h"

namespace cardea::store {
void fill_in_paths(std::vector<Group>& groups) {
  std::unordered_map<std::string_view, const Group*> by_id;
  for (const Group& group : groups) by_id.emplace(group.id.str(), &group);
  for (Group& group : groups) {
    const Group* at = &group;
    std::string path;
    for (int depth = 0; at != nullptr && depth <= kGroupDepthMax; ++depth) {
      path.insert(0, group_path({}, at->name));
      const auto parent = at->parent ? by_id.find(at->parent->str()) : by_id.end();
      at = parent == by_id.end() ? nullptr : parent->second;
    }
    group.path = std::move(path);
  }
}

}  // namespace cardea::store
