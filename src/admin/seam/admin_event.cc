#include "admin/seam/admin_event.h"

#include <algorithm>

#include "base/text.h"
#include "core/events/realm_events.h"
#include "domain/representation/members.h"

namespace cardea::admin {
namespace {

/// Larger representations are not kept; what was done by whom is.
constexpr std::size_t kRepresentationBytesMax = 64 * 1024;

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

/// Representations come masked. A member that only looks like a secret, such as an attribute of a client, is masked as
/// well: an event outlives the secret, and more people read it.
bool names_a_secret(std::string_view name) {
  const auto lower = ascii_lower(name);
  const auto ends = [&](std::string_view word) { return lower.ends_with(word); };
  return ends("secret") || ends("password") || ends("privatekey") || ends("private.key") || ends("secretdata") ||
         ends("apikey") || ends("api.key") || ends("accesstoken") || ends("secret.rotated");
}

void mask(json::value& value) {
  if (auto* object = value.if_object()) {
    for (auto& [name, member] : *object) {
      const bool is_text = member.is_string() || member.is_array();
      if (is_text && names_a_secret(name)) {
        member = kSecretMask;
      } else {
        mask(member);
      }
    }
  }
  if (auto* list = value.if_array()) {
    for (auto& item : *list) mask(item);
  }
}

/// {"member": {"before": ..., "after": ...}} for members of objects that differ.
json::object changes_between(const json::value& before, const json::value& after) {
  json::object changes;
  const auto* was = before.if_object();
  const auto* is = after.if_object();
  if (was == nullptr || is == nullptr) return changes;
  for (const auto& [name, value] : *was) {
    const auto* now = is->if_contains(name);
    if (now != nullptr && *now == value) continue;
    changes[name] = json::object{{"before", value}, {"after", now == nullptr ? json::value() : *now}};
  }
  for (const auto& [name, value] : *is) {
    if (!was->contains(name)) changes[name] = json::object{{"before", nullptr}, {"after", value}};
  }
  return changes;
}

std::string bounded(const json::value& value) {
  auto text = json::serialize(value);
  if (text.size() > kRepresentationBytesMax) text.clear();
  return text;
}

AdminEvent event_of(Call& call, const Realm& realm, const AdminEventNote& note, std::string path) {
  const auto& caller = call.caller();
  AdminEvent event;
  event.id = call.new_id();
  event.realm = realm.id;
  event.at = call.now();
  event.expires_at = admin_event_expiry(realm, event.at);
  event.operation = operation_of(call.request(), note);
  event.resource = note.resource;
  event.path = std::move(path);
  event.by_realm = caller.realm->realm.id.str();
  event.by_realm_name = caller.realm->realm.name;
  event.by_client = caller.client->client.id.str();
  event.by_user = caller.user.id.str();
  event.ip = call.request().remote_address;
  if (keeps_admin_event_details(realm)) {
    auto before = note.before;
    auto after = note.after;
    mask(before);
    mask(after);
    if (const auto& shown = after.is_null() ? before : after; !shown.is_null()) event.representation = bounded(shown);
    if (const auto changes = changes_between(before, after); !changes.empty()) event.changes = bounded(changes);
  }
  return event;
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
  if (!keeps_admin_events(call.realm())) return {};
  const auto event = event_of(call, call.realm(), note, resource_path(call, note));
  CARDEA_DO(call.repositories().events.insert(call.tx(), event));
  return {};
}

void write_realm_event(Call& call, std::string_view action, std::string_view realm, const json::value& representation) {
  static const json::value kNothing;
  auto& repositories = call.repositories();
  const AdminEventNote note{
      .resource = "REALM", .action = action, .made_id = {}, .before = kNothing, .after = representation};
  const auto kept = repositories.store.write([&](Tx& tx) -> Stored<void> {
    const auto own = repositories.realms.find_by_name(tx, call.caller().realm->realm.name);
    if (!own) return refuse(own.error());
    if (!*own || !keeps_admin_events(**own)) return {};
    return repositories.events.insert(tx, event_of(call, **own, note, std::string(realm)));
  });
  if (kept) return;
  call.dependencies().log.error("admin_event_not_kept", {{"error", describe(kept.error())},
                                                         {"operation", action},
                                                         {"realm", realm},
                                                         {"correlation_id", call.request().correlation_id}});
}

}  // namespace cardea::admin
