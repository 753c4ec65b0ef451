// Roles and their composites. The document is sealed.
#include "store/among.h"
#include "store/document.h"
#include "store/query.h"
#include "store/repos.h"
#include "store/sealed.h"

namespace cardea::store {
namespace {

#define CARDEA_ROLES(list)                                                               \
  "SELECT r.id, r.realm_id, r.client_id, c.client_id, r.name, r.document, (SELECT " list \
  "(child_id) FROM role_composites WHERE parent_id = r.id) FROM roles r LEFT JOIN clients c ON c.id = r.client_id "
#define CARDEA_ROLE_SELECT CARDEA_ROLES("json_group_array")
constexpr Sql kFind{CARDEA_ROLE_SELECT "WHERE r.realm_id = ?1 AND r.id = ?2"};
constexpr Sql kFindByName{CARDEA_ROLE_SELECT
                          "WHERE r.realm_id = ?1 AND coalesce(r.client_id, '') = ?2 AND r.name = ?3"};
constexpr Sql kFindId{"SELECT id FROM roles WHERE realm_id = ?1 AND coalesce(client_id, '') = ?2 AND name = ?3"};
constexpr Sql kList{CARDEA_ROLE_SELECT "WHERE r.realm_id = ?1 ORDER BY coalesce(r.client_id, ''), r.name"};
constexpr Sql kListOf{CARDEA_ROLE_SELECT "WHERE r.realm_id = ?1 AND coalesce(r.client_id, '') = ?2 ORDER BY r.name"};

#define CARDEA_ROLE_ORDER " ORDER BY coalesce(r.client_id, ''), r.name"
constexpr Sql kFindAll{
    CARDEA_ROLES("json_group_array") "WHERE +r.realm_id = ?1 AND " CARDEA_SQLITE_AMONG("r.id", "?2") CARDEA_ROLE_ORDER,
    CARDEA_ROLES("json_agg") "WHERE r.realm_id = $1 AND " CARDEA_POSTGRES_AMONG("r.id", "$2") CARDEA_ROLE_ORDER};
constexpr Sql kFindOfAllRealms{CARDEA_ROLES("json_group_array") "WHERE " CARDEA_SQLITE_AMONG("r.id", "?1")
                                   CARDEA_ROLE_ORDER,
                               CARDEA_ROLES("json_agg") "WHERE " CARDEA_POSTGRES_AMONG("r.id", "$1") CARDEA_ROLE_ORDER};

// Down from roles to what they hold, and up from a client's roles to what holds them.
#define CARDEA_DOWN(ids)              \
  "WITH RECURSIVE down (id) AS (" ids \
  " UNION SELECT c.child_id FROM down d JOIN role_composites c ON c.parent_id = d.id) "
#define CARDEA_DOWN_END " JOIN down ON down.id = r.id WHERE r.realm_id = "
constexpr Sql kReached{CARDEA_DOWN("SELECT value FROM json_each(?2)") CARDEA_ROLES("json_group_array") CARDEA_DOWN_END
                       "?1" CARDEA_ROLE_ORDER,
                       CARDEA_DOWN("SELECT json_array_elements_text($2::json) COLLATE \"C\"") CARDEA_ROLES("json_agg")
                           CARDEA_DOWN_END "$1" CARDEA_ROLE_ORDER};
#define CARDEA_NAMES                                                                        \
  "SELECT r.id, c.client_id, r.name FROM down JOIN roles r ON r.id = down.id JOIN clients " \
  "c ON c.id = r.client_id WHERE r.realm_id = "
constexpr Sql kClientRolesReached{CARDEA_DOWN("SELECT value FROM json_each(?2)") CARDEA_NAMES "?1",
                                  CARDEA_DOWN("SELECT json_array_elements_text($2::json) COLLATE \"C\"") CARDEA_NAMES
                                  "$1"};
#undef CARDEA_NAMES
#define CARDEA_UP(realm, client, ids)                                                         \
  "WITH RECURSIVE up (name, id) AS (SELECT name, id FROM roles WHERE realm_id = " realm       \
  " AND coalesce(client_id, '') = " client                                                    \
  " UNION SELECT u.name, c.parent_id FROM up u JOIN role_composites c ON c.child_id = u.id) " \
  "SELECT DISTINCT up.name FROM up WHERE up.id IN (" ids ") ORDER BY up.name"
constexpr Sql kNamesReached{CARDEA_UP("?1", "?2", "SELECT value FROM json_each(?3)"),
                            CARDEA_UP("$1", "$2", "SELECT json_array_elements_text($3::json) COLLATE \"C\"")};
#undef CARDEA_UP
#undef CARDEA_ROLE_ORDER
#undef CARDEA_DOWN_END
#undef CARDEA_DOWN
#undef CARDEA_ROLE_SELECT
#undef CARDEA_ROLES

constexpr Sql kUpdate{"UPDATE roles SET name = ?3, document = ?4 WHERE realm_id = ?1 AND id = ?2"};
constexpr Sql kRemove{"DELETE FROM roles WHERE realm_id = ?1 AND id = ?2"};
constexpr Sql kRemoveFromComposites{
    "DELETE FROM role_composites WHERE child_id IN (SELECT id FROM roles WHERE realm_id = ?1 AND id = ?2)"};
constexpr Sql kRemoveComposite{
    "DELETE FROM role_composites WHERE parent_id IN (SELECT id FROM roles WHERE realm_id = ?1 AND id = ?2) "
    "AND child_id = ?3"};

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
  Stored<std::vector<Role>> find_all(Rows& rows, const RealmId& realm, const std::vector<RoleId>& ids) override {
    const auto list = text_list(ids);
    return store::find_all<Role>(rows, kFindAll, {realm.str(), list},
                                 [this](Columns& row) { return parse_role(sealer_, row); });
  }
  Stored<std::vector<Role>> find_of_all_realms(Rows& rows, const std::vector<RoleId>& ids) override {
    const auto list = text_list(ids);
    return store::find_all<Role>(rows, kFindOfAllRealms, {list},
                                 [this](Columns& row) { return parse_role(sealer_, row); });
  }
  Stored<std::vector<ClientRoleName>> client_roles_reached(Rows& rows, const RealmId& realm,
                                                           const std::vector<RoleId>& roles) override {
    const auto list = text_list(roles);
    return store::find_all<ClientRoleName>(rows, kClientRolesReached, {realm.str(), list},
                                           [](Columns& row) -> Stored<ClientRoleName> {
                                             ClientRoleName name;
                                             name.id = row.id<RoleId>();
                                             name.client_name = row.text();
                                             name.name = row.text();
                                             return name;
                                           });
  }
  Stored<std::optional<Role>> find_by_name(Rows& rows, const RealmId& realm, const std::optional<ClientId>& client,
                                           std::string_view name) override {
    const std::string_view client_id = client ? std::string_view(client->str()) : std::string_view{};
    return find_one<Role>(rows, kFindByName, {realm.str(), client_id, name},
                          [this](Columns& row) { return parse_role(sealer_, row); });
  }
  Stored<std::optional<RoleId>> find_id(Rows& rows, const RealmId& realm, const std::optional<ClientId>& client,
                                        std::string_view name) override {
    const std::string_view client_id = client ? std::string_view(client->str()) : std::string_view{};
    return find_one<RoleId>(rows, kFindId, {realm.str(), client_id, name},
                            [](Columns& row) -> Stored<RoleId> { return row.id<RoleId>(); });
  }
  Stored<std::vector<Role>> list(Rows& rows, const RealmId& realm) override {
    return store::find_all<Role>(rows, kList, {realm.str()}, [this](Columns& row) { return parse_role(sealer_, row); });
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

  Stored<void> remove_composite(Tx& tx, const RealmId& realm, const RoleId& parent, const RoleId& child) override {
    if (auto sent = send(tx, kRemoveComposite, {realm.str(), parent.str(), child.str()}); !sent) return sent;
    return raise_version(tx, realm);
  }

  Stored<std::vector<Role>> list_of(Rows& rows, const RealmId& realm, const std::optional<ClientId>& client) override {
    const std::string_view client_id = client ? std::string_view(client->str()) : std::string_view{};
    return store::find_all<Role>(rows, kListOf, {realm.str(), client_id},
                                 [this](Columns& row) { return parse_role(sealer_, row); });
  }

  Stored<std::vector<Role>> reached(Rows& rows, const RealmId& realm, const std::vector<RoleId>& roles) override {
    const std::string ids = text_list(roles);
    return store::find_all<Role>(rows, kReached, {realm.str(), ids},
                                 [this](Columns& row) { return parse_role(sealer_, row); });
  }
  Stored<std::vector<std::string>> names_reached(Rows& rows, const RealmId& realm,
                                                 const std::optional<ClientId>& client,
                                                 const std::vector<RoleId>& roles) override {
    const std::string ids = text_list(roles);
    const std::string_view client_id = client ? std::string_view(client->str()) : std::string_view{};
    return store::find_all<std::string>(rows, kNamesReached, {realm.str(), client_id, ids},
                                        [](Columns& row) -> Stored<std::string> { return row.text(); });
  }

  Stored<void> update(Tx& tx, const Role& role) override {
    if (auto raised = raise_version(tx, role.realm); !raised) return raised;
    DocumentWriter document;
    members(document, role);
    const std::string text = seal_text(sealer_, document.text(), kRoleDocument, role.id.str());
    return change_one(tx, kUpdate, {role.realm.str(), role.id.str(), role.name, text});
  }

  Stored<bool> remove(Tx& tx, const RealmId& realm, const RoleId& role) override {
    if (auto raised = raise_version(tx, realm); !raised) return refuse(raised.error());
    if (auto sent = send(tx, kRemoveFromComposites, {realm.str(), role.str()}); !sent) return refuse(sent.error());
    const auto removed = change(tx, kRemove, {realm.str(), role.str()});
    if (!removed) return refuse(removed.error());
    return *removed > 0;
  }

 private:
  const crypto::Sealer& sealer_;
};

}  // namespace

std::unique_ptr<RoleRepo> make_role_repo(const crypto::Sealer& sealer) { return std::make_unique<SqlRoleRepo>(sealer); }

}  // namespace cardea::store
