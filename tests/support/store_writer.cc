// store_writer ENGINE PATH-OR-URL PREFIX: writes to a store from several threads until somebody kills it, and prints
// the id of each row once its write was acknowledged. Whoever kills it may expect every printed row to be there.
//
// Each write is one transaction of two rows, a session and a client's share of it. On SQLite half of the threads go
// through the store lane, as requests do, and the other half write by themselves.
#include <unistd.h>

#include <cstdio>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "store/open.h"
#include "tests/support/memory_log.h"

namespace cardea {
namespace {

constexpr int kThreads = 8;

Stored<void> insert(Tx& tx, SessionRepo& sessions, const std::string& id) {
  UserSession session;
  session.id = SessionId(id);
  session.realm = RealmId("realm");
  session.user = UserId("user");
  ClientSession share;
  share.session = session.id;
  share.client = ClientId("client");
  if (auto done = sessions.insert(tx, session, from_epoch_seconds(4'000'000'000)); !done) return done;
  return sessions.put_client_session(tx, share);
}

bool write_alone(Repositories& repositories, const std::string& id) {
  return repositories.store.write([&](Tx& tx) { return insert(tx, repositories.sessions, id); }).has_value();
}

bool write_on_lane(LaneExecutor& lane, Repositories& repositories, const std::string& id) {
  std::promise<bool> durable;
  bool written = false;
  const bool taken =
      lane.submit({[&] { written = write_alone(repositories, id); }, [&](bool kept) { durable.set_value(kept); }});
  return taken && durable.get_future().get() && written;
}

/// One write(2) for each line: what a killed process had printed is what was acknowledged.
void acknowledge(const std::string& id) {
  const std::string line = id + "\n";
  if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) ::_exit(0);  // nobody reads any more
}

int run(const char* engine, const char* where, const std::string& prefix) {
  MemoryLog log;
  store::DatabaseSettings settings;
  settings.engine = engine == std::string("sqlite") ? db::Engine::kSqlite : db::Engine::kPostgres;
  settings.path = where;
  settings.url = where;
  auto opened = store::open(std::move(settings), log);
  if (!opened) {
    std::fprintf(stderr, "store_writer: %s\n", opened.error().detail.c_str());
    return 1;
  }
  std::vector<SecretBytes> keys;
  keys.emplace_back(std::string(crypto::kSealKeyBytes, 'k'));
  const crypto::Sealer sealer(std::move(keys));
  auto repositories = (*opened)->repositories(sealer);
  LaneExecutor* lane = (*opened)->store_lane();
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int row = 0;; ++row) {
        const std::string id = prefix + "-" + std::to_string(thread) + "-" + std::to_string(row);
        const bool is_lane = lane != nullptr && thread % 2 == 0;
        if (!(is_lane ? write_on_lane(*lane, repositories, id) : write_alone(repositories, id))) return;
        acknowledge(id);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  return 0;
}

}  // namespace
}  // namespace cardea

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: store_writer sqlite|postgres PATH|URL PREFIX\n");
    return 2;
  }
  return cardea::run(argv[1], argv[2], argv[3]);
}
