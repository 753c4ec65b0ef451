// Pushed authorization requests (RFC 9126; keycloak.md section 1.13; standards.md section 12): a client sends its
// request before the browser does, proves itself, and gets a handle that stands for it. The handle is good for one
// answer; until then a person may load the page again.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "oidc/authorize/check_request.h"
#include "oidc/authorize/request_object.h"
#include "oidc/oidc.h"
#include "web/outcome.h"

namespace cardea::oidc {

inline constexpr std::string_view kPushedPrefix = "urn:ietf:params:oauth:request_uri:";

/// P/ext/par/request, POST.
[[nodiscard]] web::Outcome pushed_request_endpoint(const Dependencies& dependencies, const web::Request& request);

/// The handle a request names, when its `request_uri` is one of ours by its form and no object stands beside it.
[[nodiscard]] std::optional<std::string_view> pushed_handle(const web::Form& form);

/// What was pushed under the handle. Absent when it is unknown, expired, used, or another client's.
[[nodiscard]] Stored<std::optional<RequestParameters>> load_pushed_request(const Dependencies& dependencies,
                                                                           const Realm& realm,
                                                                           const ClientEntry& client,
                                                                           std::string_view handle);

/// What comes beside the handle is passed over; under the executor secure-par-content all of it must have been pushed
/// under the same names.
[[nodiscard]] bool may_stand_beside(const web::Form& outer, const RequestParameters& pushed, const Client& client);

/// Must this client push its requests? Attribute `require.pushed.authorization.requests`, and policy fapi2.
[[nodiscard]] bool must_push(const Client& client);

/// The last checks of a request that may have been pushed: refuses what should have been (PA-10), and binds the code to
/// the key of the push (RFC 9449 section 10.1).
[[nodiscard]] Result<AuthorizationRequest, AuthorizeRefusal> check_entry(const RequestParameters& parameters,
                                                                         const ClientEntry& client,
                                                                         AuthorizationRequest request);

}  // namespace cardea::oidc
