#include "broker/group_sync.h"

#include <map>

#include "core/changes/source_groups.h"

namespace cardea::broker {

Stored<void> write_source_groups(Tx& tx, const Arrival& arrival, const UserId& user) {
  const auto& dependencies = arrival.dependencies;
  const auto& repositories = dependencies.repositories;
  const auto& realm = arrival.realm->realm;
  const auto& provider = *arrival.provider;
  if (auto noted = repositories.groups.note_sources(tx, realm.id); !noted) return noted;
  auto listed = repositories.groups.list_sourced(tx, realm.id, provider.alias, user);
  if (!listed) return refuse(listed.error());
  std::map<std::string, SourcedGroup, std::less<>> before;
  for (auto& group : *listed) before.emplace(group.source_id, std::move(group));
  SourceGroupWriter sync(tx, repositories, dependencies.random, realm, provider.alias);
  std::vector<const SourceGroup*> joined;
  for (const auto& group : *arrival.groups) {
    const auto known = before.find(group.id);
    if (known == before.end()) {
      joined.push_back(&group);
      continue;
    }
    if (auto done = sync.keep_named(known->second, group); !done) return done;
    before.erase(known);
  }
  if (auto ready = sync.expect(joined.size()); !ready) return ready;
  for (const auto* group : joined) {
    const auto id = sync.ensure(*group);
    if (!id) return refuse(id.error());
    if (!*id) continue;
    if (auto done = repositories.users.add_group(tx, user, **id); !done) return done;
  }
  if (sync.left_out() > 0) {
    dependencies.log.warning("upstream_groups_left_out", {{"provider", provider.alias},
                                                          {"user_id", user.str()},
                                                          {"count", static_cast<std::int64_t>(sync.left_out())},
                                                          {"correlation_id", arrival.request.correlation_id}});
  }
  for (const auto& [id, group] : before) {  // what the person is no longer in
    if (auto done = repositories.users.remove_group(tx, user, group.id); !done) return done;
  }
  return {};
}

}  // namespace cardea::broker
