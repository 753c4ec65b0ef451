// Roles and their composites. The document is sealed.
#include "store/document.h"
#include "store/query.h"
#include "store/repos.h"
#include "store/sealed.h"

namespace cardea::store {
namespace {

#define CARDEA_ROLE_SELECT                                                                                     \
  "SELECT r.id, r.realm_id, r.client_id, c.client_id, r.name, r.document, (SELECT json_group_array(child_id) " \
  "FROM role_composites WHERE parent_id = r.id) FROM roles r LEFT JOIN clients c ON c.id = r.client_id "
constexpr Sql kFind{CARDEA_ROLE_SELECT "WHERE r.realm_id = ?1 AND r.id = ?2"};
constexpr Sql kFindByName{CARDEA_ROLE_SELECT
                          "WHERE r.realm_id = ?1 AND coalesce(r.client_id, '') = ?2 AND r.name = ?3"};
constexpr Sql kList{CARDEA_ROLE_SELECT "WHERE r.realm_id = ?1 ORDER BY coalesce(r.client_id, ''), r.name"};
#undef CARDEA_ROLE_SELECT

constexpr Sql kInsert{
    "INSERT INTO roles (id, realm_id, client_id, name, document) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING"};
constexpr Sql kInsertComposite{
    "INSERT INTO role_composites (parent_id, child_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING"};
constexpr Sql kBothExist{
    "SELECT 1 FROM roles p JOIN roles c ON c.realm_id = p.realm_id "
    "WHERE p.realm_id = ?1 AND p.id = ?2 AND c.id = ?3"};

template <class Document, class AnyRole>
void members(Document& document, AnyRole& role) {
  auto& [id, realm, client, client_name, name, description, composites, attributes, extra] = role;
  document("description", description);
  document("attributes", attributes);
  document("extra", extra);
}

Stored<Role> parse_role(const crypto::Sealer& sealer, Columns& row) {
  Role role;
  role.id = row.id<RoleId>();
  role.realm = row.id<RealmId>();
  role.client = row.optional_id<ClientId>();
  role.client_name = row.text();
  role.name = row.text();
  const auto opened = unseal_text(sealer, row.view(), kRoleDocument, role.id.str());
  if (!opened) return refuse(opened.error());
  const auto object = parse_document(opened->reveal());
  auto composites = parse_string_list(row.view());
  if (!object || !composites) return refuse(StoreError::kCorrupt);
  DocumentReader document(*object);
  members(document, role);
  if (!document.ok()) return refuse(StoreError::kCorrupt);
  for (std::string& id : *composites) role.composites.emplace_back(std::move(id));
  return role;
}

class SqlRoleRepo final : public RoleRepo {
 public:
  explicit SqlRoleRepo(const crypto::Sealer& sealer) : sealer_(sealer) {}

  Stored<std::optional<Role>> find(Rows& rows, const RealmId& realm, const RoleId& id) override {
    return find_one<Role>(rows, kFind, {realm.str(), id.str()},
                          [this](Columns& row) { return parse_role(sealer_, row); });
  }
  Stored<std::optional<Role>> find_by_name(Rows& rows, const RealmId& realm, const std::optional<ClientId>& client,
                                           std::string_view name) override {
    const std::string_view client_id = client ? std::string_view(client->str()) : std::string_view{};
    return find_one<Role>(rows, kFindByName, {realm.str(), client_id, name},
                          [this](Columns& row) { return parse_role(sealer_, row); });
  }
  Stored<std::vector<Role>> list(Rows& rows, const RealmId& realm) override {
    return find_all<Role>(rows, kList, {realm.str()}, [this](Columns& row) { return parse_role(sealer_, row); });
  }

  Stored<void> insert(Tx& tx, const Role& role) override {
    DocumentWriter document;
    members(document, role);
    const std::string text = seal_text(sealer_, document.text(), kRoleDocument, role.id.str());
    const auto inserted =
        change_one(tx, kInsert, {role.id.str(), role.realm.str(), id_or_null(role.client), role.name, text});
    if (!inserted) return inserted;
    for (const RoleId& child : role.composites) {
      if (auto sent = send(tx, kInsertComposite, {role.id.str(), child.str()}); !sent) return sent;
    }
    return raise_version(tx, role.realm);
  }

  Stored<void> add_composite(Tx& tx, const RealmId& realm, const RoleId& parent, const RoleId& child) override {
    if (auto exist = require_row(tx, kBothExist, {realm.str(), parent.str(), child.str()}); !exist) return exist;
    if (auto sent = send(tx, kInsertComposite, {parent.str(), child.str()}); !sent) return sent;
    return raise_version(tx, realm);
  }

 private:
  const crypto::Sealer& sealer_;
};

}  // namespace

std::unique_ptr<RoleRepo> make_role_repo(const crypto::Sealer& sealer) { return std::make_unique<SqlRoleRepo>(sealer); }

}  // namespace cardea::store
