// Client scopes. The document is sealed.
#include "store/document.h"
#include "store/query.h"
#include "store/repos.h"
#include "store/role_mapping.h"
#include "store/sealed.h"

namespace cardea::store {
namespace {

constexpr Sql kList{"SELECT id, name, document FROM scopes WHERE realm_id = ?1 ORDER BY name"};
constexpr Sql kFind{"SELECT id, name, document FROM scopes WHERE realm_id = ?1 AND id = ?2"};
constexpr Sql kInsert{
    "INSERT INTO scopes (id, realm_id, name, document) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING"};
constexpr Sql kUpdate{"UPDATE scopes SET document = ?2 WHERE id = ?1"};

constexpr Sql kReplace{"UPDATE scopes SET name = ?3, document = ?4 WHERE realm_id = ?1 AND id = ?2"};
constexpr Sql kRemove{"DELETE FROM scopes WHERE realm_id = ?1 AND id = ?2"};

template <class Document, class AnyScope>
void members(Document& document, AnyScope& scope) {
  auto& [id, name, description, protocol, attributes, mappers, role_mappings, extra] = scope;
  document("description", description);
  document("protocol", protocol);
  document("attributes", attributes);
  document("mappers", mappers);
  document("role_mappings", role_mappings);
  document("extra", extra);
}

std::string scope_document(const crypto::Sealer& sealer, const ClientScope& scope) {
  DocumentWriter document;
  members(document, scope);
  return seal_text(sealer, document.text(), kScopeDocument, scope.id.str());
}

Stored<ClientScope> parse_scope(const crypto::Sealer& sealer, Columns& row) {
  ClientScope scope;
  scope.id = row.id<ScopeId>();
  scope.name = row.text();
  const auto opened = unseal_text(sealer, row.view(), kScopeDocument, scope.id.str());
  if (!opened) return refuse(opened.error());
  const auto object = parse_document(opened->reveal());
  if (!object) return refuse(StoreError::kCorrupt);
  DocumentReader document(*object);
  members(document, scope);
  if (!document.ok()) return refuse(StoreError::kCorrupt);
  return scope;
}

class SqlScopeRepo final : public ScopeRepo {
 public:
  explicit SqlScopeRepo(const crypto::Sealer& sealer) : sealer_(sealer) {}

  Stored<std::vector<ClientScope>> list(Rows& rows, const RealmId& realm) override {
    return find_all<ClientScope>(rows, kList, {realm.str()},
                                 [this](Columns& row) { return parse_scope(sealer_, row); });
  }

  Stored<void> insert(Tx& tx, const RealmId& realm, const ClientScope& scope) override {
    const std::string document = scope_document(sealer_, scope);
    const auto inserted = change_one(tx, kInsert, {scope.id.str(), realm.str(), scope.name, document});
    if (!inserted) return inserted;
    return raise_version(tx, realm);
  }

  Stored<void> add_role_mapping(Tx& tx, const RealmId& realm, const ScopeId& id, const RoleId& role) override {
    if (auto ready = prepare_role_mapping(tx, realm, role); !ready) return ready;
    auto scope = find_one<ClientScope>(tx, kFind, {realm.str(), id.str()},
                                       [this](Columns& row) { return parse_scope(sealer_, row); });
    if (!scope) return refuse(scope.error());
    if (!*scope) return refuse(StoreError::kConflict);
    if (!add_once((*scope)->role_mappings, role)) return {};
    const std::string document = scope_document(sealer_, **scope);
    return send(tx, kUpdate, {id.str(), document});
  }

  Stored<void> update(Tx& tx, const RealmId& realm, const ClientScope& scope) override {
    if (auto raised = raise_version(tx, realm); !raised) return raised;
    const std::string document = scope_document(sealer_, scope);
    return change_one(tx, kReplace, {realm.str(), scope.id.str(), scope.name, document});
  }

  Stored<bool> remove(Tx& tx, const RealmId& realm, const ScopeId& scope) override {
    if (auto raised = raise_version(tx, realm); !raised) return refuse(raised.error());
    const auto removed = change(tx, kRemove, {realm.str(), scope.str()});
    if (!removed) return refuse(removed.error());
    return *removed > 0;
  }

 private:
  const crypto::Sealer& sealer_;
};

}  // namespace

std::unique_ptr<ScopeRepo> make_scope_repo(const crypto::Sealer& sealer) {
  return std::make_unique<SqlScopeRepo>(sealer);
}

}  // namespace cardea::store
