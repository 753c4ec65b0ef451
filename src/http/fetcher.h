// web::Fetcher by libcurl: the one way that requests leave this program (attack class 10). Connections are kept and
// used again for URLs that the configuration chose; for URLs of clients each call has its own, so that none of them
// rides on a connection that it could not have opened. No redirects, no proxies of the environment, no compressed
// answers.
#pragma once

#include <array>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/metrics.h"
#include "http/circuit_breaker.h"
#include "http/curl_loop.h"
#include "http/outbound_address.h"
#include "http/trust_store.h"
#include "web/fetch.h"

namespace cardea::http {

class CurlFetcher final : public web::Fetcher {
 public:
  /// What it is given must outlive it, and it the loop's end: stop the loop first.
  CurlFetcher(CurlLoop& loop, const OutboundRules& rules, const TrustStore& trust, const Clock& clock,
              Metrics& metrics);

  /// Refusals that need no network come back before this returns: bad request, upstream down, busy, stopping.
  void fetch(web::FetchRequest request, Done done) override;

 private:
  class Call;
  void start(web::FetchRequest request, Done done);
  [[nodiscard]] Done joined(std::string key, Done done);
  void ended(const std::string& upstream, const web::Fetched& fetched, std::chrono::nanoseconds took);
  void count(const web::Fetched& fetched);

  CurlLoop& loop_;
  const OutboundRules& rules_;
  const TrustStore& trust_;
  const Clock& clock_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::vector<Done>> joined_;  // who waits for a call that others may share, by URL
  CircuitBreaker breaker_{static_cast<int>(web::kFetchesPerUpstreamMax)};
  Histogram& seconds_;
  Counter& answered_;
  std::array<Counter*, web::kFetchErrorCount> failed_{};
};

}  // namespace cardea::http
