// What an operation of this module gets and gives. Internal to scim.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "base/json.h"
#include "base/result.h"
#include "domain/identity_provider.h"
#include "scim/scim.h"
#include "scim/scim_error.h"

namespace cardea::scim {

/// A request whose token was good.
struct Call {
  const Dependencies& dependencies;
  const web::Request& request;
  std::shared_ptr<const RealmEntry> entry;
  IdentityProvider provider;
  std::string base;  // URL of this provider's SCIM, without a slash at the end
  TimePoint now{};

  [[nodiscard]] const Realm& realm() const { return entry->realm; }
  [[nodiscard]] const Repositories& repositories() const { return dependencies.repositories; }
};

/// Why an operation did not happen; it rolls back everything.
class Refusal {
 public:
  Refusal(StoreError error) : why_(error) {}            // NOLINT: both convert,
  Refusal(ScimError error) : why_(std::move(error)) {}  // NOLINT: so that operations just refuse
  [[nodiscard]] const StoreError* store_error() const { return std::get_if<StoreError>(&why_); }
  [[nodiscard]] const ScimError& scim_error() const { return std::get<ScimError>(why_); }

 private:
  std::variant<StoreError, ScimError> why_;
};
template <class T>
using Or = Result<T, Refusal>;
using Answer = Or<web::Response>;

/// application/scim+json (RFC 7644 section 8.1), never stored.
[[nodiscard]] web::Response answer(int status, const json::object& body);
/// The answer to a refusal, logged with its reason.
[[nodiscard]] web::Response refuse_request(const Dependencies& dependencies, const web::Request& request,
                                           const ScimError& error);
[[nodiscard]] inline ScimError not_found() { return {404, {}, "There is no such resource"}; }
[[nodiscard]] inline ScimError taken(std::string_view what) {
  return {409, "uniqueness", "The " + std::string(what) + " is another's"};
}

}  // namespace cardea::scim
