#include "store/open.h"

#include <atomic>
#include <filesystem>

#include "base/assert.h"
#include "db/postgres/database.h"
#include "db/sqlite/database.h"
#include "store/handle.h"
#include "store/migrations.h"
#include "store/query.h"
#include "store/repos.h"
#include "store/sql_store.h"

namespace cardea::store {
namespace {

constexpr Sql kPing{"SELECT 1"};
constexpr Sql kApplied{"SELECT coalesce(max(number), 0) FROM schema_migrations"};

/// Every repository that needs nothing but rows, and those that need the sealer.
struct Owned {
  explicit Owned(const crypto::Sealer& sealer)
      : realms(make_realm_repo(sealer)),
        scopes(make_scope_repo(sealer)),
        keys(make_key_repo(sealer)),
        clients(make_client_repo(sealer)),
        roles(make_role_repo(sealer)),
        groups(make_group_repo(sealer)),
        users(make_user_repo(sealer)),
        subjects(make_subject_repo(sealer)),
        credentials(make_credential_repo(sealer)),
        sessions(make_session_repo(sealer)),
        offline_sessions(make_offline_session_repo(sealer)),
        codes(make_code_repo()),
        device_codes(make_device_code_repo()),
        interactions(make_interaction_repo(sealer)),
        revocations(make_revocation_repo()),
        logout_notices(make_logout_notice_repo()),
        used_ids(make_used_id_repo()),
        tickets(make_ticket_repo()),
        purge(make_purge_repo()),
        mails(make_mail_repo(sealer)),
        consents(make_consent_repo()),
        login_failures(make_login_failure_repo()),
        federated_identities(make_federated_identity_repo(sealer)),
        events(make_event_repo(sealer)),
        organizations(make_organization_repo()),
        memberships(make_membership_repo()),
        organization_groups(make_organization_group_repo()),
        provisioned_users(make_provisioned_user_repo()),
        directory_syncs(make_directory_sync_repo()) {}

  std::unique_ptr<RealmRepo> realms;
  std::unique_ptr<ScopeRepo> scopes;
  std::unique_ptr<KeyRepo> keys;
  std::unique_ptr<ClientRepo> clients;
  std::unique_ptr<RoleRepo> roles;
  std::unique_ptr<GroupRepo> groups;
  std::unique_ptr<UserRepo> users;
  std::unique_ptr<SubjectRepo> subjects;
  std::unique_ptr<CredentialRepo> credentials;
  std::unique_ptr<SessionRepo> sessions;
  std::unique_ptr<SessionRepo> offline_sessions;
  std::unique_ptr<CodeRepo> codes;
  std::unique_ptr<DeviceCodeRepo> device_codes;
  std::unique_ptr<InteractionRepo> interactions;
  std::unique_ptr<RevocationRepo> revocations;
  std::unique_ptr<LogoutNoticeRepo> logout_notices;
  std::unique_ptr<UsedIdRepo> used_ids;
  std::unique_ptr<TicketRepo> tickets;
  std::unique_ptr<PurgeRepo> purge;
  std::unique_ptr<MailRepo> mails;
  std::unique_ptr<ConsentRepo> consents;
  std::unique_ptr<LoginFailureRepo> login_failures;
  std::unique_ptr<FederatedIdentityRepo> federated_identities;
  std::unique_ptr<EventRepo> events;
  std::unique_ptr<OrganizationRepo> organizations;
  std::unique_ptr<MembershipRepo> memberships;
  std::unique_ptr<OrganizationGroupRepo> organization_groups;
  std::unique_ptr<ProvisionedUserRepo> provisioned_users;
  std::unique_ptr<DirectorySyncRepo> directory_syncs;
};

/// Is the schema the one that this release writes? Nothing is changed.
Result<void, OpenError> check_current(db::Database& database) {
  std::int64_t applied = 0;
  bool is_read = false;
  const auto asked = database.read([&](db::Session& session) {
    is_read = session.run(kApplied, {}, [&](const db::Row& row) { applied = row.integer(0); }).has_value();
  });
  if (!asked) return refuse(OpenError{OpenFailure::kUnavailable, "the database does not answer"});
  if (!is_read) return refuse(OpenError{OpenFailure::kMigration, "the database has never been used by a server"});
  const auto rest = db::pending(applied, migrations(database.engine()));
  if (!rest) return refuse(rest.error());
  if (rest->empty()) return {};
  return refuse(OpenError{OpenFailure::kMigration,
                          "the database is of an older release, and asking does not change it: start the server once"});
}

db::SqliteSettings sqlite_settings(const DatabaseSettings& settings) {
  return {settings.path, settings.write_queue_max, settings.busy_timeout};
}

db::PostgresSettings postgres_settings(DatabaseSettings settings) {
  return {std::move(settings.url),    std::move(settings.username), std::move(settings.password),
          std::move(settings.schema), settings.pool_size_max,       settings.pool_wait,
          settings.connect_timeout,   settings.statement_timeout};
}

}  // namespace

struct OpenStore::Parts {
  std::unique_ptr<db::SqliteDatabase> sqlite;      // one of these two
  std::unique_ptr<db::PostgresDatabase> postgres;  // is there
  std::unique_ptr<SqlStore> store;
  std::unique_ptr<ServerRepo> server = make_server_repo();
  std::unique_ptr<Owned> owned;
  std::atomic<std::int64_t> asked{0};

  [[nodiscard]] db::Database& database() {
    if (sqlite) return *sqlite;
    return *postgres;
  }
};

OpenStore::OpenStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
OpenStore::~OpenStore() = default;

Store& OpenStore::store() { return *parts_->store; }
ServerRepo& OpenStore::server() { return *parts_->server; }

Repositories OpenStore::repositories(const crypto::Sealer& sealer) {
  CARDEA_ASSERT(!parts_->owned);
  parts_->owned = std::make_unique<Owned>(sealer);
  Owned& owned = *parts_->owned;
  return {*parts_->store,
          *owned.realms,
          *owned.scopes,
          *owned.keys,
          *owned.clients,
          *owned.roles,
          *owned.groups,
          *owned.users,
          *owned.subjects,
          *owned.credentials,
          *owned.sessions,
          *owned.offline_sessions,
          *owned.codes,
          *owned.device_codes,
          *owned.interactions,
          *owned.revocations,
          *owned.logout_notices,
          *owned.used_ids,
          *owned.tickets,
          *owned.purge,
          *parts_->server,
          *owned.mails,
          *owned.consents,
          *owned.login_failures,
          *owned.federated_identities,
          *owned.events,
          *owned.organizations,
          *owned.memberships,
          *owned.organization_groups,
          *owned.provisioned_users,
          *owned.directory_syncs};
}

LaneExecutor* OpenStore::store_lane() { return parts_->sqlite ? &parts_->sqlite->writer() : nullptr; }

Stored<std::int64_t> OpenStore::change_counter() {
  if (!parts_->sqlite) return parts_->asked.fetch_add(1) + 1;
  const auto version = parts_->sqlite->data_version();
  if (!version) return refuse(store_error(version.error()));
  return *version;
}

Stored<void> OpenStore::ping() {
  return parts_->store->read([](Rows& rows) -> Stored<void> {
    const auto answered = gives_a_row(rows, kPing, {});
    if (!answered) return refuse(answered.error());
    return {};
  });
}

std::uint64_t OpenStore::round_trips() const { return parts_->postgres ? parts_->postgres->round_trips() : 0; }
std::uint64_t OpenStore::groups() const { return parts_->sqlite ? parts_->sqlite->writer().groups() : 0; }
std::uint64_t OpenStore::grouped_writes() const {
  return parts_->sqlite ? parts_->sqlite->writer().grouped_writes() : 0;
}

Result<std::unique_ptr<OpenStore>, OpenError> open(DatabaseSettings settings, Log& log) {
  auto parts = std::make_unique<OpenStore::Parts>();
  const db::Engine engine = settings.engine;
  const bool only_asks = settings.only_asks;
  std::error_code ignored;
  if (only_asks && engine == db::Engine::kSqlite && !std::filesystem::exists(settings.path, ignored)) {
    return refuse(OpenError{OpenFailure::kUnavailable, "there is no database at " + settings.path});
  }
  if (engine == db::Engine::kSqlite) {
    auto opened = db::SqliteDatabase::open(sqlite_settings(settings), log);
    if (!opened) return refuse(opened.error());
    parts->sqlite = std::move(*opened);
  } else {
    auto opened = db::PostgresDatabase::open(postgres_settings(std::move(settings)), log);
    if (!opened) return refuse(opened.error());
    parts->postgres = std::move(*opened);
  }
  auto ready = only_asks ? check_current(parts->database()) : parts->database().migrate(migrations(engine));
  if (!ready) return refuse(ready.error());
  parts->store = std::make_unique<SqlStore>(parts->database());
  return std::unique_ptr<OpenStore>(new OpenStore(std::move(parts)));
}

}  // namespace cardea::store
