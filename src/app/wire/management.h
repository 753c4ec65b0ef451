// What the management port serves (keycloak.md section 7.2): health and metrics, never reachable on the public port.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "base/metrics.h"
#include "core/events/event_metrics.h"
#include "web/router.h"

namespace cardea::app {

/// How the server is doing, as the probes see it. Written by the wiring, read on any thread.
struct Health {
  std::atomic<bool> started = false;
  std::atomic<bool> stopping = false;
  std::atomic<bool> settings_are_fresh = false;  // the settings in memory were compared with the database in time
  std::function<bool()> database_answers;        // may block, so it runs on the store lane; set before serving
};

/// Registers /health, /health/live, /health/ready, /health/started. `health` outlives the router.
void add_health_routes(web::Router& router, const Health& health);
/// Registers /metrics. Both outlive the router; `events` may be null.
void add_metrics_route(web::Router& router, const Metrics& metrics, const EventMetrics* events = nullptr);

}  // namespace cardea::app
