#include "app/wire/server.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "app/wire/database.h"
#include "app/wire/host_claims.h"
#include "app/wire/housekeeping.h"
#include "app/wire/listeners.h"
#include "app/wire/management.h"
#include "app/wire/open_gate.h"
#include "app/wire/outbound.h"
#include "app/wire/password_lists.h"
#include "app/wire/provider.h"
#include "app/wire/signals.h"
#include "app/wire/ticker.h"
#include "base/text.h"
#include "broker/directory_sync.h"
#include "broker/secret_watch.h"
#include "core/source_claims.h"
#include "crypto/work_memory.h"
#include "http/lanes.h"
#include "http/server.h"

namespace cardea::app {

namespace {

constexpr std::chrono::milliseconds kTick{1000};
constexpr std::chrono::milliseconds kSecretTick{15'000};
constexpr std::chrono::milliseconds kDirectoryTick{5'000};
constexpr std::chrono::milliseconds kWaitForOtherNode{200};
/// Running requests get this long to end; less than the 30 s after which container platforms kill.
constexpr std::chrono::milliseconds kStopGrace{10'000};
/// Below the I/O threads in the system's eyes: a flood of logins does not stall token traffic (architecture section 1).
constexpr int kHashNiceness = 5;
constexpr std::size_t kHashQueueForEach = 128;  // about a second of work
constexpr std::size_t kStoreQueueMax = 1024;
constexpr std::size_t kSmallQueueMax = 64;
constexpr std::size_t kJobsQueueMax = 1024;
constexpr unsigned kBackgroundThreads = 2;  // they wait for other servers more than they work
constexpr std::size_t kBackgroundQueueMax = 1024;

unsigned cores() { return std::max(1U, std::thread::hardware_concurrency()); }

std::unique_ptr<http::LanePool> make_pool(unsigned threads, std::size_t queue_max) {
  return std::make_unique<http::LanePool>(http::LanePoolSettings{.threads = threads, .queue_max = queue_max});
}

}  // namespace

/// Members are destroyed from the last to the first: listeners, lanes, the database with its writer, and then what the
/// writer's last steps may still use.
struct RunningServer::Parts {
  Log& log;
  const Clock& clock;
  Random& random;
  ServerSettings settings = {};

  Metrics metrics = {};
  std::unique_ptr<EventMetrics> event_metrics = {};  // null: not counted
  Health health = {};
  web::Router management_router = {};
  PasswordLists password_lists = {};
  std::unique_ptr<Provider> provider = {};
  std::unique_ptr<OpenGate> gate = {};  // null: there is none
  std::unique_ptr<OpenDatabase> database = {};
  std::unique_ptr<LogoutDelivery> logout_delivery = {};
  std::unique_ptr<FetchLogoutSender> logout_sender = {};
  std::unique_ptr<MailDelivery> mail_delivery = {};
  std::unique_ptr<SmtpTransport> mail_transport = {};
  std::unique_ptr<http::LanePool> store_pool = {}, hash_pool = {}, cpu_pool = {}, admin_pool = {}, jobs_pool = {},
                                  background_pool = {};
  std::unique_ptr<Outbound> outbound = {};
  std::unique_ptr<http::Lanes> lanes = {};
  std::unique_ptr<Housekeeping> housekeeping = {};
  std::unique_ptr<broker::SecretWatch> secret_watch = {};
  std::unique_ptr<broker::DirectoryWatch> directory_watch = {};
  std::unique_ptr<Ticker> ticker = {}, jobs_ticker = {}, secret_ticker = {}, directory_ticker = {};
  std::unique_ptr<http::Server> management = {};
  std::unique_ptr<http::Server> server = {};

  Announcement announcement = {};
  Environment variables = {};  // of the process, for reloads

  void make_provider();
  void make_lanes();
  [[nodiscard]] Result<void, std::string> make_outbound();
  [[nodiscard]] Result<void, std::string> make_gate(const Environment& environment);
  [[nodiscard]] Result<void, std::string> check_hosts() const;
  void start_jobs();
  void keep_events();
  void make_housekeeping();
  void register_metrics();
  [[nodiscard]] Result<void, std::string> fill_database(const Environment& environment, ShowPassword show_password);
  [[nodiscard]] Result<void, std::string> serve_management();
  [[nodiscard]] Result<void, std::string> serve();
};

void RunningServer::Parts::make_provider() {
  provider = std::make_unique<Provider>(
      Provider::Parts{
          database->repositories(), database->sealer(), clock, random, log,
          settings.https_client_auth != ClientAuth::kNone || !settings.proxy_client_certificate_header.empty(),
          settings.legacy_logout_redirect_uri, settings.ciba_channel_uri},
      ProviderAddress{settings.frontend_url(), settings.http_relative_path}, settings.development);
  if (settings.event_metrics_user_enabled) {
    EventMetricsSettings wanted;
    (void)read_event_tags(settings.event_metrics_user_tags, wanted);  // checked with the option
    for (const auto& event : settings.event_metrics_user_events) wanted.events.insert(ascii_lower(event));
    event_metrics = std::make_unique<EventMetrics>(std::move(wanted));
    provider->events().count_in(*event_metrics);
  }
  password_lists = read_password_lists(settings.data_dir + "/password-blacklists", log);
  provider->settings().use_password_lists(password_lists);
}

/// On SQLite the writer is the store lane, so that requests share its commits; on PostgreSQL one thread waits for each
/// connection.
void RunningServer::Parts::make_lanes() {
  const auto hash_threads = std::max(1U, cores() / 2);
  hash_pool = std::make_unique<http::LanePool>(http::LanePoolSettings{.threads = hash_threads,
                                                                      .queue_max = hash_threads * kHashQueueForEach,
                                                                      .niceness = kHashNiceness,
                                                                      .on_start = crypto::keep_work_memory,
                                                                      .on_idle = crypto::release_work_memory});
  cpu_pool = make_pool(std::max(1U, cores() / 2), kSmallQueueMax);
  admin_pool = make_pool(1, kSmallQueueMax);
  lanes = std::make_unique<http::Lanes>(metrics);
  if (auto* writer = database->store().store_lane()) {
    lanes->assign(web::Lane::kStore, *writer);
  } else {
    store_pool = make_pool(static_cast<unsigned>(settings.db_pool_max_size), kStoreQueueMax);
    lanes->assign(web::Lane::kStore, *store_pool);
  }
  lanes->assign(web::Lane::kHash, *hash_pool);
  lanes->assign(web::Lane::kCpu, *cpu_pool);
  lanes->assign(web::Lane::kAdmin, *admin_pool);
}

Result<void, std::string> RunningServer::Parts::make_outbound() {
  auto made = Outbound::make(settings, clock, metrics);
  if (!made) return refuse(std::move(made.error()));
  outbound = std::move(*made);
  lanes->assign(outbound->fetcher());
  jobs_pool = make_pool(1, kJobsQueueMax);
  mail_transport = std::make_unique<SmtpTransport>(outbound->mail_sender(), *jobs_pool);
  provider->send_mail_by(
      [transport = mail_transport.get()](MailServer mail_server, std::string to, std::string content) {
        return send_and_wait(*transport, std::move(mail_server), std::move(to), std::move(content));
      });
  background_pool = make_pool(kBackgroundThreads, kBackgroundQueueMax);
  provider->work_in_background_by([this](std::move_only_function<web::Outcome()> work) {
    return background_pool->submit({[this, work = std::move(work)]() mutable {
                                      if (!health.stopping) run_and_wait(outbound->fetcher(), work());
                                    },
                                    [](bool) {}});
  });
  provider->tell_clients_by([&fetcher = outbound->fetcher()](std::vector<admin::ClientMessage> messages) {
    return tell_and_wait(fetcher, std::move(messages));
  });
  return {};
}

Result<void, std::string> RunningServer::Parts::make_gate(const Environment& environment) {
  variables = environment;
  if (!settings.has_gate()) return {};
  auto opened = OpenGate::open(settings, environment, {clock, random, log, &database->gate_store()});
  if (!opened) return refuse(std::move(opened.error()));
  gate = std::move(*opened);
  provider->ask_gate_by(
      [this](std::string_view host) { return is_host_of_application(gate->gate().state()->settings, host); });
  return {};
}

/// Reads every realm, so that it comes after the first requests may: what two realms claim is nobody's meanwhile.
Result<void, std::string> RunningServer::Parts::check_hosts() const {
  const auto& repositories = database->repositories();
  const auto realms = read_from(repositories.store, [&](Rows& rows) { return realms_for_claims(rows, repositories); });
  if (!realms) return refuse("the realms cannot be read: " + std::string(describe(realms.error())));
  const auto state = gate ? gate->gate().state() : nullptr;
  auto problem = claimed_twice(settings, *realms, state ? &state->settings : nullptr);
  if (!problem.empty()) return refuse(std::move(problem));
  return {};
}

/// The outbox is emptied beside the requests, on threads of its own.
void RunningServer::Parts::start_jobs() {
  logout_sender = std::make_unique<FetchLogoutSender>(outbound->fetcher(), *jobs_pool);
  logout_delivery =
      std::make_unique<LogoutDelivery>(database->repositories(), provider->settings(), clock, log, *logout_sender);
  mail_delivery =
      std::make_unique<MailDelivery>(database->repositories(), provider->settings(), clock, log, *mail_transport);
  jobs_ticker = std::make_unique<Ticker>(kTick, [this] {
    (void)logout_delivery->deliver_due();
    (void)mail_delivery->deliver_due();
    if (gate) gate->tick(outbound->fetcher());
    keep_events();
  });
  // It waits for answers, so nothing else waits for it.
  secret_ticker = std::make_unique<Ticker>(kSecretTick, [this] { secret_watch->tick(); });
  directory_ticker = std::make_unique<Ticker>(kDirectoryTick, [this] { directory_watch->tick(); });
}

/// User events of the last second, in few transactions.
void RunningServer::Parts::keep_events() {
  const auto& repositories = database->repositories();
  (void)provider->events().flush(repositories.store, repositories.events);
}

void RunningServer::Parts::make_housekeeping() {
  health.database_answers = [this] { return database->store().ping().has_value(); };
  const auto& repositories = database->repositories();
  housekeeping = std::make_unique<Housekeeping>(
      Housekeeping::Parts{[this] { return database->store().change_counter(); },
                          [this] { return provider->settings().check_versions(); },
                          [&repositories](Expiring kind, TimePoint now, int rows_max) {
                            return write_to(repositories.store,
                                            [&](Tx& tx) { return repositories.purge.purge(tx, kind, now, rows_max); });
                          }},
      clock, log, health);
  ticker = std::make_unique<Ticker>(kTick, [this] { housekeeping->tick(); });
  const auto call = [this](web::FetchRequest request) -> web::Fetched {
    if (health.stopping) return refuse(web::FetchError::kStopping);  // the stop waits for one call at most
    return fetch_and_wait(outbound->fetcher(), std::move(request));
  };
  secret_watch = std::make_unique<broker::SecretWatch>(repositories, clock, log, call);
  directory_watch = std::make_unique<broker::DirectoryWatch>(provider->broker(), call);
}

void RunningServer::Parts::register_metrics() {
  auto& store = database->store();
  metrics.gauge_function("cardea_db_round_trips", "Waits for PostgreSQL since the start.",
                         [&store] { return static_cast<std::int64_t>(store.round_trips()); });
  metrics.gauge_function("cardea_db_groups", "Group commits of SQLite since the start.",
                         [&store] { return static_cast<std::int64_t>(store.groups()); });
  metrics.gauge_function("cardea_db_grouped_writes", "Writes in those groups.",
                         [&store] { return static_cast<std::int64_t>(store.grouped_writes()); });
  metrics.gauge_function("cardea_events_lost", "User events dropped since the start, for want of room.",
                         [this] { return static_cast<std::int64_t>(provider->events().lost()); });
  metrics.gauge_function("cardea_upstream_secret_days",
                         "Days until the first client secret at an identity provider ends (clientSecretEnds).",
                         [this] { return secret_watch->days_left(); });
  const auto directories = [this](std::string name, std::string help,
                                  std::atomic<std::int64_t> broker::DirectoryWatch::Totals::* total) {
    metrics.gauge_function(std::move(name), std::move(help),
                           [this, total] { return (directory_watch->totals().*total).load(); });
  };
  using Totals = broker::DirectoryWatch::Totals;
  directories("cardea_directory_syncs", "Synchronisations with providers' directories since the start.", &Totals::done);
  directories("cardea_directory_syncs_failed", "Those that ended early.", &Totals::failed);
  directories("cardea_directory_people_asked", "People whose groups they asked for.", &Totals::asked);
  directories("cardea_directory_people_changed", "Those of them who were in other groups.", &Totals::changed);
  directories("cardea_directory_people_stopped", "People they stopped: gone or disabled there.", &Totals::stopped);
  metrics.gauge_function("cardea_directory_sync_age_seconds",
                         "Since the last whole synchronisation of the provider that has waited longest.",
                         [this] { return directory_watch->age(); });
  metrics.gauge_function("cardea_ready", "1 while this node may be sent requests, the database's answer apart.",
                         [this] { return health.started && !health.stopping && health.settings_are_fresh ? 1 : 0; });
}

Result<void, std::string> RunningServer::Parts::fill_database(const Environment& environment,
                                                              ShowPassword show_password) {
  FirstStart first{
      settings, environment, ImportTools{database->repositories(), clock, random}, log, std::move(show_password), [] {
        return wait_for_signal(kWaitForOtherNode) != Signal::kStop;
      }};
  if (auto made = make_master(first); !made) return made;
  return import_realms(first);
}

Result<void, std::string> RunningServer::Parts::serve_management() {
  if (!settings.has_management()) return {};
  if (settings.health_enabled) add_health_routes(management_router, health);
  if (settings.metrics_enabled) add_metrics_route(management_router, metrics, event_metrics.get());
  if (gate) add_gate_routes(management_router, *gate, settings);
  management = std::make_unique<http::Server>(
      management_settings(settings), [this](web::Request& request) { return management_router.handle(request); },
      *lanes, log, metrics, clock, random);
  if (auto started = management->start(); !started) return refuse(describe_failure(started.error(), "http-management"));
  announcement.management_url = "http://" + settings.http_management_host + ":" + std::to_string(management->port());
  return {};
}

Result<void, std::string> RunningServer::Parts::serve() {
  server = std::make_unique<http::Server>(
      public_settings(settings),
      [this](web::Request& request) {
        return gate && gate->gate().serves(request) ? gate->gate().handle(request) : provider->handle(request);
      },
      *lanes, log, metrics, clock, random);
  if (auto started = server->start(); !started) return refuse(describe_failure(started.error(), "http"));
  announcement.url = settings.frontend_url();
  if (announcement.url.empty()) {
    // Without a public name: what a browser on this machine would use.
    const bool plain = server->port() != 0;
    const auto port = plain ? server->port() : server->https_port();
    announcement.url =
        (plain ? "http://localhost:" : "https://localhost:") + std::to_string(port) + settings.http_relative_path;
  }
  return {};
}

Result<std::unique_ptr<RunningServer>, std::string> RunningServer::start(ServerSettings settings,
                                                                         const Environment& environment, Log& log,
                                                                         const Clock& clock, Random& random,
                                                                         ShowPassword show_password) {
  auto parts = std::unique_ptr<Parts>(new Parts{log, clock, random, std::move(settings)});
  auto database = OpenDatabase::open(parts->settings, environment, log, random);
  if (!database) return refuse(std::move(database.error()));
  parts->database = std::move(*database);
  parts->make_provider();
  parts->make_lanes();
  if (auto made = parts->make_outbound(); !made) return refuse(std::move(made.error()));
  if (auto made = parts->make_gate(environment); !made) return refuse(std::move(made.error()));
  parts->make_housekeeping();
  parts->register_metrics();
  // Before what may take long, so that probes see a server that is alive and not ready yet.
  if (auto served = parts->serve_management(); !served) return refuse(std::move(served.error()));
  if (auto filled = parts->fill_database(environment, std::move(show_password)); !filled)
    return refuse(std::move(filled.error()));
  if (auto served = parts->serve(); !served) return refuse(std::move(served.error()));
  if (auto checked = parts->check_hosts(); !checked) {
    parts->server->stop(std::chrono::milliseconds{0});
    return refuse(std::move(checked.error()));
  }
  parts->start_jobs();
  parts->health.started = true;
  return std::unique_ptr<RunningServer>(new RunningServer(std::move(parts)));
}

RunningServer::RunningServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
RunningServer::~RunningServer() = default;

const Announcement& RunningServer::announcement() const { return parts_->announcement; }
const ServerSettings& RunningServer::settings() const { return parts_->settings; }

void RunningServer::reload() {
  parts_->server->reload_certificates();
  if (!parts_->gate) return;
  const auto& repositories = parts_->database->repositories();
  parts_->gate->reload(parts_->settings, parts_->variables, [&](const gate::GateSettings& next) -> std::string {
    const auto realms =
        read_from(repositories.store, [&](Rows& rows) { return realms_for_claims(rows, repositories); });
    return realms ? claimed_twice(parts_->settings, *realms, &next) : "the realms cannot be read";
  });
}

void RunningServer::stop() {
  parts_->health.stopping = true;  // The readiness probe sees it while running requests end.
  parts_->server->stop(kStopGrace);
  parts_->ticker.reset();
  parts_->jobs_ticker.reset();
  parts_->keep_events();
  parts_->outbound->stop();
  parts_->secret_ticker.reset();  // what these wait for has ended
  parts_->directory_ticker.reset();
  parts_->background_pool->stop();
  if (parts_->management) parts_->management->stop(std::chrono::milliseconds{0});
}

}  // namespace cardea::app
