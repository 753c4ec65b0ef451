// Interactions after a factor was proven: one sealed document each.
#include "domain/interaction_json.h"
#include "store/query.h"
#include "store/repos.h"
#include "store/sealed.h"

namespace cardea::store {
namespace {

constexpr Sql kInsert{"INSERT INTO interactions (hash, realm_id, expires_at, document) VALUES (?1, ?2, ?3, ?4)"};
constexpr Sql kFind{"SELECT document FROM interactions WHERE hash = ?2 AND realm_id = ?1 AND expires_at > ?3"};
constexpr Sql kTake{"DELETE FROM interactions WHERE hash = ?1"};

class SqlInteractionRepo final : public InteractionRepo {
 public:
  explicit SqlInteractionRepo(const crypto::Sealer& sealer) : sealer_(sealer) {}

  Stored<void> insert(Tx& tx, std::string_view hash, const Interaction& interaction) override {
    const std::string sealed = seal(sealer_, to_json(interaction), kInteractionDocument, hash);
    return send(tx, kInsert, {hash, interaction.realm.str(), millis(interaction.expires_at), Value::blob(sealed)});
  }

  Stored<std::optional<Interaction>> find(Rows& rows, const RealmId& realm, std::string_view hash,
                                          TimePoint now) override {
    return find_one<Interaction>(rows, kFind, {realm.str(), hash, millis(now)},
                                 [&](Columns& row) { return open(row.view(), hash); });
  }

  Stored<void> take(Tx& tx, std::string_view hash) override { return change_one(tx, kTake, {hash}); }

 private:
  Stored<Interaction> open(std::string_view sealed, std::string_view hash) const {
    const auto document = unseal(sealer_, sealed, kInteractionDocument, hash);
    if (!document) return refuse(document.error());
    auto interaction = interaction_from_json(document->reveal());
    if (!interaction) return refuse(StoreError::kCorrupt);
    return std::move(*interaction);
  }

  const crypto::Sealer& sealer_;
};

}  // namespace

std::unique_ptr<InteractionRepo> make_interaction_repo(const crypto::Sealer& sealer) {
  return std::make_unique<SqlInteractionRepo>(sealer);
}

}  // namespace cardea::store
