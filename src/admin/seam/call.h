// What a handler gets and gives. A handler is `Answer handler(Call&)`: it loads its object, changes it through
// repositories and the checks of core/changes, and answers. A refusal rolls everything back.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "admin/admin.h"
#include "admin/seam/admin_role.h"
#include "admin/seam/caller.h"
#include "base/assert.h"
#include "base/json.h"
#include "base/result.h"
#include "base/secret.h"
#include "domain/key.h"
#include "domain/representation/problems.h"
#include "web/form.h"
#include "web/response.h"

/// Goes on with the value of a Result, or refuses with its error: `CARDEA_TRY(user, load_user(call));`.
#define CARDEA_TRY(name, ...)                                              \
  auto name##_or_error = (__VA_ARGS__);                                    \
  if (!name##_or_error) return refuse(std::move(name##_or_error).error()); \
  [[maybe_unused]] auto& name = *name##_or_error
/// The same for results whose value nobody needs.
#define CARDEA_DO(...)                                        \
  do {                                                        \
    if (auto done_or_error = (__VA_ARGS__); !done_or_error) { \
      return refuse(std::move(done_or_error).error());        \
    }                                                         \
  } while (false)

namespace cardea::admin {

struct Operation;

/// Bodies of this API hold whole realms. The listener lets as much through (http/request_reader.h).
inline constexpr std::size_t kAdminBodyBytesMax = 8 * 1024 * 1024;
/// Rows of one answer, whatever `max` says. Lists that name no `max` of their own are held to it too.
inline constexpr std::int64_t kListRowsMax = 10'000;

/// Why an operation did not happen: the store, or an answer in Keycloak's words.
class Refusal {
 public:
  Refusal(StoreError error) : why_(error) {}                  // NOLINT: both convert,
  Refusal(web::Response answer) : why_(std::move(answer)) {}  // NOLINT: so that handlers just refuse

  [[nodiscard]] const StoreError* store_error() const { return std::get_if<StoreError>(&why_); }
  [[nodiscard]] web::Response& answer() { return std::get<web::Response>(why_); }

 private:
  std::variant<StoreError, web::Response> why_;
};

template <class T>
using Or = Result<T, Refusal>;
using Answer = Or<web::Response>;
using Prepared = Or<void>;

// Answers (keycloak.md section 6.2).
[[nodiscard]] web::Response ok(const json::value& body);
[[nodiscard]] web::Response ok_text(std::string json_text);
[[nodiscard]] web::Response no_content();
// Refusals. `{"error": text}` and `{"errorMessage": text}`: Keycloak has both, each at its places.
[[nodiscard]] Refusal error(int status, std::string_view text);
[[nodiscard]] Refusal error(int status, std::string_view text, std::string_view description);
[[nodiscard]] Refusal error_message(int status, std::string_view text);
[[nodiscard]] Refusal not_found(std::string_view text);
[[nodiscard]] Refusal forbidden();
/// 501: a part of Keycloak's surface that this release does not have.
[[nodiscard]] Refusal not_offered(std::string_view what);
/// 400 with what is wrong with a representation; never repeats a value.
[[nodiscard]] Refusal bad_representation(const RepresentationProblems& problems);

/// A page of a list: `first` and `max`, at most kListRowsMax. Negative ones are taken for "not said", as in Keycloak.
struct Page {
  std::int64_t first = 0;
  std::int64_t max = kListRowsMax;
};

/// That part of `items`.
template <class Item>
[[nodiscard]] std::span<const Item> page_of(const std::vector<Item>& items, const Page& page) {
  const auto first = std::min(static_cast<std::size_t>(page.first), items.size());
  return std::span(items).subspan(first, std::min(static_cast<std::size_t>(page.max), items.size() - first));
}

class Call {
 public:
  Call(const Dependencies& dependencies, const web::Request& request, const Operation& operation)
      : dependencies_(dependencies), request_(request), operation_(operation) {}

  [[nodiscard]] const Dependencies& dependencies() const { return dependencies_; }
  [[nodiscard]] const Repositories& repositories() const { return dependencies_.repositories; }
  [[nodiscard]] const web::Request& request() const { return request_; }
  [[nodiscard]] const Operation& operation() const { return operation_; }
  [[nodiscard]] TimePoint now() const { return dependencies_.clock.now(); }
  [[nodiscard]] Random& random() const { return dependencies_.random; }
  [[nodiscard]] std::string new_id() const { return random_uuid(dependencies_.random); }

  /// Who asks. `roles` are those in the realm of the path.
  [[nodiscard]] const Caller& caller() const { return caller_; }
  [[nodiscard]] bool may(AdminRole role) const { return caller_.roles.has(role); }
  [[nodiscard]] bool may_any(AdminRoles roles) const { return caller_.roles.has_any_of(roles); }
  /// Refuses with 403 unless the caller has one of them: the check on the loaded object.
  [[nodiscard]] Or<void> require(AdminRoles roles) const;

  /// The realm of the path, as the database has it. Asking without {realm} in the path is a bug.
  [[nodiscard]] const Realm& realm() const { return realm_.value(); }
  [[nodiscard]] Realm& realm() { return realm_.value(); }
  [[nodiscard]] bool has_realm() const { return realm_.has_value(); }

  /// Rows to read; in a write these are the transaction's.
  [[nodiscard]] Rows& rows() const {
    CARDEA_ASSERT(rows_ != nullptr);
    return *rows_;
  }
  [[nodiscard]] Tx& tx() const {
    CARDEA_ASSERT(tx_ != nullptr);
    return *tx_;
  }

  // The request, read.
  /// Whether the path of the operation has this parameter, braces included.
  [[nodiscard]] bool operation_path_has(std::string_view parameter) const;
  [[nodiscard]] const std::string& path(std::string_view name) const { return request_.path_parameter(name); }
  /// The first of two parameters that the path of the operation has.
  [[nodiscard]] const std::string& path(std::string_view name, std::string_view other) const {
    return path(operation_path_has("{" + std::string(name) + "}") ? name : other);
  }
  /// A query parameter; empty when absent.
  [[nodiscard]] std::string_view query(std::string_view name) const { return query_.value_or(name, ""); }
  [[nodiscard]] bool has_query(std::string_view name) const { return query_.value(name).has_value(); }
  [[nodiscard]] std::vector<std::string> queries(std::string_view name) const;
  /// "true" in any case; `fallback` when absent.
  [[nodiscard]] bool flag(std::string_view name, bool fallback = false) const;
  /// 404 for what is no number, as in Keycloak.
  [[nodiscard]] Or<Page> page(std::int64_t max_fallback = -1) const;
  /// The body as an object or a list, or Keycloak's refusal.
  [[nodiscard]] Or<const json::object*> body_object();
  [[nodiscard]] Or<const json::array*> body_array();

  /// For requests that carry two representations in one.
  void replace_body(json::object body) { body_ = std::move(body); }

  /// 201 with the Location of what was made: the path of this request and `id`.
  [[nodiscard]] web::Response created(std::string_view id);
  /// 201 with another Location below the realm, such as "/clients/1".
  [[nodiscard]] web::Response created_at(std::string_view path_below_realm, std::string_view id);

  // For the admin event of this change. Secrets must not be in them: representations come with Secrets::kMask.
  void note_before(json::value before) { before_ = std::move(before); }
  void note_after(json::value after) { after_ = std::move(after); }
  [[nodiscard]] bool has_note() const { return !before_.is_null() || !after_.is_null(); }
  /// Nothing was changed after all.
  void note_nothing() { is_noted_ = false; }

  /// What `prepare` made for the handler.
  std::shared_ptr<void> prepared;
  /// A handler that needs keys (seam/signing_keys.h) names their algorithms here: they are made outside the
  /// transaction, and it is run again with them.
  std::vector<std::string> lacking_keys;
  std::shared_ptr<const std::vector<RealmKey>> made_keys;
  /// Algorithm and kid of those that this transaction stored.
  std::vector<std::pair<std::string, std::string>> stored_keys;
  /// kCalls: what `prepare` asks for, and what came of it.
  std::optional<web::FetchRequest> to_call;
  std::optional<web::Fetched> called;

 private:
  friend class Dispatch;
  friend class SubCalls;
  [[nodiscard]] Or<const json::value*> body();

  const Dependencies& dependencies_;
  const web::Request& request_;
  const Operation& operation_;
  Caller caller_;
  std::optional<Realm> realm_;
  Rows* rows_ = nullptr;
  Tx* tx_ = nullptr;
  web::Form query_;
  std::optional<json::value> body_;
  json::value before_, after_;
  std::string made_id_;
  bool is_noted_ = true;
};

}  // namespace cardea::admin
