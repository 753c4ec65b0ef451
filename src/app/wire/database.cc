#include "app/wire/database.h"

#include <filesystem>
#include <utility>

#include "app/wire/master_key.h"
#include "store/data_key.h"
#include "store/repos.h"

namespace cardea::app {

namespace {

store::DatabaseSettings store_settings(const ServerSettings& settings, const std::string& sqlite_path) {
  store::DatabaseSettings result;
  if (settings.db == Database::kSqlite) {
    result.path = sqlite_path;
    return result;
  }
  result.engine = db::Engine::kPostgres;
  result.url = settings.db_url;
  result.username = settings.db_username;
  result.password = settings.db_password.clone();
  result.schema = settings.db_schema;
  result.pool_size_max = settings.db_pool_max_size;
  return result;
}

/// The wrapped data key, made now when the database has none. Of two nodes that start at once on a new database one
/// inserts, and both read.
Stored<std::optional<std::string>> load_data_key(store::OpenStore& store, const SecretBytes& master, bool may_make,
                                                 Random& random) {
  const auto find = [&] {
    return read_from(store.store(), [&](Rows& rows) { return store.server().find(rows, store::kDataKeyRow); });
  };
  auto found = find();
  if (found && !*found && may_make) {
    const auto wrapped = crypto::wrap_new_data_key(master, random);
    const auto inserted =
        store.store().write([&](Tx& tx) { return store.server().insert(tx, store::kDataKeyRow, wrapped); });
    if (!inserted && inserted.error() != StoreError::kConflict) return refuse(inserted.error());
    found = find();
  }
  return found;
}

Result<crypto::Sealer, std::string> open_sealer(store::OpenStore& store, const MasterKey& master, bool may_make,
                                                Random& random) {
  const auto wrapped = load_data_key(store, master.bytes, may_make, random);
  if (!wrapped) return refuse("cannot read the data key: " + std::string(describe(wrapped.error())));
  if (!*wrapped) return refuse(std::string(kNoDataKey));
  return open_sealer(master, **wrapped);
}

void tell_about(const MasterKey& key, Log& log) {
  if (key.made) log.info("master_key_made", {{"file", key.source}});
  if (key.beside_data)
    log.warning("master_key_beside_data",
                {{"file", key.source},
                 {"advice", "keep a copy elsewhere; whoever gets this folder gets the secrets: see master-key-file"}});
}

}  // namespace

Result<std::unique_ptr<OpenDatabase>, std::string> OpenDatabase::open(const ServerSettings& settings,
                                                                      const Environment& environment, Log& log,
                                                                      Random& random) {
  return open_for(For::kServing, settings, environment, log, random);
}

Result<std::unique_ptr<OpenDatabase>, std::string> OpenDatabase::open_as_it_is(const ServerSettings& settings,
                                                                               const Environment& environment, Log& log,
                                                                               Random& random) {
  std::error_code ignored;
  const auto path = database_file(settings.data_dir);
  if (settings.db == Database::kSqlite && !std::filesystem::exists(path, ignored))
    return refuse("there is no database at " + path);
  return open_for(For::kAsking, settings, environment, log, random);
}

Result<std::unique_ptr<OpenDatabase>, std::string> OpenDatabase::open_for(For what, const ServerSettings& settings,
                                                                          const Environment& environment, Log& log,
                                                                          Random& random) {
  const bool sqlite = settings.db == Database::kSqlite;
  const auto path = database_file(settings.data_dir);
  std::optional<DataDirectory> directory;
  if (sqlite) {
    auto opened = DataDirectory::open(settings.data_dir, true);
    if (!opened) return refuse(std::move(opened.error()));
    directory.emplace(std::move(*opened));
  }
  // The key before the database, so that there is never a database whose key was not written.
  std::error_code ignored;
  const bool may_make = sqlite && !std::filesystem::exists(path, ignored);
  auto key = load_master_key(settings, environment, may_make, random);
  if (!key) return refuse(std::move(key.error()));
  tell_about(*key, log);

  auto store_options = store_settings(settings, path);
  store_options.only_asks = what == For::kAsking;
  auto store = store::open(std::move(store_options), log);
  if (!store) return refuse(std::string(describe(store.error().failure)) + ": " + store.error().detail);
  auto sealer = open_sealer(**store, *key, what == For::kServing, random);
  if (!sealer) return refuse(std::move(sealer.error()));
  return std::unique_ptr<OpenDatabase>(new OpenDatabase(std::move(directory), std::move(*store), std::move(*sealer)));
}

OpenDatabase::OpenDatabase(std::optional<DataDirectory> directory, std::unique_ptr<store::OpenStore> store,
                           crypto::Sealer sealer)
    : directory_(std::move(directory)),
      sealer_(std::make_unique<crypto::Sealer>(std::move(sealer))),
      store_(std::move(store)),
      repositories_(store_->repositories(*sealer_)),
      gate_sessions_(store::make_gate_session_repo(*sealer_)),
      gate_rows_(store::make_gate_repo(*sealer_)),
      gate_store_{store_->store(), *gate_sessions_, *gate_rows_} {}

}  // namespace cardea::app
