// Groups. The document is sealed. A group's path is made when it is read, from the names of those above it.
#include <unordered_map>

#include "base/limits.h"
#include "store/document.h"
#include "store/query.h"
#include "store/repos.h"
#include "store/sealed.h"

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
constexpr Sql kInsert{
    "INSERT INTO realm_groups (id, realm_id, parent_id, name, document) VALUES (?1, ?2, ?3, ?4, ?5) "
    "ON CONFLICT DO NOTHING"};

constexpr Sql kUpdate{
    "UPDATE realm_groups SET parent_id = ?3, name = ?4, document = ?5 WHERE realm_id = ?1 AND id = ?2"};
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

std::string path_part(std::string_view name) {
  std::string part = "/";
  for (const char c : name) {
    if (c == '/') part += '~';
    part += c;
  }
  return part;
}

void fill_in_paths(std::vector<Group>& groups) {
  std::unordered_map<std::string_view, const Group*> by_id;
  for (const Group& group : groups) by_id.emplace(group.id.str(), &group);
  for (Group& group : groups) {
    const Group* at = &group;
    std::string path;
    for (int depth = 0; at != nullptr && depth <= kGroupDepthMax; ++depth) {
      path.insert(0, path_part(at->name));
      const auto parent = at->parent ? by_id.find(at->parent->str()) : by_id.end();
      at = parent == by_id.end() ? nullptr : parent->second;
    }
    group.path = std::move(path);
  }
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

  Stored<void> insert(Tx& tx, const Group& group) override {
    DocumentWriter document;
    members(document, group);
    const std::string text = seal_text(sealer_, document.text(), kGroupDocument, group.id.str());
    const auto inserted =
        change_one(tx, kInsert, {group.id.str(), group.realm.str(), id_or_null(group.parent), group.name, text});
    if (!inserted) return inserted;
    return raise_version(tx, group.realm);
  }

  Stored<void> update(Tx& tx, const Group& group) override {
    if (auto raised = raise_version(tx, group.realm); !raised) return raised;
    DocumentWriter document;
    members(document, group);
    const std::string text = seal_text(sealer_, document.text(), kGroupDocument, group.id.str());
    return change_one(tx, kUpdate, {group.realm.str(), group.id.str(), id_or_null(group.parent), group.name, text});
  }

  Stored<bool> remove(Tx& tx, const RealmId& realm, const GroupId& group) override {
    if (auto raised = raise_version(tx, realm); !raised) return refuse(raised.error());
    const auto removed = change(tx, kRemove, {realm.str(), group.str()});
    if (!removed) return refuse(removed.error());
    return *removed > 0;
  }

 private:
  const crypto::Sealer& sealer_;
};

}  // namespace

std::unique_ptr<GroupRepo> make_group_repo(const crypto::Sealer& sealer) {
  return std::make_unique<SqlGroupRepo>(sealer);
}

}  // namespace cardea::store
