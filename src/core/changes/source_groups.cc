#include "core/changes/source_groups.h"

#include <algorithm>
#include <utility>

#include "base/limited.h"
#include "base/limits.h"
#include "base/text.h"
#include "core/changes/default_groups.h"

namespace cardea {
namespace {

/// New memberships that are looked up one by one; of more, all groups of the source are read at once.
constexpr std::size_t kLookUpsMax = 32;

std::string suffix_of(std::string_view id) { return " (" + limited(std::string(id), kUsernameBytesMax - 3) + ")"; }

// A long name never cuts off the id.
std::string unique_name(const SourceGroup& group) {
  const auto suffix = suffix_of(group.id);
  return limited(group.name, kUsernameBytesMax - suffix.size()) + suffix;
}

std::vector<Pattern> patterns_of(std::string_view setting) {
  std::vector<Pattern> out;
  for (const auto word : split_words(setting)) out.emplace_back(std::string(word));
  return out;
}

}  // namespace

SourceGroupFilter::SourceGroupFilter(const IdentityProvider& provider)
    : allowed_(patterns_of(provider.setting("groupsAllow"))),
      denied_(patterns_of(provider.setting("groupsDeny"))),
      by_name_(provider.is_on("groupsByName")) {}

bool SourceGroupFilter::fits(const std::vector<Pattern>& patterns, const SourceGroup& group) const {
  return std::ranges::any_of(patterns, [&](const Pattern& pattern) {
    return pattern.matches(group.id) || (by_name_ && !group.name.empty() && pattern.matches(group.name));
  });
}

bool SourceGroupFilter::lets_in(const SourceGroup& group) const {
  return (allowed_.empty() || fits(allowed_, group)) && !fits(denied_, group);
}

std::string name_at_source(std::string_view name_here, std::string_view source_id) {
  if (const auto suffix = suffix_of(source_id); name_here.ends_with(suffix)) name_here.remove_suffix(suffix.size());
  return std::string(name_here);
}

Stored<void> SourceGroupWriter::expect(std::size_t count) {
  if (count <= kLookUpsMax) return {};
  auto all = groups_.list_of_source(tx_, realm_.id, alias_);
  if (!all) return refuse(all.error());
  all_.emplace();
  for (auto& group : *all) all_->emplace(group.source_id, std::move(group));
  return {};
}

Stored<std::optional<GroupId>> SourceGroupWriter::ensure(const SourceGroup& wanted) {
  const auto known = find(wanted.id);
  if (!known) return refuse(known.error());
  if (!*known) return make(wanted);
  if (auto named = keep_named(**known, wanted); !named) return refuse(named.error());
  return std::optional((*known)->id);
}

Stored<void> SourceGroupWriter::keep_named(const SourcedGroup& known, const SourceGroup& wanted) {
  const bool is_named = wanted.name.empty() || known.name == limited(wanted.name) || known.name == unique_name(wanted);
  if (is_named && !known.shares_name) return {};
  const auto name = free_name(wanted);
  if (!name) return refuse(name.error());
  if (name->empty()) return {};
  auto group = groups_.find(tx_, realm_.id, known.id);
  if (!group) return refuse(group.error());
  if (!*group) return {};
  return rename(std::move(**group), *name);
}

// Its place among the groups of new users goes with it, or the next group that the source calls so would inherit it.
Stored<void> SourceGroupWriter::rename(Group group, std::string name) {
  const auto before = std::exchange(group.path, {});
  group.name = std::move(name);
  if (auto done = groups_.update(tx_, group); !done) return done;
  const auto after = groups_.find(tx_, realm_.id, group.id);
  if (!after) return refuse(after.error());
  auto realm = repositories_.realms.find_by_name(tx_, realm_.name);
  if (!realm) return refuse(realm.error());
  if (!*after || !*realm) return {};
  return follow_default_groups(tx_, repositories_, **realm, before, (*after)->path);
}

Stored<void> SourceGroupWriter::change_source_id(const SourcedGroup& known, const std::string& source_id) {
  const auto other = groups_.find_sourced(tx_, realm_.id, alias_, source_id);
  if (!other) return refuse(other.error());
  if (*other || source_id.empty() || source_id.size() > kSourceIdBytesMax) return refuse(StoreError::kConflict);
  auto group = groups_.find(tx_, realm_.id, known.id);
  if (!group) return refuse(group.error());
  if (!*group) return refuse(StoreError::kConflict);
  (*group)->attributes[std::string(kSourceIdAttribute)] = {source_id};
  return groups_.update(tx_, **group);
}

Stored<std::optional<SourcedGroup>> SourceGroupWriter::find(const std::string& id) {
  if (!all_) return groups_.find_sourced(tx_, realm_.id, alias_, id);
  const auto found = all_->find(id);
  return found == all_->end() ? std::nullopt : std::optional(found->second);
}

// The first of its names that no group of the realm has; empty: somebody has thought of them all.
Stored<std::string> SourceGroupWriter::free_name(const SourceGroup& wanted) {
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

Group SourceGroupWriter::sourced(std::string name) {
  Group group;
  group.id = GroupId(random_uuid(random_));
  group.realm = realm_.id;
  group.name = std::move(name);
  group.attributes[std::string(kSourceAttribute)] = {alias_};
  return group;
}

Stored<GroupId> SourceGroupWriter::find_or_make_parent() {
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

Stored<std::optional<GroupId>> SourceGroupWriter::make(const SourceGroup& wanted) {
  const bool may_be_made = made_ < kSourceGroupsMadeMax && wanted.id.size() <= kSourceIdBytesMax;
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

}  // namespace cardea
