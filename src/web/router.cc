#include "web/router.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <map>

#include "base/assert.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/uri.h"
#include "web/page.h"

namespace cardea::web {
namespace {

constexpr std::size_t kMethodCount = static_cast<std::size_t>(Method::kOther) + 1;
constexpr std::size_t kSegmentsMax = 32;

// The segments of a canonical path, without a trailing empty one: "/a/b" and "/a/b/" are the same route, as with
// Keycloak.
struct Segments {
  std::array<std::string_view, kSegmentsMax> parts;
  std::size_t count = 0;
  bool too_many = false;
};

Segments split_path(std::string_view path) {
  Segments segments;
  path.remove_prefix(1);
  while (!path.empty()) {
    if (segments.count == kSegmentsMax) {
      segments.too_many = true;
      break;
    }
    const auto end = path.find('/');
    segments.parts[segments.count++] = path.substr(0, end);
    path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
  }
  return segments;
}

// Routers are made and end in tests, at addresses that are used again: a number tells them apart. Never 0.
std::uint64_t next_number() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

// Adds the security headers to the answer, also when it comes only after further steps.
Outcome with_security_headers(Outcome outcome, bool https) {
  return with_answer(std::move(outcome), [https](Response& response) { add_security_headers(response, https); });
}

}  // namespace

struct Router::Node {
  struct Route {
    Handler handler;
    std::vector<std::string> names;  // of the path parameters, in order
    std::string pattern;
  };

  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> parameter;
  std::array<std::unique_ptr<Route>, kMethodCount> routes;

  [[nodiscard]] const Route* route_for(Method method) const {
    const auto& exact = routes[static_cast<std::size_t>(method)];
    if (exact || method != Method::kHead) return exact.get();
    return routes[static_cast<std::size_t>(Method::kGet)].get();
  }
};

namespace {

// One look-up: walks the trie with literals first and remembers which methods the path would have allowed.
template <class Node, class Route>
struct Search {
  const Segments& segments;
  Method method;
  std::array<std::string_view, kSegmentsMax> values{};
  std::size_t value_count = 0;
  std::array<bool, kMethodCount> allowed{};
  bool path_known = false;

  const Route* walk(const Node& node, std::size_t at) {
    if (at == segments.count) return arrive(node);
    const auto segment = segments.parts[at];
    if (const auto literal = node.literals.find(segment); literal != node.literals.end()) {
      if (const auto* found = walk(*literal->second, at + 1)) return found;
    }
    if (!node.parameter) return nullptr;
    values[value_count++] = segment;
    if (const auto* found = walk(*node.parameter, at + 1)) return found;
    --value_count;
    return nullptr;
  }

  const Route* arrive(const Node& node) {
    if (const auto* found = node.route_for(method)) return found;
    for (std::size_t i = 0; i < kMethodCount; ++i) {
      if (node.route_for(static_cast<Method>(i)) == nullptr) continue;
      allowed[i] = true;
      path_known = true;
    }
    return nullptr;
  }

  [[nodiscard]] Response refusal() const {
    if (!path_known) return json_error(404, "Unable to find matching target resource method");
    std::string allow;
    for (std::size_t i = 0; i < kMethodCount; ++i) {
      if (!allowed[i]) continue;
      if (!allow.empty()) allow.append(", ");
      allow.append(name(static_cast<Method>(i)));
    }
    auto response = json_error(405, "HTTP 405 Method Not Allowed");
    response.add("Allow", allow);
    return response;
  }
};

}  // namespace

/// What this thread asked for last: those who ask for tokens ask for the same path again and again. Short ones only:
/// what a path carries is kept until the next one.
struct Router::Last {
  static constexpr std::size_t kPathBytesMax = 128;

  std::uint64_t router = 0;
  Method method = Method::kOther;
  std::string path;
  const Node::Route* route = nullptr;
  decltype(Request::path_parameters) parameters;

  [[nodiscard]] bool is(std::uint64_t number, const Request& request) const {
    return router == number && method == request.method && path == request.path;
  }
  void remember(std::uint64_t number, const Request& request, const Node::Route& found) {
    if (request.path.size() > kPathBytesMax) return;
    router = number;
    method = request.method;
    path = request.path;
    route = &found;
    parameters = request.path_parameters;
  }
};

Router::Router(Log* log) : root_(std::make_unique<Node>()), log_(log), number_(next_number()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(Method method, std::string_view pattern, Handler handler) {
  CARDEA_ASSERT(pattern.starts_with('/') && (pattern == "/" || !pattern.ends_with('/')));
  const auto segments = split_path(pattern);
  CARDEA_ASSERT(!segments.too_many);
  auto route = std::make_unique<Node::Route>();
  route->handler = std::move(handler);
  route->pattern = pattern;
  auto* node = root_.get();
  for (std::size_t i = 0; i < segments.count; ++i) {
    const auto segment = segments.parts[i];
    const bool is_parameter = segment.starts_with('{') && segment.ends_with('}');
    if (is_parameter) route->names.emplace_back(segment.substr(1, segment.size() - 2));
    auto& next = is_parameter ? node->parameter : node->literals[std::string(segment)];
    if (!next) next = std::make_unique<Node>();
    node = next.get();
  }
  auto& slot = node->routes[static_cast<std::size_t>(method)];
  CARDEA_ASSERT(!slot);     // a route registered twice
  number_ = next_number();  // what was remembered may be found otherwise from now on
  slot = std::move(route);
}

void Router::log_refusal(const Request& request, int status) const {
  if (log_ == nullptr) return;
  std::string_view reason = "wrong_method";
  if (status == 404) reason = "path_not_found";
  if (status == 400) reason = "path_not_normalized";
  log_->info("request_refused", {{"reason", reason},
                                 {"method", name(request.method)},
                                 {"path", request.path},
                                 {"ip", request.remote_address},
                                 {"correlation_id", request.correlation_id}});
}

Outcome Router::handle(Request& request) const {
  const bool https = request.is_https();
  request.path_parameters.clear();
  thread_local Last last;
  if (last.is(number_, request)) {
    request.path_parameters = last.parameters;
    return with_security_headers(last.route->handler(request), https);
  }
  if (!is_canonical_path(request.path)) {
    log_refusal(request, 400);
    return with_security_headers(json_error(400, "missingNormalization", "Request path not normalized"), https);
  }
  const auto segments = split_path(request.path);
  Search<Node, Node::Route> search{.segments = segments, .method = request.method};
  const auto* route = segments.too_many ? nullptr : search.walk(*root_, 0);
  if (route == nullptr) {
    auto refusal = search.refusal();
    log_refusal(request, refusal.status);
    return with_security_headers(std::move(refusal), https);
  }
  for (std::size_t i = 0; i < route->names.size(); ++i) {
    auto value = percent_decode(search.values[i]);
    CARDEA_ASSERT(value.has_value());  // is_canonical_path has looked at every escape
    request.path_parameters.emplace_back(route->names[i], std::move(*value));
  }
  last.remember(number_, request, *route);
  return with_security_headers(route->handler(request), https);
}

std::vector<std::string> Router::routes() const {
  std::vector<std::string> out;
  std::vector<const Node*> open{root_.get()};
  while (!open.empty()) {
    const auto* node = open.back();
    open.pop_back();
    for (std::size_t i = 0; i < kMethodCount; ++i) {
      if (node->routes[i]) out.push_back(std::string(name(static_cast<Method>(i))) + " " + node->routes[i]->pattern);
    }
    for (const auto& [segment, child] : node->literals) open.push_back(child.get());
    if (node->parameter) open.push_back(node->parameter.get());
  }
  std::ranges::sort(out);
  return out;
}

}  // namespace cardea::web
