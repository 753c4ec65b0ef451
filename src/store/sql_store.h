// The Store of either engine.
#pragma once

#include "db/database.h"
#include "domain/repository/store.h"

namespace cardea::store {

class SqlStore final : public Store {
 public:
  explicit SqlStore(db::Database& database) : database_(database) {}
  [[nodiscard]] bool reads_block() const override { return database_.engine() == db::Engine::kPostgres; }
  Stored<void> read(const std::function<Stored<void>(Rows&)>& function) override;
  Stored<void> write(const std::function<Stored<void>(Tx&)>& function) override;

 private:
  db::Database& database_;
};

}  // namespace cardea::store
