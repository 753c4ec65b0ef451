#include "broker/source_paths.h"

#include <utility>

namespace cardea::broker {

bool SourcePaths::take_turn(TimePoint now) {
  const std::scoped_lock lock(mutex_);
  if (known_ && now < next_) return false;
  next_ = now + kSourcePathsLife;
  return true;
}

void SourcePaths::put(std::map<std::string, std::string, std::less<>> realms) {
  const std::scoped_lock lock(mutex_);
  realms_ = std::move(realms);
  known_ = true;
}

void SourcePaths::give_back_turn() {
  const std::scoped_lock lock(mutex_);
  next_ = {};
}

std::string SourcePaths::realm_of(std::string_view alias) const {
  const std::scoped_lock lock(mutex_);
  const auto found = realms_.find(alias);
  return found == realms_.end() ? std::string() : found->second;
}

}  // namespace cardea::broker
