#include "app/wire/gate_server.h"

#include <utility>

#include "app/wire/database.h"
#include "app/wire/listeners.h"
#include "app/wire/management.h"
#include "app/wire/open_gate.h"
#include "app/wire/outbound.h"
#include "app/wire/ticker.h"
#include "http/lanes.h"
#include "http/server.h"

namespace cardea::app {

namespace {

constexpr std::chrono::milliseconds kTick{1000};
constexpr std::chrono::milliseconds kStopGrace{10'000};

}  // namespace

/// Members are destroyed from the last to the first.
struct RunningGate::Parts {
  Log& log;
  const Clock& clock;
  Random& random;
  ServerSettings settings = {};
  Environment environment = {};

  Metrics metrics = {};
  Health health = {};
  web::Router management_router = {};
  std::unique_ptr<OpenGate> gate = {};
  std::unique_ptr<OpenDatabase> database = {};  // null: everything is in memory
  std::unique_ptr<http::LanePool> pool = {};
  std::unique_ptr<Outbound> outbound = {};
  std::unique_ptr<http::Lanes> lanes = {};
  std::unique_ptr<Ticker> ticker = {};
  std::unique_ptr<http::Server> management = {};
  std::unique_ptr<http::Server> server = {};
  std::string url = {};

  [[nodiscard]] Result<void, std::string> join_parts();
  [[nodiscard]] Result<void, std::string> serve_management();
  [[nodiscard]] Result<void, std::string> serve();
};

/// The gate's steps are inline but for the database: SQLite's writes have a thread of their own, PostgreSQL has one for
/// each connection. The lanes that only the provider needs share those, or one thread.
Result<void, std::string> RunningGate::Parts::join_parts() {
  if (settings.gate_keeps_rows) {
    auto open = OpenDatabase::open(settings, environment, log, random);
    if (!open) return refuse(std::move(open.error()));
    database = std::move(*open);
  }
  auto opened =
      OpenGate::open(settings, environment, {clock, random, log, database ? &database->gate_store() : nullptr});
  if (!opened) return refuse(std::move(opened.error()));
  gate = std::move(*opened);
  auto made = Outbound::make(settings, clock, metrics);
  if (!made) return refuse(std::move(made.error()));
  const bool waits = database && database->store().store_lane() == nullptr;  // a thread for each connection
  pool = std::make_unique<http::LanePool>(
      http::LanePoolSettings{.threads = waits ? static_cast<unsigned>(settings.db_pool_max_size) : 1U});
  outbound = std::move(*made);
  lanes = std::make_unique<http::Lanes>(metrics);
  auto* writer = database ? database->store().store_lane() : nullptr;
  lanes->assign(web::Lane::kStore, writer != nullptr ? *writer : *pool);
  for (const auto lane : {web::Lane::kHash, web::Lane::kCpu, web::Lane::kAdmin}) lanes->assign(lane, *pool);
  lanes->assign(outbound->fetcher());
  health.database_answers = [this] { return !database || database->store().ping().has_value(); };
  health.settings_are_fresh = true;
  metrics.gauge_function("cardea_gate_sessions", "Sessions at applications behind the gate.",
                         [this] { return static_cast<std::int64_t>(gate->gate().sessions()); });
  return {};
}

Result<void, std::string> RunningGate::Parts::serve_management() {
  if (!settings.has_management()) return {};
  if (settings.health_enabled) add_health_routes(management_router, health);
  if (settings.metrics_enabled) add_metrics_route(management_router, metrics);
  add_gate_routes(management_router, *gate, settings);
  management = std::make_unique<http::Server>(
      management_settings(settings), [this](web::Request& request) { return management_router.handle(request); },
      *lanes, log, metrics, clock, random);
  if (auto started = management->start(); !started) return refuse(describe_failure(started.error(), "http-management"));
  return {};
}

Result<void, std::string> RunningGate::Parts::serve() {
  server = std::make_unique<http::Server>(
      public_settings(settings), [this](web::Request& request) { return gate->gate().handle(request); }, *lanes, log,
      metrics, clock, random);
  if (auto started = server->start(); !started) return refuse(describe_failure(started.error(), "http"));
  const bool plain = server->port() != 0;
  url = (plain ? "http://" : "https://") + settings.http_host + ":" +
        std::to_string(plain ? server->port() : server->https_port());
  return {};
}

Result<std::unique_ptr<RunningGate>, std::string> RunningGate::start(ServerSettings settings,
                                                                     const Environment& environment, Log& log,
                                                                     const Clock& clock, Random& random) {
  auto parts = std::unique_ptr<Parts>(new Parts{log, clock, random, std::move(settings), environment});
  if (auto joined = parts->join_parts(); !joined) return refuse(std::move(joined.error()));
  if (auto served = parts->serve_management(); !served) return refuse(std::move(served.error()));
  if (auto served = parts->serve(); !served) return refuse(std::move(served.error()));
  auto& made = *parts;
  parts->ticker = std::make_unique<Ticker>(kTick, [&made] { made.gate->tick(made.outbound->fetcher()); });
  parts->gate->tick(parts->outbound->fetcher());
  parts->health.started = true;
  return std::unique_ptr<RunningGate>(new RunningGate(std::move(parts)));
}

RunningGate::RunningGate(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
RunningGate::~RunningGate() = default;

const std::string& RunningGate::url() const { return parts_->url; }

void RunningGate::reload() {
  (void)parts_->server->reload_certificates();
  parts_->gate->reload(parts_->settings, parts_->environment);
}

void RunningGate::stop() {
  parts_->health.stopping = true;
  parts_->server->stop(kStopGrace);
  parts_->ticker.reset();
  parts_->outbound->stop();
  if (parts_->management) parts_->management->stop(std::chrono::milliseconds{0});
}

}  // namespace cardea::app
