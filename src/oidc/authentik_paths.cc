#include "oidc/authentik_paths.h"

#include <algorithm>
#include <memory>

#include "base/uri.h"
#include "oidc/endpoint.h"

namespace cardea::oidc {
namespace {

web::Response not_here() { return web::json_error(404, "Unable to find matching target resource method"); }

/// The request as if it named the realm. What an endpoint does refers to it until it has answered.
web::Outcome run_at(const web::Request& request, const std::string& realm, const RealmEndpoint& endpoint) {
  auto own = std::make_shared<web::Request>(request);
  std::erase_if(own->path_parameters, [](const auto& parameter) { return parameter.first == "realm"; });
  own->path_parameters.emplace_back("realm", realm);
  auto outcome = endpoint(*own);
  return web::with_answer(std::move(outcome), [own](const web::Response&) {});
}

const std::string* app_of(const web::Request& request) {
  const auto found = std::ranges::find(request.path_parameters, "app", [](const auto& each) { return each.first; });
  return found == request.path_parameters.end() ? nullptr : &found->second;
}

using RealmNext = std::move_only_function<web::Outcome(const std::string& realm)>;

web::Outcome with_realm_of_app(const Dependencies& dependencies, const web::Request& request, RealmNext next) {
  return dependencies.with_source_realm(
      request, [&dependencies, &request, next = std::move(next)](const std::string& name) mutable -> web::Outcome {
        if (name.empty()) return not_here();
        const auto* app = app_of(request);
        if (app == nullptr) return next(name);
        return with_named_realm(
            asking(dependencies, request), dependencies, request, name,
            [&dependencies, &request, name, app = *app,
             next = std::move(next)](std::shared_ptr<const RealmEntry> realm) mutable -> web::Outcome {
              return with_client_entry(
                  dependencies, request, std::move(realm), app,
                  [name, next = std::move(next)](std::shared_ptr<const ClientEntry> client) mutable -> web::Outcome {
                    if (client == nullptr || !client->client.enabled) return not_here();
                    return next(name);
                  });
            });
      });
}

}  // namespace

web::Outcome at_source_realm(const Dependencies& dependencies, const web::Request& request,
                             const RealmEndpoint& endpoint) {
  return with_realm_of_app(dependencies, request, [&request, endpoint](const std::string& realm) -> web::Outcome {
    return run_at(request, realm, endpoint);
  });
}

web::Outcome go_to_source_realm(const Dependencies& dependencies, const web::Request& request, std::string_view path) {
  return with_realm_of_app(
      dependencies, request,
      [&dependencies, &request, path = std::string(path)](const std::string& realm) -> web::Outcome {
        auto url = dependencies.base_url.issuer(request, realm) + path;
        if (!request.query.empty()) url.append("?").append(request.query);
        return web::redirect(url, request.method == web::Method::kPost ? 307 : 302);
      });
}

}  // namespace cardea::oidc
