#include "app/wire/management.h"

#include <initializer_list>
#include <utility>

#include "base/json.h"

namespace cardea::app {

namespace {

using Check = std::pair<std::string_view, bool>;

web::Response answer(std::initializer_list<Check> checks, bool up) {
  for (const auto& check : checks) up = up && check.second;
  std::string body;
  JsonWriter writer(body);
  writer.begin_object().member("status", up ? "UP" : "DOWN").key("checks").begin_array();
  for (const auto& [name, good] : checks)
    writer.begin_object().member("name", name).member("status", good ? "UP" : "DOWN").end_object();
  writer.end_array().end_object();
  return web::no_store_json(up ? 200 : 503, std::move(body));
}

/// Ready: may be sent requests. The names of the checks are Keycloak's where it has them.
web::Outcome ready(const Health& health) {
  return web::then(web::Lane::kStore, [&health]() -> web::Outcome {
    return answer({{"Keycloak database connections async health check", health.database_answers()},
                   {"Keycloak Initialized", health.started.load()},
                   {"Settings are fresh", health.settings_are_fresh.load()},
                   {"Graceful Shutdown", !health.stopping.load()}},
                  true);
  });
}

}  // namespace

void add_health_routes(web::Router& router, const Health& health) {
  router.get("/health/live", [](const web::Request&) -> web::Outcome { return answer({}, true); });
  router.get("/health/started",
             [&health](const web::Request&) -> web::Outcome { return answer({}, health.started.load()); });
  router.get("/health/ready", [&health](const web::Request&) { return ready(health); });
  router.get("/health", [&health](const web::Request&) { return ready(health); });
}

void add_metrics_route(web::Router& router, const Metrics& metrics, const EventMetrics* events) {
  router.get("/metrics", [&metrics, events](const web::Request&) -> web::Outcome {
    web::Response response;
    auto text = metrics.expose();
    if (events != nullptr) events->append_to(text);
    response.body = std::move(text);
    response.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8").set("Cache-Control", "no-store");
    return response;
  });
}

}  // namespace cardea::app
