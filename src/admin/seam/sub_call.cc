#include "admin/seam/sub_call.h"

#include <algorithm>

#include "admin/seam/admin_event.h"
#include "base/assert.h"

namespace cardea::admin {
namespace {

const Operation& find_operation(std::string_view name) {
  const auto& table = operations();
  const auto found = std::ranges::find(table, name, &Operation::name);
  CARDEA_ASSERT(found != table.end());
  return *found;
}

/// The request as the console would send it.
web::Request request_of(const Call& call, const Operation& operation, const SubCall& sub) {
  const auto& outer = call.request();
  web::Request request;
  request.method = operation.method;
  request.scheme = outer.scheme;
  request.host = outer.host;
  request.alias = outer.alias;
  request.remote_address = outer.remote_address;
  request.correlation_id = outer.correlation_id;
  request.headers.push_back({"Content-Type", "application/json"});
  request.body = json::serialize(sub.body);  // also for those that look whether there is one
  request.path_parameters = sub.path;
  request.path_parameters.emplace_back("realm", call.realm().name);
  request.path = operation.path;
  for (const auto& [name, value] : request.path_parameters) {
    const auto segment = "{" + std::string(name) + "}";
    if (const auto at = request.path.find(segment); at != std::string::npos) {
      request.path.replace(at, segment.size(), value);
    }
  }
  return request;
}

}  // namespace

/// The one that sees into calls.
class SubCalls {
 public:
  static void begin(Call& child, const Call& parent, const json::value& body) {
    child.caller_ = parent.caller_;
    child.realm_ = parent.realm_;
    child.rows_ = parent.rows_;
    child.tx_ = parent.tx_;
    child.body_ = body;
    child.made_keys = parent.made_keys;
  }
  static Or<void> end(Call& child, Call& parent, const Operation& operation) {
    parent.realm_ = child.realm_;  // parts of the realm are changed in the loaded one
    if (operation.resource.empty() || !child.is_noted_) return {};
    return write_admin_event(child, {.resource = operation.resource,
                                     .action = operation.action,
                                     .made_id = child.made_id_,
                                     .before = child.before_,
                                     .after = child.after_});
  }
  static std::string made_id(const Call& child) { return child.made_id_; }
};

Or<std::shared_ptr<void>> prepare_sub_call(Call& call, const SubCall& sub) {
  const auto& operation = find_operation(sub.operation);
  if (operation.prepare == nullptr) return std::shared_ptr<void>();
  const auto request = request_of(call, operation, sub);
  Call child(call.dependencies(), request, operation);
  SubCalls::begin(child, call, sub.body);
  CARDEA_DO(operation.prepare(child));
  return child.prepared;
}

Or<std::string> run_sub_call(Call& call, SubCall sub) {
  const auto& operation = find_operation(sub.operation);
  CARDEA_DO(call.require(operation.permission.any_of));
  const auto request = request_of(call, operation, sub);
  Call child(call.dependencies(), request, operation);
  SubCalls::begin(child, call, sub.body);
  child.prepared = std::move(sub.prepared);
  auto answer = operation.handler(child);
  for (auto& algorithm : child.lacking_keys) {
    if (std::ranges::find(call.lacking_keys, algorithm) != call.lacking_keys.end()) continue;
    call.lacking_keys.push_back(std::move(algorithm));
  }
  std::ranges::move(child.stored_keys, std::back_inserter(call.stored_keys));
  if (!answer) return refuse(std::move(answer).error());
  CARDEA_DO(SubCalls::end(child, call, operation));
  return SubCalls::made_id(child);
}

}  // namespace cardea::admin
