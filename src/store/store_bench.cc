// What the store costs: point reads, what a token request loads, durable writes alone and in groups; on SQLite and on a
// PostgreSQL of Debian's package that waits for its disk. Folder: TMPDIR, which should be a real disk.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <future>
#include <latch>

#include "store/open.h"
#include "tests/support/memory_log.h"
#include "tests/support/postgres.h"

namespace cardea {
namespace {

const RealmId kRealm{"10000000-0000-4000-8000-000000000001"};
const TimePoint kNow = from_epoch_seconds(1'790'000'000);
constexpr int kClients = 10'000;

/// As long as a UUID, and spread like one.
std::string id_of(const char* kind, std::int64_t number) {
  const auto mixed = static_cast<std::uint64_t>(number) * 0x9E3779B97F4A7C15ULL;
  char text[64];
  std::snprintf(text, sizeof text, "%08x-%s-%08x-%012ld", static_cast<unsigned>(mixed >> 32), kind,
                static_cast<unsigned>(mixed), static_cast<long>(number));
  return text;
}

TestPostgres& postgres() {
  static TestPostgres server({"-c", "fsync=on", "-c", "shared_buffers=1GB"});
  return server;
}

/// A database with `users` users, each with two roles and a session with one share, and kClients clients.
class World {
 public:
  World(db::Engine engine, std::int64_t users) {
    std::vector<SecretBytes> keys;
    keys.emplace_back(std::string(crypto::kSealKeyBytes, 'k'));
    sealer_ = std::make_unique<crypto::Sealer>(std::move(keys));
    store::DatabaseSettings settings;
    settings.engine = engine;
    if (engine == db::Engine::kSqlite) {
      folder_ = std::filesystem::temp_directory_path() / "cardea-bench-XXXXXX";
      if (::mkdtemp(folder_.data()) == nullptr) std::abort();
      settings.path = folder_ + "/cardea.db";
    } else {
      settings.url = postgres().url(postgres().make_database());
    }
    opened_ = std::move(store::open(std::move(settings), log_).value());
    repos_.emplace(opened_->repositories(*sealer_));
    fill_settings();
    for (std::int64_t first = 0; first < users; first += 10'000) fill_users(first, std::min(users, first + 10'000));
  }
  ~World() {
    opened_.reset();
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Repositories& repos() { return *repos_; }
  LaneExecutor& lane() { return *opened_->store_lane(); }
  store::OpenStore& opened() { return *opened_; }
  [[nodiscard]] std::uintmax_t bytes() const { return std::filesystem::file_size(folder_ + "/cardea.db"); }

  Stored<void> insert_session(Tx& tx, const std::string& id, const UserId& user) {
    UserSession session;
    session.id = SessionId(id);
    session.realm = kRealm;
    session.user = user;
    session.started_at = session.last_seen = kNow;
    session.ip_address = "192.0.2.17";
    ClientSession share;
    share.session = session.id;
    share.client = ClientId(id_of("client", 1));
    share.started_at = kNow;
    share.scope = "openid profile email";
    share.chain.refresh_id = id_of("token", 1);
    if (auto done = repos().sessions.insert(tx, session, kNow + std::chrono::hours(10)); !done) return done;
    return repos().sessions.put_client_session(tx, share);
  }

 private:
  void fill_settings() {
    check(repos().store.write([&](Tx& tx) -> Stored<void> {
      Realm realm;
      realm.id = kRealm;
      realm.name = "demo";
      if (auto done = repos().realms.insert(tx, realm); !done) return done;
      for (int i = 0; i < 2; ++i) {
        Role role;
        role.id = RoleId(id_of("role", i));
        role.realm = kRealm;
        role.name = "role" + std::to_string(i);
        if (auto done = repos().roles.insert(tx, role); !done) return done;
      }
      for (int i = 0; i < kClients; ++i) {
        Client client;
        client.id = ClientId(id_of("client", i));
        client.client_id = "client-" + std::to_string(i);
        client.secret = SecretBytes(id_of("secret", i));
        client.redirect_uris = {"https://app.example.org/*"};
        client.default_scopes = {ScopeId(id_of("scope", 1)), ScopeId(id_of("scope", 2))};
        if (auto done = repos().clients.insert(tx, kRealm, client); !done) return done;
      }
      return {};
    }));
  }

  void fill_users(std::int64_t first, std::int64_t end) {
    check(repos().store.write([&](Tx& tx) -> Stored<void> {
      for (std::int64_t i = first; i < end; ++i) {
        User user;
        user.id = UserId(id_of("user", i));
        user.realm = kRealm;
        user.username = "user-" + std::to_string(i);
        user.email = user.username + "@example.org";
        user.first_name = "Ada";
        user.last_name = "Lovelace";
        user.attributes = {{"phone", {"+49 30 1234"}}};
        if (auto done = repos().users.insert(tx, user, false); !done) return done;
        for (int role = 0; role < 2; ++role) {
          if (auto done = repos().users.add_role(tx, user.id, RoleId(id_of("role", role))); !done) return done;
        }
        if (auto done = insert_session(tx, id_of("session", i), user.id); !done) return done;
      }
      return {};
    }));
  }

  static void check(const Stored<void>& done) {
    if (!done) {
      std::fprintf(stderr, "store_bench: %s\n", std::string(describe(done.error())).c_str());
      std::abort();
    }
  }

  std::string folder_;
  MemoryLog log_;
  std::unique_ptr<crypto::Sealer> sealer_;
  std::unique_ptr<store::OpenStore> opened_;
  std::optional<Repositories> repos_;
};

/// One world for each engine and size, kept for all benchmarks.
World& world(db::Engine engine, std::int64_t users) {
  static std::map<std::pair<db::Engine, std::int64_t>, std::unique_ptr<World>> worlds;
  auto& found = worlds[{engine, users}];
  if (!found) found = std::make_unique<World>(engine, users);
  return *found;
}

World& world(const benchmark::State& state) {
  return world(state.range(0) == 0 ? db::Engine::kSqlite : db::Engine::kPostgres, state.range(1));
}

/// A row that was not asked for lately.
std::int64_t some(std::int64_t& seed, std::int64_t of) {
  seed = (seed * 6364136223846793005LL + 1442695040888963407LL);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(seed) >> 33) % of;
}

void find_client(benchmark::State& state) {
  auto& repos = world(state).repos();
  std::int64_t seed = 1;
  for (auto _ : state) {
    const auto name = "client-" + std::to_string(some(seed, kClients));
    const auto found =
        read_from(repos.store, [&](Rows& rows) { return repos.clients.find_by_client_id(rows, kRealm, name); });
    if (!found || !*found) state.SkipWithError("no client");
  }
}

void find_user(benchmark::State& state) {
  auto& repos = world(state).repos();
  std::int64_t seed = 1;
  for (auto _ : state) {
    const auto name = "user-" + std::to_string(some(seed, state.range(1)));
    const auto found =
        read_from(repos.store, [&](Rows& rows) { return repos.users.find_by_username(rows, kRealm, name); });
    if (!found || !*found) state.SkipWithError("no user");
  }
}

void load_subject(benchmark::State& state) {
  auto& repos = world(state).repos();
  std::int64_t seed = 1;
  for (auto _ : state) {
    const UserId id(id_of("user", some(seed, state.range(1))));
    const auto found = read_from(repos.store, [&](Rows& rows) { return repos.subjects.load(rows, kRealm, id); });
    if (!found || !*found) state.SkipWithError("no subject");
  }
}

void load_session(benchmark::State& state) {
  auto& repos = world(state).repos();
  const ClientId client(id_of("client", 1));
  std::int64_t seed = 1;
  for (auto _ : state) {
    const SessionId id(id_of("session", some(seed, state.range(1))));
    const auto found =
        read_from(repos.store, [&](Rows& rows) { return repos.sessions.load(rows, kRealm, id, client); });
    if (!found || !*found) state.SkipWithError("no session");
  }
}

void is_revoked(benchmark::State& state) {
  auto& repos = world(state).repos();
  for (auto _ : state) {
    const auto found =
        read_from(repos.store, [&](Rows& rows) { return repos.revocations.contains(rows, kRealm, "some-jti"); });
    if (!found || *found) state.SkipWithError("revoked");
  }
}

std::string fresh_id() {
  static std::atomic<std::int64_t> number{1'000'000'000};
  return id_of("session", number.fetch_add(1));
}

void write_login_alone(benchmark::State& state) {
  auto& here = world(state);
  const UserId user(id_of("user", 1));
  for (auto _ : state) {
    const auto id = fresh_id();
    if (!here.repos().store.write([&](Tx& tx) { return here.insert_session(tx, id, user); })) state.SkipWithError("no");
  }
}

/// range(2) logins in flight at once, each a session and a share, all durable at the end of an iteration.
void write_logins_in_groups(benchmark::State& state) {
  auto& here = world(state);
  const UserId user(id_of("user", 1));
  const auto groups = here.opened().groups();
  const auto writes = here.opened().grouped_writes();
  for (auto _ : state) {
    std::latch durable(state.range(2));
    for (std::int64_t i = 0; i < state.range(2); ++i) {
      LaneJob job{[&, id = fresh_id()] {
                    (void)here.repos().store.write([&](Tx& tx) { return here.insert_session(tx, id, user); });
                  },
                  [&](bool) { durable.count_down(); }};
      if (!here.lane().submit(std::move(job))) std::abort();
    }
    durable.wait();
  }
  state.SetItemsProcessed(state.iterations() * state.range(2));
  state.counters["per_commit"] = static_cast<double>(here.opened().grouped_writes() - writes) /
                                 static_cast<double>(here.opened().groups() - groups);
}

void refresh(benchmark::State& state) {
  auto& repos = world(state).repos();
  const ClientId client(id_of("client", 1));
  std::int64_t seed = 7;
  for (auto _ : state) {
    const SessionId id(id_of("session", some(seed, state.range(1))));
    const auto live = read_from(repos.store, [&](Rows& rows) { return repos.sessions.load(rows, kRealm, id, client); });
    auto after = *(*live)->client_session;
    after.chain.refresh_id = fresh_id();
    const auto done =
        repos.store.write([&](Tx& tx) { return repos.sessions.rotate(tx, *(*live)->client_session, after); });
    if (!done) state.SkipWithError("lost a race with nobody");
  }
}

void bytes_of_a_session(benchmark::State& state) {
  World here(db::Engine::kSqlite, 1);
  constexpr std::int64_t kSessions = 200'000;
  const auto before = here.bytes();
  for (auto _ : state) {
    (void)here.repos().store.write([&](Tx& tx) -> Stored<void> {
      for (std::int64_t i = 0; i < kSessions; ++i) {
        if (auto done = here.insert_session(tx, id_of("s", i + 10), UserId(id_of("user", i))); !done) return done;
      }
      return {};
    });
  }
  (void)here.opened().ping();
  state.counters["bytes_each"] =
      static_cast<double>(here.bytes() - before) / static_cast<double>(kSessions * state.iterations());
}

constexpr std::int64_t kSqlite = 0;
constexpr std::int64_t kPostgres = 1;
constexpr std::int64_t kSmall = 10'000;
constexpr std::int64_t kLarge = 1'000'000;

BENCHMARK(find_client)->Args({kSqlite, kSmall})->Args({kPostgres, kSmall})->UseRealTime();
BENCHMARK(find_user)->Args({kSqlite, kSmall})->Args({kSqlite, kLarge})->Args({kPostgres, kSmall})->UseRealTime();
BENCHMARK(load_subject)->Args({kSqlite, kSmall})->Args({kSqlite, kLarge})->Args({kPostgres, kSmall})->UseRealTime();
BENCHMARK(load_session)->Args({kSqlite, kSmall})->Args({kSqlite, kLarge})->Args({kPostgres, kSmall})->UseRealTime();
BENCHMARK(is_revoked)->Args({kSqlite, kSmall})->Args({kPostgres, kSmall})->UseRealTime();
BENCHMARK(write_login_alone)->Args({kSqlite, kSmall})->Args({kPostgres, kSmall})->UseRealTime();
BENCHMARK(write_logins_in_groups)
    ->Args({kSqlite, kSmall, 1})
    ->Args({kSqlite, kSmall, 4})
    ->Args({kSqlite, kSmall, 16})
    ->Args({kSqlite, kSmall, 64})
    ->Args({kSqlite, kSmall, 256})
    ->Args({kSqlite, kLarge, 64})
    ->UseRealTime();
BENCHMARK(refresh)->Args({kSqlite, kSmall})->Args({kSqlite, kLarge})->Args({kPostgres, kSmall})->UseRealTime();
BENCHMARK(bytes_of_a_session)->Iterations(1);

}  // namespace
}  // namespace cardea
