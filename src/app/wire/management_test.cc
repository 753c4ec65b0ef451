#include "app/wire/management.h"

#include <gmock/gmock.h>

namespace cardea::app {
namespace {

using testing::HasSubstr;

class ManagementTest : public testing::Test {
 protected:
  ManagementTest() {
    health_.started = true;
    health_.settings_are_fresh = true;
    health_.database_answers = [this] { return database_; };
    add_health_routes(router_, health_);
    add_metrics_route(router_, metrics_);
  }

  web::Response get(std::string path) {
    web::Request request;
    request.path = std::move(path);
    return web::run(router_.handle(request));
  }

  Health health_;
  Metrics metrics_;
  bool database_ = true;
  web::Router router_;
};

TEST_F(ManagementTest, refuses_traffic_while_anything_is_down) {
  const auto expect_down = [&](std::string_view name) {
    for (const auto* path : {"/health", "/health/ready"}) {
      const auto answer = get(path);
      EXPECT_EQ(answer.status, 503) << name;
      EXPECT_THAT(answer.body_text(), testing::StartsWith(R"({"status":"DOWN","checks":[)"));
      EXPECT_THAT(answer.body_text(), HasSubstr("\"name\":\"" + std::string(name) + "\",\"status\":\"DOWN\""));
    }
  };
  database_ = false;
  expect_down("Keycloak database connections async health check");
  database_ = true;
  health_.settings_are_fresh = false;
  expect_down("Settings are fresh");
  health_.settings_are_fresh = true;
  health_.stopping = true;
  expect_down("Graceful Shutdown");
  health_.stopping = false;
  health_.started = false;
  expect_down("Keycloak Initialized");
}

TEST_F(ManagementTest, refuses_to_count_as_started_before_it_is) {
  health_.started = false;
  EXPECT_EQ(get("/health/started").status, 503);
  EXPECT_EQ(get("/health/started").body_text(), R"({"status":"DOWN","checks":[]})");
}

TEST_F(ManagementTest, a_stalled_database_does_not_make_it_dead) {
  database_ = false;
  EXPECT_EQ(get("/health/live").status, 200);
  EXPECT_EQ(get("/health/live").body_text(), R"({"status":"UP","checks":[]})");
}

TEST_F(ManagementTest, up_in_keycloaks_shape) {
  EXPECT_EQ(get("/health/ready").body_text(),
            R"({"status":"UP","checks":[{"name":"Keycloak database connections async health check","status":"UP"},)"
            R"({"name":"Keycloak Initialized","status":"UP"},{"name":"Settings are fresh","status":"UP"},)"
            R"({"name":"Graceful Shutdown","status":"UP"}]})");
  EXPECT_EQ(get("/health/started").body_text(), R"({"status":"UP","checks":[]})");
}

TEST_F(ManagementTest, database_is_asked_on_the_store_lane) {
  web::Request request;
  request.path = "/health/ready";
  auto outcome = router_.handle(request);
  ASSERT_FALSE(outcome.is_response());
  EXPECT_EQ(outcome.then().lane, web::Lane::kStore);
}

TEST_F(ManagementTest, user_events_are_among_the_metrics) {
  EventMetrics events({});
  web::Router router;
  add_metrics_route(router, metrics_, &events);
  EventDraft login;
  login.realm = "demo";
  login.event.type = "LOGIN";
  events.count(login, true);
  web::Request request;
  request.path = "/metrics";
  EXPECT_THAT(std::string(router.handle(request).response().body_text()),
              HasSubstr("# HELP keycloak_user_events_total Keycloak user events\n"
                        "# TYPE keycloak_user_events_total counter\n"
                        "keycloak_user_events_total{error=\"\",event=\"login\",realm=\"demo\"} 1\n"));
}

TEST_F(ManagementTest, metrics_in_prometheus_text) {
  metrics_.counter("cardea_tests_total", "Tests.").add(3);
  const auto answer = get("/metrics");
  EXPECT_EQ(*answer.find_header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(answer.body_text(), HasSubstr("cardea_tests_total 3"));
}

}  // namespace
}  // namespace cardea::app
