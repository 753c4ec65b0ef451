// A Fetcher whose upstreams are functions in the test: each URL has one, others do not resolve. Calls back before
// `fetch` returns, as web::run wants it, and keeps what was sent.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "web/fetch.h"

namespace cardea {

class FakeFetcher final : public web::Fetcher {
 public:
  using Upstream = std::function<web::Fetched(const web::FetchRequest&)>;

  /// Answers calls to exactly this URL, and those to it with a query that nobody else answers.
  void serve(std::string url, Upstream upstream) { upstreams_[std::move(url)] = std::move(upstream); }
  /// 200 with this JSON.
  void serve_json(std::string url, std::string body) {
    serve(std::move(url), [body = std::move(body)](const web::FetchRequest&) -> web::Fetched {
      return web::FetchResponse{.status = 200, .headers = {{"Content-Type", "application/json"}}, .body = body};
    });
  }

  void fetch(web::FetchRequest request, Done done) override {
    const auto& url = web::text_of(request.url);
    auto found = upstreams_.find(url);
    if (found == upstreams_.end()) found = upstreams_.find(url.substr(0, url.find('?')));
    auto fetched =
        found == upstreams_.end() ? web::Fetched(refuse(web::FetchError::kUnresolved)) : found->second(request);
    calls.push_back(std::move(request));
    done(std::move(fetched));
  }

  std::vector<web::FetchRequest> calls;  // in order

 private:
  std::map<std::string, Upstream> upstreams_;
};

}  // namespace cardea
