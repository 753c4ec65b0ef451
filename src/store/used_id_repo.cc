// Ids that may be used once: taken by the insert itself, which fails for all but one.
#include "store/query.h"
#include "store/repos.h"

namespace cardea::store {
namespace {

// The row that comes back is the proof, not a count of rows (attack class 30).
constexpr Sql kTake{
    "INSERT INTO used_ids (realm_id, hash, expires_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING "
    "RETURNING expires_at"};

class SqlUsedIdRepo final : public UsedIdRepo {
 public:
  Stored<bool> take(Tx& tx, const RealmId& realm, std::string_view hash, TimePoint expires_at) override {
    const auto taken = find_one<TimePoint>(tx, kTake, {realm.str(), hash, millis(expires_at)},
                                           [](Columns& row) -> Stored<TimePoint> { return row.time(); });
    if (!taken) return refuse(taken.error());
    return taken->has_value();
  }
};

}  // namespace

std::unique_ptr<UsedIdRepo> make_used_id_repo() { return std::make_unique<SqlUsedIdRepo>(); }

}  // namespace cardea::store
