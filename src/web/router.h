// Finds the handler of a request by method and path. Also the place for what every answer gets: the security headers.
// Unmatched paths and wrong methods answer as keycloak.md section 1.21.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/log.h"
#include "web/outcome.h"

namespace cardea::web {

using Handler = std::function<Outcome(const Request&)>;

class Router {
 public:
  /// `log` gets a line for each request that found no handler; null: none.
  explicit Router(Log* log);
  Router() : Router(nullptr) {}
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  /// Registers a handler. Pattern segments are literal text or {name}, which matches one non-empty segment and is
  /// handed on percent-decoded. A literal wins over a parameter. Registering a route twice is a bug. GET also serves
  /// HEAD.
  void add(Method method, std::string_view pattern, Handler handler);
  void get(std::string_view pattern, Handler handler) { add(Method::kGet, pattern, std::move(handler)); }
  void post(std::string_view pattern, Handler handler) { add(Method::kPost, pattern, std::move(handler)); }
  void options(std::string_view pattern, Handler handler) { add(Method::kOptions, pattern, std::move(handler)); }

  /// Fills in `request.path_parameters` and calls the handler. Refuses with 400 any path that is ambiguous to a proxy
  /// in front (attack class 20): "//", ";", "\", encoded slashes or dots, "." and ".." segments, control characters.
  /// Path not known: 404 `Unable to find matching target resource method`; known path, other method: 405 with Allow.
  [[nodiscard]] Outcome handle(Request& request) const;

  /// All routes as "METHOD pattern", sorted; for the generated reference.
  [[nodiscard]] std::vector<std::string> routes() const;

 private:
  struct Node;
  struct Last;
  void log_refusal(const Request& request, int status) const;
  std::unique_ptr<Node> root_;
  Log* log_;
  std::uint64_t number_;  // of this set of routes; no two are equal
};

/// True when every proxy reads this path the same way; see Router::handle.
[[nodiscard]] bool is_canonical_path(std::string_view path);

}  // namespace cardea::web
