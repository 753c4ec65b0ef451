#include "core/each_realm.h"

#include <algorithm>
#include <string>
#include <vector>

namespace cardea {
namespace {

constexpr std::size_t kAtOnce = 8;

}  // namespace

Stored<void> each_realm(Rows& rows, const Repositories& repositories,
                        const std::function<void(const Realm& realm)>& look) {
  const auto all = repositories.realms.names(rows, "");
  if (!all) return refuse(all.error());
  for (std::size_t from = 0; from < all->size(); from += kAtOnce) {
    std::vector<std::string> names;
    for (std::size_t i = from; i < std::min(from + kAtOnce, all->size()); ++i) names.push_back((*all)[i].second);
    const auto some = repositories.realms.find_all(rows, names);
    if (!some) return refuse(some.error());
    for (const auto& realm : *some) look(realm);
  }
  return {};
}

}  // namespace cardea
