// Clients. Secret and document are sealed, each for itself.
#include "store/among.h"
#include "store/client_document.h"
#include "store/like.h"
#include "store/query.h"
#include "store/repos.h"
#include "store/role_mapping.h"
#include "store/sealed.h"

namespace cardea::store {
namespace {

constexpr Sql kFindByClientId{
    "SELECT id, client_id, secret, document FROM clients WHERE realm_id = ?1 AND client_id = ?2"};
constexpr Sql kFind{"SELECT id, client_id, secret, document FROM clients WHERE realm_id = ?1 AND id = ?2"};
constexpr Sql kFindAll{
    "SELECT id, client_id, secret, document FROM clients WHERE +realm_id = ?1 AND " CARDEA_SQLITE_AMONG(
        "id", "?2") " ORDER BY client_id",
    "SELECT id, client_id, secret, document FROM clients WHERE realm_id = $1 AND " CARDEA_POSTGRES_AMONG(
        "id", "$2") " ORDER BY client_id"};
constexpr Sql kInsert{
    "INSERT INTO clients (id, realm_id, client_id, secret, document) VALUES (?1, ?2, ?3, ?4, ?5) "
    "ON CONFLICT DO NOTHING"};
constexpr Sql kUpdateDocument{"UPDATE clients SET document = ?2 WHERE id = ?1"};

constexpr Sql kList{
    "SELECT id, client_id, secret, document FROM clients WHERE realm_id = ?1 AND client_id /*pg I*/LIKE ?2 "
    "ESCAPE '\\' ORDER BY client_id LIMIT ?3 OFFSET ?4"};
// The rows in front of a page are passed over in the index: neither read nor compared with a pattern.
constexpr Sql kPage{
    "SELECT c.id, c.client_id, c.secret, c.document FROM (SELECT client_id FROM clients WHERE realm_id = ?1 "
    "ORDER BY client_id LIMIT ?2 OFFSET ?3) p JOIN clients c ON c.realm_id = ?1 AND c.client_id = p.client_id "
    "ORDER BY c.client_id"};
constexpr Sql kUpdate{"UPDATE clients SET client_id = ?3, secret = ?4, document = ?5 WHERE realm_id = ?1 AND id = ?2"};
constexpr Sql kRemoveComposites{
    "DELETE FROM role_composites WHERE child_id IN (SELECT id FROM roles WHERE realm_id = ?1 AND client_id = ?2)"};
constexpr Sql kRemove{"DELETE FROM clients WHERE realm_id = ?1 AND id = ?2"};

class SqlClientRepo final : public ClientRepo {
 public:
  explicit SqlClientRepo(const crypto::Sealer& sealer) : sealer_(sealer) {}

  Stored<std::optional<Client>> find_by_client_id(Rows& rows, const RealmId& realm,
                                                  std::string_view client_id) override {
    return find_one<Client>(rows, kFindByClientId, {realm.str(), client_id},
                            [this](Columns& row) { return parse(row); });
  }
  Stored<std::optional<Client>> find(Rows& rows, const RealmId& realm, const ClientId& id) override {
    return find_one<Client>(rows, kFind, {realm.str(), id.str()}, [this](Columns& row) { return parse(row); });
  }

  Stored<std::vector<Client>> find_all(Rows& rows, const RealmId& realm, const std::vector<ClientId>& ids) override {
    const auto list = text_list(ids);
    return store::find_all<Client>(rows, kFindAll, {realm.str(), list}, [this](Columns& row) { return parse(row); });
  }

  Stored<void> insert(Tx& tx, const RealmId& realm, const Client& client) override {
    const std::string document = sealed_document(client);
    std::string sealed;
    if (!client.secret.empty()) sealed = seal(sealer_, client.secret.reveal(), kClientSecret, client.id.str());
    const Value secret = sealed.empty() ? Value::null(Value::Kind::kBlob) : Value::blob(sealed);
    const auto inserted = change_one(tx, kInsert, {client.id.str(), realm.str(), client.client_id, secret, document});
    if (!inserted) return inserted;
    return raise_version(tx, realm);
  }

  Stored<void> add_role_mapping(Tx& tx, const RealmId& realm, const ClientId& id, const RoleId& role) override {
    if (auto ready = prepare_role_mapping(tx, realm, role); !ready) return ready;
    auto client = find(tx, realm, id);
    if (!client) return refuse(client.error());
    if (!*client) return refuse(StoreError::kConflict);
    if (!add_once((*client)->role_mappings, role)) return {};
    const std::string document = sealed_document(**client);
    return send(tx, kUpdateDocument, {id.str(), document});
  }

  Stored<std::vector<Client>> list(Rows& rows, const RealmId& realm, std::string_view search, std::int64_t first,
                                   std::int64_t max) override {
    if (search.empty()) {
      return store::find_all<Client>(rows, kPage, {realm.str(), limit_of(max), first},
                                     [this](Columns& row) { return parse(row); });
    }
    const std::string pattern = like_part(search);
    return store::find_all<Client>(rows, kList, {realm.str(), pattern, limit_of(max), first},
                                   [this](Columns& row) { return parse(row); });
  }

  Stored<void> update(Tx& tx, const RealmId& realm, const Client& client) override {
    if (auto raised = raise_version(tx, realm); !raised) return raised;
    const std::string document = sealed_document(client);
    std::string sealed;
    if (!client.secret.empty()) sealed = seal(sealer_, client.secret.reveal(), kClientSecret, client.id.str());
    const Value secret = sealed.empty() ? Value::null(Value::Kind::kBlob) : Value::blob(sealed);
    return change_one(tx, kUpdate, {realm.str(), client.id.str(), client.client_id, secret, document});
  }

  Stored<bool> remove(Tx& tx, const RealmId& realm, const ClientId& client) override {
    if (auto raised = raise_version(tx, realm); !raised) return refuse(raised.error());
    if (auto sent = send(tx, kRemoveComposites, {realm.str(), client.str()}); !sent) return refuse(sent.error());
    const auto removed = change(tx, kRemove, {realm.str(), client.str()});
    if (!removed) return refuse(removed.error());
    return *removed > 0;
  }

 private:
  [[nodiscard]] std::string sealed_document(const Client& client) const {
    return seal_text(sealer_, client_document(client), kClientDocument, client.id.str());
  }

  Stored<Client> parse(Columns& row) const {
    Client client;
    client.id = row.id<ClientId>();
    client.client_id = row.text();
    const bool has_secret = !row.next_is_null();
    const auto sealed = row.view();
    if (has_secret) {
      auto secret = unseal(sealer_, sealed, kClientSecret, client.id.str());
      if (!secret) return refuse(secret.error());
      client.secret = std::move(*secret);
    }
    const auto document = unseal_text(sealer_, row.view(), kClientDocument, client.id.str());
    if (!document) return refuse(document.error());
    if (!read_client_document(document->reveal(), client)) return refuse(StoreError::kCorrupt);
    return client;
  }

  const crypto::Sealer& sealer_;
};

}  // namespace

std::unique_ptr<ClientRepo> make_client_repo(const crypto::Sealer& sealer) {
  return std::make_unique<SqlClientRepo>(sealer);
}

}  // namespace cardea::store
