#include "http/fetcher.h"

#include <curl/curl.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/limits.h"
#include "base/text.h"
#include "http/easy_handle.h"

namespace cardea::http {
namespace {

using web::FetchError;

ChosenBy chosen_by(const web::OutboundUrl& url) {
  return std::holds_alternative<web::ClientUrl>(url) ? ChosenBy::kClient : ChosenBy::kConfiguration;
}

bool has_line_break(std::string_view text) { return text.find_first_of(std::string_view("\r\n\0", 3)) != text.npos; }

bool is_sendable(const web::FetchRequest& request) {
  if (request.method == web::Method::kOther) return false;
  return std::ranges::none_of(request.headers, [](const web::Header& header) {
    return header.name.empty() || has_line_break(header.name) || header.name.find(':') != std::string::npos ||
           has_line_break(header.value);
  });
}

EasyHandle::Setup setup_of(const web::FetchRequest& request) {
  const bool is_client = chosen_by(request.url) == ChosenBy::kClient;
  return {.chosen_by = chosen_by(request.url),
          .encrypted = web::origin_of(request.url).starts_with("https:"),
          .protocols = is_client ? "https" : "http,https",
          .timeout = request.timeout,
          .connect_timeout = std::min(request.timeout, web::kFetchConnectTimeout)};
}

FetchError error_of(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return FetchError::kUnresolved;
    case CURLE_OPERATION_TIMEDOUT:
      return FetchError::kTimeout;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CIPHER:
      return FetchError::kBadTls;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2:
    case CURLE_BAD_CONTENT_ENCODING:
      return FetchError::kBadAnswer;
    case CURLE_URL_MALFORMAT:
      return FetchError::kBadRequest;
    default:
      return FetchError::kUnreachable;
  }
}

/// Answers of a proxy in front of nobody count as the upstream's failure; its own errors are its business.
bool is_healthy(const web::Fetched& fetched) {
  if (fetched) return fetched->status < 502 || fetched->status > 504;
  return fetched.error() == FetchError::kRefusedAddress || fetched.error() == FetchError::kTooLarge ||
         fetched.error() == FetchError::kStopping || fetched.error() == FetchError::kBadRequest;
}

}  // namespace

/// One call on its way.
class CurlFetcher::Call final : public Transfer {
 public:
  Call(CurlFetcher& owner, web::FetchRequest request, Done done)
      : owner_(owner),
        request_(std::move(request)),
        done_(std::move(done)),
        begin_(owner.clock_.steady()),
        easy_(setup_of(request_), owner.rules_, owner.trust_) {
    set_request();
    auto* handle = easy_.get();
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &Call::write);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &Call::read_header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, this);
    if (chosen_by(request_.url) == ChosenBy::kClient) {
      curl_easy_setopt(handle, CURLOPT_FRESH_CONNECT, 1L);
      curl_easy_setopt(handle, CURLOPT_FORBID_REUSE, 1L);
    }
  }
  ~Call() override { curl_slist_free_all(headers_); }

  CURL* handle() override { return easy_.get(); }
  void finished(int code) override { end(result_of(static_cast<CURLcode>(code))); }
  void dropped() override { end(refuse(FetchError::kStopping)); }

 private:
  void set_request() {
    auto* handle = easy_.get();
    curl_easy_setopt(handle, CURLOPT_URL, web::text_of(request_.url).c_str());
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "cardea");
    if (request_.method == web::Method::kHead) {
      curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
    } else if (request_.method != web::Method::kGet) {
      if (request_.method != web::Method::kPost)
        curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, std::string(web::name(request_.method)).c_str());
      curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request_.body.c_str());
      curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    }
    for (const auto& header : request_.headers) {
      // libcurl's way to send a header without a value.
      add_header(header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
    }
    add_header("Expect:");
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers_);
  }
  void add_header(const std::string& line) { headers_ = curl_slist_append(headers_, line.c_str()); }

  static std::size_t write(char* data, std::size_t size, std::size_t count, void* self_pointer) {
    auto& self = *static_cast<Call*>(self_pointer);
    const auto bytes = size * count;
    if (self.response_.body.size() + bytes > self.request_.body_bytes_max) {
      self.too_large_ = true;
      return 0;
    }
    self.response_.body.append(data, bytes);
    return bytes;
  }

  static std::size_t read_header(char* data, std::size_t size, std::size_t count, void* self_pointer) {
    auto& self = *static_cast<Call*>(self_pointer);
    const auto bytes = size * count;
    self.head_bytes_ += bytes;
    if (self.head_bytes_ > web::kFetchHeadBytesMax || self.response_.headers.size() >= kHeadersMax) {
      self.too_large_ = true;
      return 0;
    }
    const std::string_view line(data, bytes);
    if (line.starts_with("HTTP/"))
      self.response_.headers.clear();  // an interim answer (RFC 9110 section 15.2) came first
    if (const auto colon = line.find(':'); colon != std::string_view::npos && colon > 0) {
      self.response_.headers.push_back({std::string(line.substr(0, colon)), std::string(trim(line.substr(colon + 1)))});
    }
    return bytes;
  }

  web::Fetched result_of(CURLcode code) {
    if (too_large_) return refuse(FetchError::kTooLarge);
    if (code == CURLE_OK) {
      long status = 0;
      curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
      response_.status = static_cast<int>(status);
      if (status < 200 || status > 599) return refuse(FetchError::kBadAnswer);
      return std::move(response_);
    }
    if (code == CURLE_COULDNT_CONNECT && easy_.refused_address()) return refuse(FetchError::kRefusedAddress);
    return refuse(error_of(code));
  }

  void end(web::Fetched fetched) {
    owner_.ended(web::origin_of(request_.url), fetched, owner_.clock_.steady() - begin_);
    done_(std::move(fetched));
  }

  CurlFetcher& owner_;
  web::FetchRequest request_;
  Done done_;
  std::chrono::nanoseconds begin_;
  EasyHandle easy_;
  curl_slist* headers_ = nullptr;
  web::FetchResponse response_;
  std::size_t head_bytes_ = 0;
  bool too_large_ = false;
};

CurlFetcher::CurlFetcher(CurlLoop& loop, const OutboundRules& rules, const TrustStore& trust, const Clock& clock,
                         Metrics& metrics)
    : loop_(loop),
      rules_(rules),
      trust_(trust),
      clock_(clock),
      seconds_(metrics.histogram("cardea_fetch_seconds", "Time of calls to other servers.")),
      answered_(metrics.counter("cardea_fetch_total", "Calls to other servers, by how they ended.",
                                {{"result", "answered"}})) {
  for (int i = 0; i < web::kFetchErrorCount; ++i) {
    failed_[static_cast<std::size_t>(i)] =
        &metrics.counter("cardea_fetch_total", "Calls to other servers, by how they ended.",
                         {{"result", std::string(web::describe(static_cast<FetchError>(i)))}});
  }
  metrics.gauge_function("cardea_fetch_running", "Calls to other servers, and mails, that run or wait.",
                         [&loop] { return static_cast<std::int64_t>(loop.running()); });
}

void CurlFetcher::fetch(web::FetchRequest request, Done done) {
  if (request.join && request.method == web::Method::kGet) {
    done = joined(web::text_of(request.url) + '\n' + std::to_string(request.url.index()), std::move(done));
    if (!done) return;
  }
  start(std::move(request), std::move(done));
}

/// Nothing when a call to the same URL is on its way and will answer; else what that call is to tell.
CurlFetcher::Done CurlFetcher::joined(std::string key, Done done) {
  const std::scoped_lock lock(mutex_);
  auto& waiting = joined_[key];
  waiting.push_back(std::move(done));
  if (waiting.size() > 1) return nullptr;
  return [this, key = std::move(key)](web::Fetched fetched) {
    std::vector<Done> told;
    {
      const std::scoped_lock guard(mutex_);
      auto node = joined_.extract(key);
      told = std::move(node.mapped());
    }
    for (auto& one : told) one(fetched);
  };
}

void CurlFetcher::start(web::FetchRequest request, Done done) {
  const auto refused = [&](Done& whom, FetchError error) {
    const web::Fetched fetched = refuse(error);
    count(fetched);
    whom(refuse(error));
  };
  if (!is_sendable(request)) return refused(done, FetchError::kBadRequest);
  const auto upstream = web::origin_of(request.url);
  const auto verdict = breaker_.begin(upstream, clock_.steady());
  if (verdict == CircuitBreaker::Verdict::kDown) return refused(done, FetchError::kUpstreamDown);
  if (verdict == CircuitBreaker::Verdict::kBusy) return refused(done, FetchError::kBusy);
  // Kept outside of the call, so that it can be told when the loop does not take the call.
  auto shared = std::make_shared<Done>(std::move(done));
  auto call = std::make_unique<Call>(*this, std::move(request), [shared](web::Fetched f) { (*shared)(std::move(f)); });
  if (loop_.start(std::move(call))) return;
  breaker_.end(upstream, true, clock_.steady());
  refused(*shared, FetchError::kBusy);
}

void CurlFetcher::ended(const std::string& upstream, const web::Fetched& fetched, std::chrono::nanoseconds took) {
  breaker_.end(upstream, is_healthy(fetched), clock_.steady());
  seconds_.observe(std::chrono::duration<double>(took).count());
  count(fetched);
}

void CurlFetcher::count(const web::Fetched& fetched) {
  (fetched ? answered_ : *failed_[static_cast<std::size_t>(fetched.error())]).add();
}

}  // namespace cardea::http
