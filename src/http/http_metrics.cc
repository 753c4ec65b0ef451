#include "http/http_metrics.h"

namespace cardea::http {

HttpMetrics::HttpMetrics(Metrics& metrics, const std::string& listener)
    : requests_by_class{},
      in_flight(metrics.gauge("cardea_http_requests_in_flight", "Requests being answered.", {{"listener", listener}})),
      connections(metrics.gauge("cardea_http_connections", "Open connections.", {{"listener", listener}})),
      connections_refused(metrics.counter("cardea_http_connections_refused_total",
                                          "Connections closed at once because there were too many.",
                                          {{"listener", listener}})),
      timeouts(metrics.counter("cardea_http_timeouts_total", "Connections closed because the client took too long.",
                               {{"listener", listener}})),
      handshakes_failed(metrics.counter("cardea_http_tls_handshakes_failed_total", "TLS handshakes that failed.",
                                        {{"listener", listener}})) {
  for (std::size_t i = 0; i < requests_by_class.size(); ++i) {
    requests_by_class[i] = &metrics.counter("cardea_http_requests_total", "Requests answered, by class of status.",
                                            {{"listener", listener}, {"status", std::to_string(i + 1) + "xx"}});
  }
}

}  // namespace cardea::http
