// Fills a realm with browser sessions, each with one client's share, in the database of a stopped server; then says
// what they cost. With "purge" it removes them instead, as housekeeping does once they have expired: bits of at most
// kPurgeRowsMax rows, a transaction each, and reports the longest.
//   create_sessions REALM fill|purge COUNT start <the server's options>
// The last line of its output is one JSON object.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "app/wire/housekeeping.h"
#include "bench/open_realm.h"
#include "core/session.h"

namespace {

using namespace cardea;
using Steady = std::chrono::steady_clock;

constexpr long kSessionsAtOnce = 500;

int failed(std::string_view what) { return bench::failed("create_sessions", what); }

double milliseconds_since(Steady::time_point begin) {
  return std::chrono::duration<double, std::milli>(Steady::now() - begin).count();
}

Stored<void> add_session(Tx& tx, const Repositories& repositories, const Realm& realm, const UserId& user,
                         const ClientId& client, Random& random, TimePoint now) {
  Authentication proven;
  proven.user = user;
  proven.auth_time = epoch_seconds(now);
  auto session = make_session(realm, proven, "192.0.2.7", now, random);
  note_user_agent(session, "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0");
  if (auto done = repositories.sessions.insert(tx, session, session_end(realm, session)); !done) return done;
  ClientSession share;
  share.session = session.id;
  share.client = client;
  share.started_at = now;
  share.rotated_at = now;
  share.scope = "openid profile email";
  share.refresh_id = random_uuid(random);
  return repositories.sessions.put_client_session(tx, share);
}

int fill(const Repositories& repositories, const Realm& realm, long count, Random& random, TimePoint now) {
  const auto users = read_from(repositories.store,
                               [&](Rows& rows) { return repositories.users.search(rows, realm.id, {.max = 100}); });
  const auto client = read_from(repositories.store, [&](Rows& rows) {
    return repositories.clients.find_by_client_id(rows, realm.id, "bench-web");
  });
  if (!users || users->empty() || !client || !*client) return failed("no users or no client bench-web");
  const auto begin = Steady::now();
  for (long next = 0; next < count;) {
    const long end = std::min(next + kSessionsAtOnce, count);
    const auto stored = repositories.store.write([&](Tx& tx) -> Stored<void> {
      for (long i = next; i < end; ++i) {
        const auto& user = (*users)[static_cast<std::size_t>(i) % users->size()].id;
        if (auto done = add_session(tx, repositories, realm, user, (*client)->id, random, now); !done) return done;
      }
      return {};
    });
    if (!stored) return failed(describe(stored.error()));
    next = end;
    if (next % 500'000 == 0) std::fprintf(stderr, "%ld sessions\n", next);
  }
  std::printf("{\"sessions\":%ld,\"seconds\":%.1f}\n", count, milliseconds_since(begin) / 1000);
  return 0;
}

int purge(const Repositories& repositories, long count, TimePoint now) {
  const auto later = now + std::chrono::days(400);
  long gone = 0;
  double longest = 0;
  const auto begin = Steady::now();
  while (gone < count) {
    const auto bit = Steady::now();
    const auto removed = write_to(repositories.store, [&](Tx& tx) {
      return repositories.purge.purge(tx, Expiring::kSessions, later, app::kPurgeRowsMax);
    });
    if (!removed) return failed(describe(removed.error()));
    if (*removed == 0) break;
    longest = std::max(longest, milliseconds_since(bit));
    gone += *removed;
  }
  std::printf("{\"purged\":%ld,\"seconds\":%.1f,\"longest_ms\":%.1f}\n", gone, milliseconds_since(begin) / 1000,
              longest);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  const std::string_view what = argv[2];
  const long count = std::atol(argv[3]);
  const auto open = bench::open_realm(argv[1], {argv + 4, argv + argc});
  if (!open) return failed(open.error());
  const auto& repositories = (*open)->database->repositories();
  const auto& realm = (*open)->realm;
  auto& random = (*open)->random;
  const auto now = SystemClock().now();
  return what == "purge" ? purge(repositories, count, now) : fill(repositories, realm, count, random, now);
}
