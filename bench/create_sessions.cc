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
#include <vector>

#include "app/wire/housekeeping.h"
#include "base/json.h"
#include "bench/open_realm.h"
#include "core/session.h"
#include "store/query.h"

namespace {

using namespace cardea;
using Steady = std::chrono::steady_clock;

constexpr long kSessionsAtOnce = 2000;
constexpr std::size_t kSessionIdChars = 24;

int failed(std::string_view what) { return bench::failed("create_sessions", what); }

double milliseconds_since(Steady::time_point begin) {
  return std::chrono::duration<double, std::milli>(Steady::now() - begin).count();
}

/// Sessions that the rest are copies of, one for each person, with one client's share.
Stored<std::vector<SessionId>> add_models(Tx& tx, const Repositories& repositories, const Realm& realm,
                                          const std::vector<User>& users, const ClientId& client, Random& random,
                                          TimePoint now) {
  std::vector<SessionId> models;
  for (const auto& user : users) {
    Authentication proven;
    proven.user = user.id;
    proven.auth_time = epoch_seconds(now);
    auto session = make_session(realm, proven, "192.0.2.7", now, random);
    note_user_agent(session, "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0");
    auto done = repositories.sessions.insert(tx, session, session_end(realm, session));
    if (!done) return refuse(done.error());
    ClientSession share;
    share.session = session.id;
    share.client = client;
    share.started_at = now;
    share.chain.rotated_at = now;
    share.scope = "openid profile email";
    share.chain.refresh_id = random_uuid(random);
    done = repositories.sessions.put_client_session(tx, share);
    if (!done) return refuse(done.error());
    models.push_back(session.id);
  }
  return models;
}

// Rows as the repositories write them, with another id each: ten times as fast as one by one. The ids are as long and
// as random as real ones, so that the trees of the tables are filled as they would be.
constexpr store::Sql kCopySessions{
    "INSERT INTO user_sessions (id, realm_id, user_id, started_at, last_seen, auth_time, remember_me, ip_address, "
    "notes, "
    "purge_hour) SELECT j.value, m.realm_id, m.user_id, m.started_at, m.last_seen, m.auth_time, m.remember_me, "
    "m.ip_address, m.notes, m.purge_hour FROM json_each(?1) j, user_sessions m WHERE m.id = ?2",
    "INSERT INTO user_sessions (id, realm_id, user_id, started_at, last_seen, auth_time, remember_me, ip_address, "
    "notes, "
    "purge_hour) SELECT j.value, m.realm_id, m.user_id, m.started_at, m.last_seen, m.auth_time, m.remember_me, "
    "m.ip_address, m.notes, m.purge_hour FROM json_array_elements_text($1::json) AS j(value), user_sessions m "
    "WHERE m.id = $2"};
constexpr store::Sql kCopyShares{
    "INSERT INTO client_sessions (session_id, client_id, started_at, scope, refresh_id, previous_refresh_id, "
    "rotated_at, "
    "use_count) SELECT j.value, m.client_id, m.started_at, m.scope, j.value || '-0123456789a', m.previous_refresh_id, "
    "m.rotated_at, m.use_count FROM json_each(?1) j, client_sessions m WHERE m.session_id = ?2",
    "INSERT INTO client_sessions (session_id, client_id, started_at, scope, refresh_id, previous_refresh_id, "
    "rotated_at, "
    "use_count) SELECT j.value, m.client_id, m.started_at, m.scope, j.value || '-0123456789a', m.previous_refresh_id, "
    "m.rotated_at, m.use_count FROM json_array_elements_text($1::json) AS j(value), client_sessions m "
    "WHERE m.session_id = $2"};

std::string fresh_ids(long count, Random& random) {
  std::string list;
  JsonWriter writer(list);
  writer.begin_array();
  for (long i = 0; i < count; ++i) writer.string(random_handle(random).substr(0, kSessionIdChars));
  writer.end_array();
  return list;
}

int fill(const Repositories& repositories, const Realm& realm, long count, Random& random, TimePoint now) {
  const auto users = read_from(repositories.store,
                               [&](Rows& rows) { return repositories.users.search(rows, realm.id, {.max = 100}); });
  const auto client = read_from(repositories.store, [&](Rows& rows) {
    return repositories.clients.find_by_client_id(rows, realm.id, "bench-web");
  });
  if (!users || users->empty() || !client || !*client) return failed("no users or no client bench-web");
  const auto begin = Steady::now();
  const auto models = write_to(repositories.store, [&](Tx& tx) {
    return add_models(tx, repositories, realm, *users, (*client)->id, random, now);
  });
  if (!models) return failed(describe(models.error()));
  std::size_t model = 0;
  for (long next = static_cast<long>(models->size()); next < count;) {
    const long some = std::min(kSessionsAtOnce, count - next);
    const auto ids = fresh_ids(some, random);
    const std::string& of = (*models)[model++ % models->size()].str();
    const auto stored = repositories.store.write([&](Tx& tx) -> Stored<void> {
      if (auto done = store::send(tx, kCopySessions, {ids, of}); !done) return done;
      return store::send(tx, kCopyShares, {ids, of});
    });
    if (!stored) return failed(describe(stored.error()));
    next += some;
    if (next / 500'000 != (next - some) / 500'000) std::fprintf(stderr, "%ld sessions\n", next);
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
