// How far the synchronisation with a provider's directory has come (docs/adr/0025): one row for each provider that has
// one. The links are Graph's, whole and opaque.
#pragma once

#include <string>

#include "base/clock.h"
#include "domain/ids.h"

namespace cardea {

struct DirectorySync {
  RealmId realm;
  std::string provider;     // the alias
  std::string directory;    // whose links these are; of another directory they mean nothing
  std::string users_link;   // the next page or delta of users; empty: from the beginning
  std::string groups_link;  // the same of groups
  bool marks_all = false;   // everybody who is linked is being marked as due
  std::string marked_to;    // as far as this id
  TimePoint synced_at{};    // what is known was true then: the beginning of the last whole run; zero: there was none
  TimePoint due_at{};
  TimePoint leased_until{};
  std::string holder;  // of the lease
};

}  // namespace cardea
