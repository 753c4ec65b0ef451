// Removing what has expired, in bounded bits. Each statement walks an index; of its columns only the
// purge_hour of offline sessions ever changes, once in a quarter of their idle time.
#include "store/query.h"
#include "store/repos.h"

namespace cardea::store {
namespace {

constexpr Sql kByTime[] = {
    Sql{"DELETE FROM codes WHERE hash IN (SELECT hash FROM codes WHERE expires_at <= ?1 LIMIT ?2)"},
    Sql{"DELETE FROM device_codes WHERE hash IN (SELECT hash FROM device_codes WHERE expires_at <= ?1 LIMIT ?2)"},
    Sql{"DELETE FROM logout_notices WHERE id IN (SELECT id FROM logout_notices WHERE expires_at <= ?1 LIMIT ?2)"},
    Sql{"DELETE FROM interactions WHERE hash IN (SELECT hash FROM interactions WHERE expires_at <= ?1 LIMIT ?2)"},
    Sql{"DELETE FROM revocations WHERE (realm_id, token_id) IN "
        "(SELECT realm_id, token_id FROM revocations WHERE expires_at <= ?1 LIMIT ?2)"},
};
constexpr Sql kByHour[] = {
    Sql{"DELETE FROM user_sessions WHERE id IN (SELECT id FROM user_sessions WHERE purge_hour <= ?1 LIMIT ?2)"},
    Sql{"DELETE FROM offline_sessions WHERE id IN (SELECT id FROM offline_sessions WHERE purge_hour <= ?1 LIMIT ?2)"},
};

class SqlPurgeRepo final : public PurgeRepo {
 public:
  Stored<int> purge(Tx& tx, TimePoint now, int rows_max) override {
    int left = rows_max;
    for (const Sql& sql : kByTime) {
      if (auto done = remove(tx, sql, millis(now), left); !done) return refuse(done.error());
    }
    const auto hour = std::chrono::floor<std::chrono::hours>(now).time_since_epoch().count();
    for (const Sql& sql : kByHour) {
      if (auto done = remove(tx, sql, Value(hour), left); !done) return refuse(done.error());
    }
    return rows_max - left;
  }

 private:
  static Stored<void> remove(Tx& tx, const Sql& sql, const Value& until, int& left) {
    if (left <= 0) return {};
    const auto removed = change(tx, sql, {until, left});
    if (!removed) return refuse(removed.error());
    left -= static_cast<int>(*removed);
    return {};
  }
};

}  // namespace

std::unique_ptr<PurgeRepo> make_purge_repo() { return std::make_unique<SqlPurgeRepo>(); }

}  // namespace cardea::store
