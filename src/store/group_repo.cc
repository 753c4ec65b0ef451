// Groups. The document is sealed. A group's path is made when it is read, from the names of those above it.
#include "base/limits.h"
#include "domain/group_source.h"
#include "store/among.h"
#include "store/document.h"
#include "store/group_paths.h"
#include "store/query.h"
#include "store/repos.h"
#include "store/sealed.h"
#include "store/user_columns.h"

namespace cardea::store {
namespace {

constexpr Sql kList{
    "SELECT id, realm_id, parent_id, name, document FROM realm_groups WHERE realm_id = ?1 ORDER BY name"};
constexpr Sql kFindWithParents{
    "WITH RECURSIVE up (id, depth) AS (SELECT id, 0 FROM realm_groups WHERE realm_id = ?1 AND id = ?2 UNION ALL "
    "SELECT g.parent_id, up.depth + 1 FROM up JOIN realm_groups g ON g.id = up.id "
    "WHERE g.parent_id IS NOT NULL AND up.depth < ?3) "
    "SELECT g.id, g.realm_id, g.parent_id, g.name, g.document FROM up JOIN realm_groups g ON g.id = up.id "
    "ORDER BY up.depth"};
#define CARDEA_ABOVE(P, realm, among)                                                                              \
  "WITH RECURSIVE up (id, depth) AS (SELECT id, 0 FROM realm_groups WHERE " realm " = " P "1 AND " among           \
  " UNION SELECT g.parent_id, up.depth + 1 FROM up JOIN realm_groups g ON g.id = up.id "                           \
  "WHERE g.parent_id IS NOT NULL AND up.depth < " P                                                                \
  "3) SELECT g.id, g.realm_id, g.parent_id, g.name, g.document FROM realm_groups g WHERE g.id IN (SELECT id FROM " \
  "up) ORDER BY g.name"
constexpr Sql kFindAllWithParents{CARDEA_ABOVE("?", "+realm_id", CARDEA_SQLITE_AMONG("id", "?2")),
                                  CARDEA_ABOVE("$", "realm_id", CARDEA_POSTGRES_AMONG("id", "$2"))};
#undef CARDEA_ABOVE
constexpr Sql kInsert{
    "INSERT INTO realm_groups (id, realm_id, parent_id, name, document, source, source_id, quiet) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING"};

constexpr Sql kUpdate{
    "UPDATE realm_groups SET parent_id = ?3, name = ?4, document = ?5, source = ?6, source_id = ?7, quiet = ?8 "
    "WHERE realm_id = ?1 AND id = ?2"};
// Null: written by a release that did not know the column.
constexpr Sql kUnnoted{
    "SELECT id, realm_id, parent_id, name, document FROM realm_groups WHERE realm_id = ?1 AND source IS NULL"};
constexpr Sql kNoteSource{"UPDATE realm_groups SET source = ?3, source_id = ?4 WHERE realm_id = ?1 AND id = ?2"};
// Of those that count as giving because nobody has said yet; so many in one transaction.
constexpr Sql kUnjudged{
    "SELECT g.id, g.realm_id, g.parent_id, g.name, g.document, substr(g.document, 1, 44) FROM realm_groups g "
    "WHERE g.realm_id = ?1 AND " CARDEA_GIVES " AND g.quiet IS NULL LIMIT 500"};
// The document that was judged, and no other: an administrator may have written a new one beside us.
constexpr Sql kJudge{
    "UPDATE realm_groups SET quiet = CASE WHEN ?3 THEN ?4 ELSE '' END "
    "WHERE realm_id = ?1 AND id = ?2 AND quiet IS NULL AND substr(document, 1, 44) = ?4"};
#define CARDEA_SOURCED_COLUMNS                                                                         \
  "g.id, g.source_id, g.name, EXISTS (SELECT 1 FROM realm_groups o WHERE o.realm_id = g.realm_id AND " \
  "o.name = g.name AND o.source = '')"
constexpr Sql kFindSourced{"SELECT " CARDEA_SOURCED_COLUMNS
                           " FROM realm_groups g WHERE g.realm_id = ?1 AND g.source = ?2 AND g.source_id = ?3 "
                           "ORDER BY g.id LIMIT 1"};
// From the person's memberships to the groups: SQLite would go through all groups of the source and ask of each whether
// the person is in it.
#define CARDEA_LIST_SOURCED(P, join)                           \
  "SELECT " CARDEA_SOURCED_COLUMNS " FROM user_groups m " join \
  " realm_groups g ON g.id = m.group_id WHERE "                \
  "m.user_id = " P "3 AND g.realm_id = " P "1 AND g.source = " P "2 AND g.source_id <> ''"
constexpr Sql kListSourced{CARDEA_LIST_SOURCED("?", "CROSS JOIN"), CARDEA_LIST_SOURCED("$", "JOIN")};
#undef CARDEA_LIST_SOURCED
constexpr Sql kListOfSource{"SELECT " CARDEA_SOURCED_COLUMNS
                            " FROM realm_groups g WHERE g.realm_id = ?1 AND g.source = ?2 AND g.source_id <> ''"};
constexpr Sql kLock{"SELECT 1 FROM realm_versions WHERE realm_id = ?1 /*pg FOR NO KEY UPDATE */"};
constexpr Sql kHasName{"SELECT 1 FROM realm_groups WHERE realm_id = ?1 AND name = ?2 LIMIT 1"};
constexpr Sql kRemove{"DELETE FROM realm_groups WHERE realm_id = ?1 AND id = ?2"};

template <class Document, class AnyGroup>
void members(Document& document, AnyGroup& group) {
  auto& [id, realm, parent, name, path, description, attributes, roles, extra] = group;
  document("description", description);
  document("attributes", attributes);
  document("roles", roles);
  document("extra", extra);
}

Stored<Group> parse_group(const crypto::Sealer& sealer, Columns& row) {
  Group group;
  group.id = row.id<GroupId>();
  group.realm = row.id<RealmId>();
  group.parent = row.optional_id<GroupId>();
  group.name = row.text();
  const auto opened = unseal_text(sealer, row.view(), kGroupDocument, group.id.str());
  if (!opened) return refuse(opened.error());
  const auto object = parse_document(opened->reveal());
  if (!object) return refuse(StoreError::kCorrupt);
  DocumentReader document(*object);
  members(document, group);
  if (!document.ok()) return refuse(StoreError::kCorrupt);
  return group;
}

constexpr std::size_t kSealedHeadChars = 44;  // version, key id and nonce (crypto/seal.h) in base64url

/// For the column `quiet`: the beginning of the document, which no other has, where the group gives nothing.
std::string_view quiet_mark(const Group& group, std::string_view document) {
  return gives_something(group) ? "" : document.substr(0, kSealedHeadChars);
}

Stored<SourcedGroup> parse_sourced(Columns& row) {
  SourcedGroup out;
  out.id = row.id<GroupId>();
  out.source_id = row.text();
  out.name = row.text();
  out.shares_name = row.boolean();
  return out;
}

class SqlGroupRepo final : public GroupRepo {
 public:
  explicit SqlGroupRepo(const crypto::Sealer& sealer) : sealer_(sealer) {}

  Stored<std::optional<Group>> find(Rows& rows, const RealmId& realm, const GroupId& id) override {
    auto line = find_all<Group>(rows, kFindWithParents, {realm.str(), id.str(), kGroupDepthMax},
                                [this](Columns& row) { return parse_group(sealer_, row); });
    if (!line) return refuse(line.error());
    if (line->empty()) return std::nullopt;
    fill_in_paths(*line);
    return std::move(line->front());
  }

  Stored<std::vector<Group>> list(Rows& rows, const RealmId& realm) override {
    auto groups =
        find_all<Group>(rows, kList, {realm.str()}, [this](Columns& row) { return parse_group(sealer_, row); });
    if (groups) fill_in_paths(*groups);
    return groups;
  }

  Stored<std::vector<Group>> find_with_parents(Rows& rows, const RealmId& realm,
                                               const std::vector<GroupId>& ids) override {
    const auto list = text_list(ids);
    auto groups = find_all<Group>(rows, kFindAllWithParents, {realm.str(), list, kGroupDepthMax},
                                  [this](Columns& row) { return parse_group(sealer_, row); });
    if (groups) fill_in_paths(*groups);
    return groups;
  }

  Stored<void> note_sources(Tx& tx, const RealmId& realm) override {
    const auto groups =
        find_all<Group>(tx, kUnnoted, {realm.str()}, [this](Columns& row) { return parse_group(sealer_, row); });
    if (!groups) return refuse(groups.error());
    for (const auto& group : *groups) {
      auto noted =
          send(tx, kNoteSource,
               {realm.str(), group.id.str(), group.attribute(kSourceAttribute), group.attribute(kSourceIdAttribute)});
      if (!noted) return noted;
    }
    return judge(tx, realm);
  }
  Stored<std::optional<SourcedGroup>> find_sourced(Rows& rows, const RealmId& realm, std::string_view provider,
                                                   std::string_view source_id) override {
    return find_one<SourcedGroup>(rows, kFindSourced, {realm.str(), provider, source_id}, parse_sourced);
  }
  Stored<std::vector<SourcedGroup>> list_of_source(Rows& rows, const RealmId& realm,
                                                   std::string_view provider) override {
    return find_all<SourcedGroup>(rows, kListOfSource, {realm.str(), provider}, parse_sourced);
  }
  Stored<std::vector<SourcedGroup>> list_sourced(Rows& rows, const RealmId& realm, std::string_view provider,
                                                 const UserId& user) override {
    return find_all<SourcedGroup>(rows, kListSourced, {realm.str(), provider, user.str()}, parse_sourced);
  }
  Stored<bool> has_name(Rows& rows, const RealmId& realm, std::string_view name) override {
    return gives_a_row(rows, kHasName, {realm.str(), name});
  }

  Stored<void> lock(Tx& tx, const RealmId& realm) override { return require_row(tx, kLock, {realm.str()}); }
  Stored<void> insert(Tx& tx, const Group& group) override {
    DocumentWriter document;
    members(document, group);
    const std::string text = seal_text(sealer_, document.text(), kGroupDocument, group.id.str());
    const auto inserted =
        change_one(tx, kInsert,
                   {group.id.str(), group.realm.str(), id_or_null(group.parent), group.name, text,
                    group.attribute(kSourceAttribute), group.attribute(kSourceIdAttribute), quiet_mark(group, text)});
    if (!inserted) return inserted;
    return raise_version(tx, group.realm);
  }

  Stored<void> update(Tx& tx, const Group& group) override {
    if (auto raised = raise_version(tx, group.realm); !raised) return raised;
    DocumentWriter document;
    members(document, group);
    const std::string text = seal_text(sealer_, document.text(), kGroupDocument, group.id.str());
    return change_one(
        tx, kUpdate,
        {group.realm.str(), group.id.str(), id_or_null(group.parent), group.name, text,
         group.attribute(kSourceAttribute), group.attribute(kSourceIdAttribute), quiet_mark(group, text)});
  }

  Stored<bool> remove(Tx& tx, const RealmId& realm, const GroupId& group) override {
    if (auto raised = raise_version(tx, realm); !raised) return refuse(raised.error());
    const auto removed = change(tx, kRemove, {realm.str(), group.str()});
    if (!removed) return refuse(removed.error());
    return *removed > 0;
  }

 private:
  struct Judged {
    Group group;
    std::string stamp;  // of its document
  };
  /// The realm is locked before its groups, as every writer of them does.
  Stored<void> judge(Tx& tx, const RealmId& realm) {
    const auto unjudged = find_all<Judged>(tx, kUnjudged, {realm.str()}, [this](Columns& row) -> Stored<Judged> {
      auto group = parse_group(sealer_, row);
      if (!group) return refuse(group.error());
      return Judged{std::move(*group), std::string(row.text())};
    });
    if (!unjudged) return refuse(unjudged.error());
    if (unjudged->empty()) return {};
    if (auto locked = lock(tx, realm); !locked) return locked;
    for (const auto& [group, stamp] : *unjudged) {
      auto judged = send(tx, kJudge, {realm.str(), group.id.str(), !gives_something(group), stamp});
      if (!judged) return judged;
    }
    return {};
  }

  const crypto::Sealer& sealer_;
};

}  // namespace

std::unique_ptr<GroupRepo> make_group_repo(const crypto::Sealer& sealer) {
  return std::make_unique<SqlGroupRepo>(sealer);
}

}  // namespace cardea::store
