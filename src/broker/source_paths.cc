#include "broker/source_paths.h"

#include <utility>

namespace cardea::broker {

bool SourcePaths::take_turn(TimePoint now) {
  const std::scoped_lock lock(mutex_);
  if (known_ && now < next_) return false;
  next_ = now + kSourcePathsLife;
  return true;
}

void SourcePaths::put(SourceRealms realms) {
  const std::scoped_lock lock(mutex_);
  realms_ = std::move(realms);
  known_ = true;
}

void SourcePaths::give_back_turn() {
  const std::scoped_lock lock(mutex_);
  next_ = {};
}

std::string SourcePaths::realm_of(const Asked& asked) const {
  const std::scoped_lock lock(mutex_);
  const auto own = realms_.find(asked.host), of_all = realms_.find("");
  const auto found = own == realms_.end() ? of_all : own;
  if (found == realms_.end() || found->second.is_claimed_twice) return {};
  // The server's own host is that of the realm of all hosts: who else claims it claims it with that one.
  const bool is_two = found == own && own != of_all && of_all != realms_.end() && asked.host == asked.server_host;
  if (is_two) return {};
  const auto& realm = found->second;
  return asked.alias.empty() || realm.aliases.contains(asked.alias) ? realm.name : std::string();
}

}  // namespace cardea::broker
