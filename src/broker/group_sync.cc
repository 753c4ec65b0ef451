#include "broker/group_sync.h"

#include <map>

#include "core/changes/source_groups.h"

namespace cardea::broker {

Stored<bool> write_source_groups(Tx& tx, const GroupsPlace& place, const SourceGroups& groups) {
  const auto& dependencies = place.dependencies;
  const auto& repositories = dependencies.repositories;
  const auto& realm = place.realm;
  const auto& provider = place.provider;
  const auto& user = place.user;
  if (auto noted = repositories.groups.note_sources(tx, realm.id); !noted) return refuse(noted.error());
  auto listed = repositories.groups.list_sourced(tx, realm.id, provider.alias, user);
  if (!listed) return refuse(listed.error());
  std::map<std::string, SourcedGroup, std::less<>> before;
  for (auto& group : *listed) before.emplace(group.source_id, std::move(group));
  SourceGroupWriter sync(tx, repositories, dependencies.random, realm, provider.alias);
  std::vector<const SourceGroup*> joined;
  const auto let_in = filtered(provider, groups);
  for (const auto& group : let_in) {
    const auto known = before.find(group.id);
    if (known == before.end()) {
      joined.push_back(&group);
      continue;
    }
    if (auto done = sync.keep_named(known->second, group); !done) return refuse(done.error());
    before.erase(known);
  }
  if (auto ready = sync.expect(joined.size()); !ready) return refuse(ready.error());
  for (const auto* group : joined) {
    const auto id = sync.ensure(*group);
    if (!id) return refuse(id.error());
    if (!*id) continue;
    if (auto done = repositories.users.add_group(tx, user, **id); !done) return refuse(done.error());
  }
  if (sync.left_out() > 0) {
    dependencies.log.warning("upstream_groups_left_out", {{"provider", provider.alias},
                                                          {"user_id", user.str()},
                                                          {"count", static_cast<std::int64_t>(sync.left_out())},
                                                          {"correlation_id", place.correlation_id}});
  }
  for (const auto& [id, group] : before) {  // what the person is no longer in
    if (auto done = repositories.users.remove_group(tx, user, group.id); !done) return refuse(done.error());
  }
  return sync.has_more();
}

Stored<bool> write_said_groups(Tx& tx, const GroupsPlace& place, std::string_view upstream_id,
                               const SourceGroups& groups, TimePoint asked_at) {
  const auto& repositories = place.dependencies.repositories;
  const auto& alias = place.provider.alias;
  if (auto locked = repositories.users.lock(tx, place.user); !locked) return refuse(locked.error());
  const auto link = repositories.federated_identities.find(tx, place.realm.id, alias, upstream_id);
  if (!link) return refuse(link.error());
  if (!*link || (*link)->user != place.user || (*link)->groups_at > asked_at) return false;
  const auto has_more = write_source_groups(tx, place, groups);
  if (!has_more) return has_more;
  // What is not written whole is not known: whoever asks next writes the rest.
  const auto known = *has_more ? std::string() : known_groups(place.provider, groups);
  if (auto noted = repositories.federated_identities.set_groups(tx, place.user, alias, known, asked_at); !noted) {
    return refuse(noted.error());
  }
  return has_more;
}

}  // namespace cardea::broker
