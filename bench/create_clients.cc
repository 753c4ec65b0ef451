// Ten thousand clients made one after another, each in a transaction of its own, in a SQLite file: what the first
// thousand costs beside the last. One line of JSON.     create_clients FOLDER [COUNT]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "store/open.h"
#include "tests/support/memory_log.h"
#include "tests/support/realm_fixture.h"

int main(int argc, char** argv) {
  using namespace cardea;
  if (argc < 2) return 2;
  const int count = argc > 2 ? std::atoi(argv[2]) : 10'000;
  MemoryLog log;
  store::DatabaseSettings settings;
  settings.path = std::string(argv[1]) + "/clients.sqlite";
  auto opened = store::open(std::move(settings), log);
  if (!opened) return 1;
  std::vector<SecretBytes> keys;
  keys.push_back(SecretBytes(std::string(crypto::kSealKeyBytes, 'k')));
  const crypto::Sealer sealer(std::move(keys));
  auto repositories = (*opened)->repositories(sealer);
  const auto records = make_test_records();
  if (!repositories.store.write([&](Tx& tx) { return repositories.realms.insert(tx, records.realm); })) return 1;
  std::vector<double> micros;
  const int block = count / 10;
  for (int i = 0; i < count; i += block) {
    const auto start = std::chrono::steady_clock::now();
    for (int j = i; j < i + block; ++j) {
      auto client = make_test_client(records.scopes);
      client.id = ClientId("id-" + std::to_string(j));
      client.client_id = "client-" + std::to_string(j);
      if (!repositories.store.write([&](Tx& tx) { return repositories.clients.insert(tx, records.realm.id, client); }))
        return 1;
    }
    micros.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count() /
                     block);
  }
  std::printf("{\"clients\":%d,\"micros_each_by_tenth\":[", count);
  for (std::size_t i = 0; i < micros.size(); ++i) std::printf("%s%.1f", i ? "," : "", micros[i]);
  std::printf("],\"last_to_first\":%.3f}\n", micros.back() / micros.front());
}
