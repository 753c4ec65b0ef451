#include "core/events/event_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cardea {
namespace {

using testing::HasSubstr;
using testing::Not;

EventDraft draft(std::string type, std::string error = {}, std::string client = "web") {
  EventDraft out;
  out.realm = "demo";
  out.event.type = std::move(type);
  out.event.error = std::move(error);
  out.event.client_id = std::move(client);
  return out;
}
std::string shown(const EventMetrics& metrics) {
  std::string out;
  metrics.append_to(out);
  const auto samples = out.find("\nkeycloak");
  return samples == std::string::npos ? std::string() : out.substr(samples + 1);
}

TEST(EventMetrics, makes_no_label_of_what_strangers_send) {
  EventMetrics metrics({.with_realm = true, .with_client = true, .with_provider = true, .events = {}});
  auto guess = draft("LOGIN_ERROR", "repeated:\"x", "nobody");
  guess.event.details["identity_provider"] = "made-up";
  metrics.count(guess, false);
  EXPECT_EQ(
      shown(metrics),
      "keycloak_user_events_total{client_id=\"\",error=\"repeated\",event=\"login\",idp=\"\",realm=\"demo\"} 1\n");
}

TEST(EventMetrics, keeps_no_more_counters_than_it_may) {
  EventMetrics metrics({.with_realm = false, .with_client = true, .with_provider = false, .events = {}});
  for (std::size_t i = 0; i < kEventSeriesMax + 5; ++i) metrics.count(draft("LOGIN", "", std::to_string(i)), true);
  EXPECT_THAT(shown(metrics), HasSubstr("keycloak_user_events_total{error=\"\",event=\"other\"} 5\n"));
}

TEST(EventMetrics, counts_each_event_and_each_error_by_itself) {
  EventMetrics metrics({});
  metrics.count(draft("LOGIN"), true);
  metrics.count(draft("LOGIN"), true);
  metrics.count(draft("LOGIN_ERROR", "invalid_user_credentials"), true);
  metrics.count(draft("CODE_TO_TOKEN"), true);
  EXPECT_EQ(shown(metrics),
            "keycloak_user_events_total{error=\"\",event=\"code_to_token\",realm=\"demo\"} 1\n"
            "keycloak_user_events_total{error=\"\",event=\"login\",realm=\"demo\"} 2\n"
            "keycloak_user_events_total{error=\"invalid_user_credentials\",event=\"login\",realm=\"demo\"} 1\n");
}

TEST(EventMetrics, counts_the_events_asked_for_with_the_tags_asked_for) {
  EventMetricsSettings settings;
  EXPECT_FALSE(read_event_tags("realm,user", settings));
  ASSERT_TRUE(read_event_tags("clientId, idp", settings));
  settings.events = {"login"};
  EventMetrics metrics(settings);
  auto login = draft("LOGIN");
  login.event.details["identity_provider"] = "hub";
  metrics.count(login, true);
  metrics.count(draft("LOGOUT"), true);
  EXPECT_EQ(shown(metrics), "keycloak_user_events_total{client_id=\"web\",error=\"\",event=\"login\",idp=\"hub\"} 1\n");
}

}  // namespace
}  // namespace cardea
