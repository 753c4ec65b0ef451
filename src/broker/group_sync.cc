#include "broker/group_sync.h"

#include <map>
#include <set>

#include "base/limits.h"
#include "broker/members.h"

namespace cardea::broker {
namespace {

std::string_view attribute_of(const Group& group, std::string_view name) {
  const auto found = group.attributes.find(std::string(name));
  return found == group.attributes.end() || found->second.empty() ? std::string_view()
                                                                  : std::string_view(found->second.front());
}

class Sync {
 public:
  Sync(Tx& tx, const Dependencies& dependencies, const Realm& realm, const IdentityProvider& provider)
      : tx_(tx), dependencies_(dependencies), realm_(realm), provider_(provider) {}

  Stored<void> load() {
    auto all = dependencies_.repositories.groups.list(tx_, realm_.id);
    if (!all) return refuse(all.error());
    for (auto& group : *all) {
      if (attribute_of(group, kSourceAttribute) != provider_.alias) {
        taken_.insert(group.name);
        continue;
      }
      const std::string id(attribute_of(group, kSourceIdAttribute));
      if (id.empty()) {
        parent_ = group.id;
        taken_.insert(group.name);
      } else {
        names_.insert(group.name);
        ids_.insert(group.id.str());
        by_id_.emplace(id, std::move(group));
      }
    }
    return {};
  }

  /// Makes it, or gives it its new name. Absent: it was left out.
  Stored<std::optional<GroupId>> ensure(const SourceGroup& wanted) {
    const auto known = by_id_.find(wanted.id);
    if (known == by_id_.end()) return make(wanted);
    auto& group = known->second;
    const bool is_free = !taken_.contains(group.name);
    const bool is_named = wanted.name.empty() || group.name == limited(wanted.name) || group.name == unique(wanted);
    if (is_named && is_free) return std::optional(group.id);
    names_.erase(group.name);
    if (auto name = free_name(wanted)) group.name = std::move(*name);
    names_.insert(group.name);
    if (auto done = dependencies_.repositories.groups.update(tx_, group); !done) return refuse(done.error());
    return std::optional(group.id);
  }

  [[nodiscard]] std::size_t left_out() const { return left_out_; }

  [[nodiscard]] bool is_of_source(const GroupId& id) const { return ids_.contains(id.str()); }

 private:
  // A long name never cuts off the id.
  static std::string unique(const SourceGroup& group) {
    const auto suffix = " (" + limited(group.id, kUsernameBytesMax - 3) + ")";
    return limited(group.name, kUsernameBytesMax - suffix.size()) + suffix;
  }
  [[nodiscard]] bool is_taken(const std::string& name) const { return names_.contains(name) || taken_.contains(name); }
  // The first of its names that no group of the realm has; absent: somebody has thought of them all.
  [[nodiscard]] std::optional<std::string> free_name(const SourceGroup& group) const {
    if (!group.name.empty()) {
      if (auto name = limited(group.name); !is_taken(name)) return name;
      if (auto name = unique(group); !is_taken(name)) return name;
    }
    if (auto name = limited(group.id); !is_taken(name)) return name;
    return std::nullopt;
  }

  Stored<void> make_parent() {
    if (parent_) return {};
    Group parent;
    parent.id = GroupId(random_uuid(dependencies_.random));
    parent.realm = realm_.id;
    parent.name = provider_.alias;
    parent.attributes[std::string(kSourceAttribute)] = {provider_.alias};
    auto done = dependencies_.repositories.groups.insert(tx_, parent);
    if (!done && done.error() == StoreError::kConflict) {  // somebody here has a group of that name
      parent.name = provider_.alias + " (upstream)";
      done = dependencies_.repositories.groups.insert(tx_, parent);
    }
    if (!done) return done;
    parent_ = parent.id;
    return {};
  }

  Stored<std::optional<GroupId>> make(const SourceGroup& wanted) {
    auto name = made_ < kGroupsMadeMax ? free_name(wanted) : std::nullopt;
    if (!name) {
      ++left_out_;
      return std::optional<GroupId>();
    }
    ++made_;
    if (auto done = make_parent(); !done) return refuse(done.error());
    Group group;
    group.id = GroupId(random_uuid(dependencies_.random));
    group.realm = realm_.id;
    group.parent = parent_;
    group.name = std::move(*name);
    group.attributes[std::string(kSourceAttribute)] = {provider_.alias};
    group.attributes[std::string(kSourceIdAttribute)] = {wanted.id};
    if (auto done = dependencies_.repositories.groups.insert(tx_, group); !done) return refuse(done.error());
    names_.insert(group.name);
    const auto id = group.id;
    by_id_.emplace(wanted.id, std::move(group));
    return std::optional(id);
  }

  Tx& tx_;
  const Dependencies& dependencies_;
  const Realm& realm_;
  const IdentityProvider& provider_;
  std::optional<GroupId> parent_;
  std::map<std::string, Group, std::less<>> by_id_;  // by the source's id
  std::set<std::string, std::less<>> names_;         // of the source's groups
  std::set<std::string, std::less<>> taken_;         // of all others of the realm
  std::size_t made_ = 0;
  std::size_t left_out_ = 0;
  std::set<std::string, std::less<>> ids_;
};

}  // namespace

Stored<void> write_source_groups(Tx& tx, const Arrival& arrival, const UserId& user) {
  const auto& dependencies = arrival.dependencies;
  const auto& realm = arrival.realm->realm;
  const auto& provider = *arrival.provider;
  Sync sync(tx, dependencies, realm, provider);
  if (auto loaded = sync.load(); !loaded) return loaded;
  auto subject = dependencies.repositories.subjects.load(tx, realm.id, user);
  if (!subject) return refuse(subject.error());
  std::set<std::string> before;
  if (*subject) {
    for (const auto& id : (*subject)->groups) {
      if (sync.is_of_source(id)) before.insert(id.str());
    }
  }
  for (const auto& group : *arrival.groups) {
    const auto id = sync.ensure(group);
    if (!id) return refuse(id.error());
    if (!*id || before.erase((*id)->str()) > 0) continue;
    if (auto done = dependencies.repositories.users.add_group(tx, user, **id); !done) return done;
  }
  if (sync.left_out() > 0) {
    dependencies.log.warning("upstream_groups_left_out", {{"provider", provider.alias},
                                                          {"user_id", user.str()},
                                                          {"count", static_cast<std::int64_t>(sync.left_out())},
                                                          {"correlation_id", arrival.request.correlation_id}});
  }
  for (const auto& id : before) {
    if (auto done = dependencies.repositories.users.remove_group(tx, user, GroupId(id)); !done) return done;
  }
  return {};
}

}  // namespace cardea::broker
