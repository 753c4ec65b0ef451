// Groups of an upstream provider as groups of ours, whoever brings them: a sign-in or the provider's SCIM client
// (guides.md G2.4). Each is found by its id there, never by its name, and is made below a group of the provider's own:
// a name chosen elsewhere never gives the rights of a group of ours. Whose it is stands in two attributes
// (domain/group_source.h) that this file alone writes: the admin API takes none of them from anybody. Nor is it ever
// called as another group of the realm: some clients know groups by their last name alone, and at Entra ID anybody may
// make a group and call it what they like.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "core/changes/pattern.h"
#include "domain/group_source.h"
#include "domain/identity_provider.h"
#include "domain/repository/repositories.h"

namespace cardea {

/// Groups that one transaction makes, which is what it has time for; the next one goes on.
inline constexpr std::size_t kSourceGroupsMadeMax = 500;
inline constexpr std::size_t kSourceIdBytesMax = 255;  // what an index takes

/// `groupsAllow` and `groupsDeny` of a provider: patterns, separated by spaces, for the whole id; with `groupsByName` =
/// "true" also for the whole name. Nothing allowed means everything is; what is denied never comes in. Anybody may make
/// a group and call it what they like, so names count only where the record says so.
class SourceGroupFilter {
 public:
  explicit SourceGroupFilter(const IdentityProvider& provider);
  [[nodiscard]] bool lets_in(const SourceGroup& group) const;

 private:
  [[nodiscard]] bool fits(const std::vector<Pattern>& patterns, const SourceGroup& group) const;
  std::vector<Pattern> allowed_;
  std::vector<Pattern> denied_;
  bool by_name_;
};

/// What the source calls a group, told by the name that it has here.
[[nodiscard]] std::string name_at_source(std::string_view name_here, std::string_view source_id);

/// Finds and makes them in one transaction, whose references it keeps. GroupRepo::note_sources goes before.
class SourceGroupWriter {
 public:
  SourceGroupWriter(Tx& tx, const Repositories& repositories, Random& random, const Realm& realm,
                    const std::string& alias)
      : tx_(tx),
        repositories_(repositories),
        groups_(repositories.groups),
        random_(random),
        realm_(realm),
        alias_(alias) {}

  /// To be called first, with how many groups will be asked for: many are read at once.
  [[nodiscard]] Stored<void> expect(std::size_t count);
  /// The group of the source, made when there is none. Absent: it was left out, as one too many or without a free name.
  [[nodiscard]] Stored<std::optional<GroupId>> ensure(const SourceGroup& wanted);
  /// Gives it its new name; or another one, when a group of ours is called the same by now.
  [[nodiscard]] Stored<void> keep_named(const SourcedGroup& known, const SourceGroup& wanted);
  /// Says that the source knows it by another id from now on. kConflict when a group of it has that id.
  [[nodiscard]] Stored<void> change_source_id(const SourcedGroup& known, const std::string& source_id);
  [[nodiscard]] std::size_t left_out() const { return left_out_; }
  /// Some were left out because this transaction has made enough: the next one goes on.
  [[nodiscard]] bool has_more() const { return left_out_ > 0 && made_ >= kSourceGroupsMadeMax; }

 private:
  [[nodiscard]] Stored<std::optional<SourcedGroup>> find(const std::string& id);
  [[nodiscard]] Stored<std::string> free_name(const SourceGroup& wanted);
  [[nodiscard]] Group sourced(std::string name);
  [[nodiscard]] Stored<GroupId> find_or_make_parent();
  [[nodiscard]] Stored<std::optional<GroupId>> make(const SourceGroup& wanted);
  [[nodiscard]] Stored<void> rename(Group group, std::string name);

  Tx& tx_;
  const Repositories& repositories_;
  GroupRepo& groups_;
  Random& random_;
  const Realm& realm_;
  const std::string& alias_;
  std::optional<GroupId> parent_;
  std::optional<std::map<std::string, SourcedGroup, std::less<>>> all_;  // absent: they are looked up
  std::size_t made_ = 0;
  std::size_t left_out_ = 0;
};

}  // namespace cardea
