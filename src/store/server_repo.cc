// Rows of the server itself.
#include "store/query.h"
#include "store/repos.h"

namespace cardea::store {
namespace {

constexpr Sql kFind{"SELECT value FROM server WHERE name = ?1"};
constexpr Sql kInsert{"INSERT INTO server (name, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING"};

class SqlServerRepo final : public ServerRepo {
 public:
  Stored<std::optional<std::string>> find(Rows& rows, std::string_view name) override {
    return find_one<std::string>(rows, kFind, {name}, [](Columns& row) -> Stored<std::string> { return row.text(); });
  }
  Stored<void> insert(Tx& tx, std::string_view name, std::string_view value) override {
    return change_one(tx, kInsert, {name, Value::blob(value)});
  }
};

}  // namespace

std::unique_ptr<ServerRepo> make_server_repo() { return std::make_unique<SqlServerRepo>(); }

}  // namespace cardea::store
