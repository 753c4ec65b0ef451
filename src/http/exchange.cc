#include "http/exchange.h"

#include <chrono>
#include <exception>
#include <utility>

#include "base/limits.h"
#include "web/page.h"

namespace cardea::http {
namespace {

web::Response unavailable() {
  auto response = web::json_error(503, "temporarily_unavailable");
  response.add("Retry-After", "1");
  return response;
}

// keycloak.md section 1.21.
web::Response failure() {
  return web::json_error(500, "unknown_error", "For more on this error consult the server log.");
}

}  // namespace

StepRunner::StepRunner(Handle handle, Lanes& lanes, Log& log, const Clock& clock, std::shared_ptr<Mailbox> mailbox)
    : handle_(std::move(handle)),
      lanes_(lanes),
      step_seconds_{},
      log_(log),
      clock_(clock),
      mailbox_(std::move(mailbox)) {
  for (std::size_t i = 0; i < step_seconds_.size(); ++i) {
    step_seconds_[i] = &lanes.step_seconds(static_cast<web::Lane>(i));
  }
}

// Runs one step, measures it, and turns an exception into an answer.
template <class F>
web::Outcome StepRunner::guarded(web::Lane lane, const web::Request& request, F&& step) {
  const auto begin = clock_.steady();
  auto outcome = [&]() -> web::Outcome {
    try {
      return step();
    } catch (const std::exception& error) {
      log_failure(request, lane, error.what());
    } catch (...) {
      log_failure(request, lane, "unknown exception");
    }
    return failure();
  }();
  const auto took = std::chrono::duration<double>(clock_.steady() - begin);
  step_seconds_[static_cast<std::size_t>(lane)]->observe(took.count());
  return outcome;
}

void StepRunner::start(const std::shared_ptr<Exchange>& exchange) {
  exchange->steps = 0;
  exchange->fetches = 0;
  exchange->is_after_fetch = false;
  auto& request = exchange->reader.request();
  go_on(exchange, guarded(web::Lane::kInline, request, [&] { return handle_(request); }));
}

void StepRunner::go_on(const std::shared_ptr<Exchange>& exchange, web::Outcome outcome) {
  auto& request = exchange->reader.request();
  while (!outcome.is_response()) {
    // The step after a call is counted as the call.
    const bool is_after_fetch = std::exchange(exchange->is_after_fetch, false);
    const bool is_fetch = outcome.is_fetch();
    if (is_fetch) {
      ++exchange->fetches;
    } else if (!is_after_fetch) {
      ++exchange->steps;
    }
    if (exchange->steps > kStepsMax || exchange->fetches > kOutcomeFetchesMax) {
      log_failure(request, is_fetch ? outcome.fetch().lane : outcome.then().lane, "too many steps");
      outcome = failure();
      break;
    }
    if (is_fetch) return fetch(exchange, std::move(outcome.fetch()));
    auto next = std::move(outcome.then());
    const auto lane = next.lane;
    if (lane == web::Lane::kInline) {
      outcome = guarded(lane, request, next.step);
    } else if (submit(exchange, std::move(next))) {
      return;
    } else {
      outcome = turned_away(request, lane, "lane_full");
    }
  }
  finish(*exchange, std::move(outcome.response()));
}

/// The answer comes on the fetcher's thread, which only posts it; the step after it then takes its lane like any other.
void StepRunner::fetch(const std::shared_ptr<Exchange>& exchange, web::Fetch fetch) {
  auto& fetcher = lanes_.fetcher();
  fetcher.fetch(std::move(fetch.request), [self = shared_from_this(), exchange, lane = fetch.lane,
                                           next = std::move(fetch.next)](web::Fetched fetched) mutable {
    auto& mailbox = *self->mailbox_;
    (void)mailbox.post([self = std::move(self), exchange = std::move(exchange), lane, next = std::move(next),
                        fetched = std::move(fetched)]() mutable {
      if (exchange->owner == nullptr) return;
      auto& runner = *self;
      exchange->is_after_fetch = true;
      runner.go_on(exchange, web::then(lane, [next = std::move(next), fetched = std::move(fetched)]() mutable {
                     return next(std::move(fetched));
                   }));
    });
  });
}

bool StepRunner::submit(const std::shared_ptr<Exchange>& exchange, web::Then next) {
  const auto lane = next.lane;
  LaneJob job;
  job.work = [self = shared_from_this(), exchange, lane, stays = lanes_.commits(lane) == Commits::kNo,
              step = std::move(next.step)]() mutable {
    exchange->returned = self->guarded(lane, exchange->reader.request(), step);
    step = nullptr;  // what the step captured ends here, not when the executor lets go of the job
    if (stays) self->stay_on(lane, *exchange);
  };
  job.complete = [self = shared_from_this(), exchange, lane](bool committed) mutable {
    auto& mailbox = *self->mailbox_;
    (void)mailbox.post([self = std::move(self), exchange = std::move(exchange), lane, committed]() mutable {
      if (exchange->owner == nullptr) return;
      auto outcome = committed && exchange->returned
                         ? std::move(*exchange->returned)
                         : self->turned_away(exchange->reader.request(), lane, "not_committed");
      exchange->returned.reset();
      self->go_on(exchange, std::move(outcome));
    });
  };
  return lanes_.submit(lane, std::move(job));
}

// A read and then a write on PostgreSQL would go by way of the I/O thread, behind all that it signs. The last step of
// too many is left to `go_on`, which refuses it.
void StepRunner::stay_on(web::Lane lane, Exchange& exchange) {
  auto& outcome = *exchange.returned;
  while (!outcome.is_response() && !outcome.is_fetch() && outcome.then().lane == lane && exchange.steps < kStepsMax) {
    ++exchange.steps;
    auto next = std::move(outcome.then());
    outcome = guarded(lane, exchange.reader.request(), next.step);
  }
}

void StepRunner::log_failure(const web::Request& request, web::Lane lane, std::string_view what) {
  log_.error("request_failed", {{"correlation_id", request.correlation_id},
                                {"method", web::name(request.method)},
                                {"path", request.path},
                                {"lane", web::name(lane)},
                                {"reason", what}});
}

web::Response StepRunner::turned_away(const web::Request& request, web::Lane lane, std::string_view reason) {
  log_.info("request_turned_away", {{"reason", reason},
                                    {"lane", web::name(lane)},
                                    {"path", request.path},
                                    {"ip", request.remote_address},
                                    {"correlation_id", request.correlation_id}});
  return unavailable();
}

void StepRunner::finish(Exchange& exchange, web::Response response) {
  auto& request = exchange.reader.request();
  if (response.status >= 500) response.set("X-Correlation-Id", request.correlation_id);
  if (response.shared_headers == nullptr) web::add_security_headers(response, request.is_https());
  exchange.response = std::move(response);
  exchange.owner->answer_ready();
}

}  // namespace cardea::http
