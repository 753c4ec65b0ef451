// The database opened and its secrets readable: data folder, master key, store, data key, repositories, in the order
// that makes a half-finished first start harmless.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/settings/read_settings.h"
#include "app/wire/data_directory.h"
#include "base/log.h"
#include "base/random.h"
#include "crypto/seal.h"
#include "gate/store/gate_store.h"
#include "store/open.h"

namespace cardea::app {

/// Everything that lives as long as the database is open. Members are destroyed from the last to the first.
class OpenDatabase {
 public:
  /// Opens what the settings say; makes the folder, the master key and the data key when the database is new. Refuses a
  /// database that another server holds (SQLite), one of a newer release, and a master key that is not the one it was
  /// made with. Errors are sentences for the operator.
  [[nodiscard]] static Result<std::unique_ptr<OpenDatabase>, std::string> open(const ServerSettings& settings,
                                                                               const Environment& environment, Log& log,
                                                                               Random& random);
  /// The same for a command that only asks: nothing is made or migrated, and one that is not there or of an older
  /// release is refused, too.
  [[nodiscard]] static Result<std::unique_ptr<OpenDatabase>, std::string> open_as_it_is(const ServerSettings& settings,
                                                                                        const Environment& environment,
                                                                                        Log& log, Random& random);
  OpenDatabase(const OpenDatabase&) = delete;
  OpenDatabase& operator=(const OpenDatabase&) = delete;

  [[nodiscard]] store::OpenStore& store() { return *store_; }
  [[nodiscard]] const crypto::Sealer& sealer() const { return *sealer_; }
  [[nodiscard]] const Repositories& repositories() const { return *repositories_; }
  [[nodiscard]] const gate::GateStore& gate_store() const { return gate_store_; }

 private:
  enum class For { kServing, kAsking };
  static Result<std::unique_ptr<OpenDatabase>, std::string> open_for(For what, const ServerSettings& settings,
                                                                     const Environment& environment, Log& log,
                                                                     Random& random);
  OpenDatabase(std::optional<DataDirectory> directory, std::unique_ptr<store::OpenStore> store, crypto::Sealer sealer);

  std::optional<DataDirectory> directory_;  // holds the lock
  std::unique_ptr<crypto::Sealer> sealer_;
  std::unique_ptr<store::OpenStore> store_;
  std::optional<Repositories> repositories_;
  std::unique_ptr<GateSessionRepo> gate_sessions_;
  std::unique_ptr<GateRepo> gate_rows_;
  gate::GateStore gate_store_;
};

}  // namespace cardea::app
