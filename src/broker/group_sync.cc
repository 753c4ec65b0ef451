#include "broker/group_sync.h"

#include <map>

#include "base/limits.h"
#include "broker/members.h"

namespace cardea::broker {
namespace {

/// New memberships that are looked up one by one; of more, all groups of the source are read at once.
constexpr std::size_t kLookUpsMax = 32;

/// What an index takes.
constexpr std::size_t kSourceIdBytesMax = 255;

using SourcedById = std::map<std::string, SourcedGroup, std::less<>>;

SourcedById by_source_id(std::vector<SourcedGroup> groups) {
  SourcedById out;
  for (auto& group : groups) out.emplace(group.source_id, std::move(group));
  return out;
}

// A long name never cuts off the id.
std::string unique_name(const SourceGroup& group) {
  const auto suffix = " (" + limited(group.id, kUsernameBytesMax - 3) + ")";
  return limited(group.name, kUsernameBytesMax - suffix.size()) + suffix;
}

class Sync {
 public:
  Sync(Tx& tx, const Dependencies& dependencies, const Realm& realm, const IdentityProvider& provider)
      : tx_(tx),
        groups_(dependencies.repositories.groups),
        random_(dependencies.random),
        realm_(realm),
        alias_(provider.alias) {}

  /// To be called first, with how many groups will be asked for.
  Stored<void> expect(std::size_t count) {
    if (count <= kLookUpsMax) return {};
    auto all = groups_.list_of_source(tx_, realm_.id, alias_);
    if (!all) return refuse(all.error());
    all_ = by_source_id(std::move(*all));
    return {};
  }

  /// The group of the source, made when there is none. Absent: it was left out.
  Stored<std::optional<GroupId>> ensure(const SourceGroup& wanted) {
    const auto known = find(wanted.id);
    if (!known) return refuse(known.error());
    if (!*known) return make(wanted);
    if (auto named = keep_named(**known, wanted); !named) return refuse(named.error());
    return std::optional((*known)->id);
  }

  /// Gives it its new name; or another one, when a group of ours is called the same by now.
  Stored<void> keep_named(const SourcedGroup& known, const SourceGroup& wanted) {
    const bool is_named =
        wanted.name.empty() || known.name == limited(wanted.name) || known.name == unique_name(wanted);
    if (is_named && !known.shares_name) return {};
    const auto name = free_name(wanted);
    if (!name) return refuse(name.error());
    if (name->empty()) return {};
    auto group = groups_.find(tx_, realm_.id, known.id);
    if (!group) return refuse(group.error());
    if (!*group) return {};
    (*group)->name = *name;
    return groups_.update(tx_, **group);
  }

  [[nodiscard]] std::size_t left_out() const { return left_out_; }

 private:
  Stored<std::optional<SourcedGroup>> find(const std::string& id) {
    if (!all_) return groups_.find_sourced(tx_, realm_.id, alias_, id);
    const auto found = all_->find(id);
    return found == all_->end() ? std::nullopt : std::optional(found->second);
  }

  /// The first of its names that no group of the realm has; empty: somebody has thought of them all.
  Stored<std::string> free_name(const SourceGroup& wanted) {
    std::vector<std::string> names;
    if (!wanted.name.empty()) names = {limited(wanted.name), unique_name(wanted)};
    names.push_back(limited(wanted.id));
    for (auto& name : names) {
      const auto taken = groups_.has_name(tx_, realm_.id, name);
      if (!taken) return refuse(taken.error());
      if (!*taken) return std::move(name);
    }
    return std::string();
  }

  Group sourced(std::string name) {
    Group group;
    group.id = GroupId(random_uuid(random_));
    group.realm = realm_.id;
    group.name = std::move(name);
    group.attributes[std::string(kSourceAttribute)] = {alias_};
    return group;
  }

  Stored<GroupId> find_or_make_parent() {
    if (parent_) return *parent_;
    const auto known = groups_.find_sourced(tx_, realm_.id, alias_, "");
    if (!known) return refuse(known.error());
    if (*known) {
      parent_ = (*known)->id;
      return *parent_;
    }
    auto parent = sourced(alias_);
    auto done = groups_.insert(tx_, parent);
    if (!done && done.error() == StoreError::kConflict) {  // somebody here has a group of that name
      parent.name = alias_ + " (upstream)";
      done = groups_.insert(tx_, parent);
    }
    if (!done) return refuse(done.error());
    parent_ = parent.id;
    return *parent_;
  }

  Stored<std::optional<GroupId>> make(const SourceGroup& wanted) {
    const bool may_be_made = made_ < kGroupsMadeMax && wanted.id.size() <= kSourceIdBytesMax;
    auto name = may_be_made ? free_name(wanted) : Stored<std::string>();
    if (!name) return refuse(name.error());
    if (name->empty()) {
      ++left_out_;
      return std::optional<GroupId>();
    }
    ++made_;
    const auto parent = find_or_make_parent();
    if (!parent) return refuse(parent.error());
    auto group = sourced(std::move(*name));
    group.parent = *parent;
    group.attributes[std::string(kSourceIdAttribute)] = {wanted.id};
    if (auto done = groups_.insert(tx_, group); !done) return refuse(done.error());
    if (all_) all_->emplace(wanted.id, SourcedGroup{.id = group.id, .source_id = wanted.id, .name = group.name});
    return std::optional(group.id);
  }

  Tx& tx_;
  GroupRepo& groups_;
  Random& random_;
  const Realm& realm_;
  const std::string& alias_;
  std::optional<GroupId> parent_;
  std::optional<SourcedById> all_;  // absent: they are looked up
  std::size_t made_ = 0;
  std::size_t left_out_ = 0;
};

}  // namespace

Stored<void> write_source_groups(Tx& tx, const Arrival& arrival, const UserId& user) {
  const auto& dependencies = arrival.dependencies;
  const auto& repositories = dependencies.repositories;
  const auto& realm = arrival.realm->realm;
  const auto& provider = *arrival.provider;
  if (auto noted = repositories.groups.note_sources(tx, realm.id); !noted) return noted;
  auto listed = repositories.groups.list_sourced(tx, realm.id, provider.alias, user);
  if (!listed) return refuse(listed.error());
  auto before = by_source_id(std::move(*listed));
  Sync sync(tx, dependencies, realm, provider);
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
