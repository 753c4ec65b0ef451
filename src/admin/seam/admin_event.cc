#include "admin/seam/admin_event.h"

namespace cardea::admin {
namespace {

std::string_view operation_of(const web::Request& request, const AdminEventNote& note) {
  if (!note.action.empty()) return note.action;
  switch (request.method) {
    case web::Method::kPost:
      return "CREATE";
    case web::Method::kPut:
      return "UPDATE";
    case web::Method::kDelete:
      return "DELETE";
    default:
      return "ACTION";
  }
}

/// "users/1": the path below the realm, with the id of what was made.
std::string resource_path(const Call& call, const AdminEventNote& note) {
  std::string_view path = call.request().path;
  const std::string_view start = "/admin/realms/";
  if (path.starts_with(start)) path.remove_prefix(start.size());
  const auto slash = path.find('/');
  std::string below(slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1));
  while (below.ends_with('/')) below.pop_back();
  if (!note.made_id.empty()) below.append("/").append(note.made_id);
  return below;
}

}  // namespace

Or<void> write_admin_event(Call& call, const AdminEventNote& note) {
  const auto& caller = call.caller();
  call.dependencies().log.info("admin_change", {{"operation", operation_of(call.request(), note)},
                                                {"resource", note.resource},
                                                {"path", resource_path(call, note)},
                                                {"realm", call.realm().name},
                                                {"by_realm", caller.realm->realm.name},
                                                {"by_client", caller.client->client.client_id},
                                                {"by_user", caller.user.id.str()},
                                                {"ip", call.request().remote_address},
                                                {"correlation_id", call.request().correlation_id}});
  return {};
}

}  // namespace cardea::admin
