#include "admin/events/event_handlers.h"

#include "admin/seam/moment.h"
#include "base/text.h"
#include "domain/representation/members.h"

namespace cardea::admin {
namespace {

constexpr std::int64_t kEventsAtOnce = 100;  // Keycloak's default for a list that says no `max`
constexpr int kRemovedAtOnce = 500;          // rows in one transaction
constexpr std::size_t kNamesMax = 300;       // types and resources that one question may list

/// A list as the store takes it: words of ours, without the comma that separates them there.
Or<std::vector<std::string>> names_of(const Call& call, std::string_view name) {
  auto names = call.queries(name);
  if (names.size() > kNamesMax) return refuse(error(400, "invalid_request", "Too many values"));
  for (const auto& each : names) {
    if (each.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string::npos) continue;
    return refuse(error(400, "invalid_request", "Unknown value of '" + std::string(name) + "'"));
  }
  return names;
}

Or<EventQuery> read_query(const Call& call) {
  EventQuery query;
  CARDEA_TRY(page, call.page(kEventsAtOnce));
  query.first = page.first;
  query.max = page.max;
  CARDEA_TRY(from, query_moment(call, "dateFrom", SpanEnd::kFrom));
  CARDEA_TRY(to, query_moment(call, "dateTo", SpanEnd::kTo));
  query.from = from;
  query.to = to;
  query.oldest_first = equal_ignoring_ascii_case(call.query("direction"), "asc");
  return query;
}

json::object event_json(const UserEvent& event) {
  json::object out;
  out["id"] = event.id;
  out["time"] = epoch_milliseconds(event.at);
  out["type"] = event.type;
  out["realmId"] = event.realm.str();
  set_unless_empty(out, "clientId", event.client_id);
  set_unless_empty(out, "userId", event.user);
  set_unless_empty(out, "sessionId", event.session);
  set_unless_empty(out, "ipAddress", event.ip);
  set_unless_empty(out, "error", event.error);
  if (!event.details.empty()) out["details"] = to_json(event.details);
  return out;
}

json::object event_json(const AdminEvent& event) {
  json::object by;
  by["realmId"] = event.by_realm;
  by["realmName"] = event.by_realm_name;
  by["clientId"] = event.by_client;
  by["userId"] = event.by_user;
  by["ipAddress"] = event.ip;
  json::object out;
  out["id"] = event.id;
  out["time"] = epoch_milliseconds(event.at);
  out["realmId"] = event.realm.str();
  out["authDetails"] = std::move(by);
  out["operationType"] = event.operation;
  out["resourceType"] = event.resource;
  out["resourcePath"] = event.path;
  set_unless_empty(out, "representation", event.representation);
  if (!event.changes.empty()) out["details"] = json::object{{"changes", event.changes}};
  return out;
}

using ClearSome = Stored<int> (EventRepo::*)(Tx& tx, const RealmId& realm, int rows_max);

/// In bits, so that no transaction holds up the others.
Answer clear(Call& call, ClearSome clear_some) {
  auto& events = call.repositories().events;
  for (int removed = kRemovedAtOnce; removed == kRemovedAtOnce;) {
    const auto done = write_to(call.repositories().store,
                               [&](Tx& tx) { return (events.*clear_some)(tx, call.realm().id, kRemovedAtOnce); });
    if (!done) return refuse(done.error());
    removed = *done;
  }
  return no_content();
}

}  // namespace

Answer list_user_events(Call& call) {
  CARDEA_TRY(query, read_query(call));
  CARDEA_TRY(types, names_of(call, "type"));
  query.types = std::move(types);
  query.client = call.query("client");
  query.user = call.query("user");
  query.ip = call.query("ipAddress");
  CARDEA_TRY(events, call.repositories().events.find_user_events(call.rows(), call.realm().id, query));
  json::array list;
  for (const auto& event : events) list.push_back(event_json(event));
  return ok(list);
}

Answer clear_user_events(Call& call) { return clear(call, &EventRepo::clear_user_events); }

Answer list_admin_events(Call& call) {
  CARDEA_TRY(query, read_query(call));
  CARDEA_TRY(operations, names_of(call, "operationTypes"));
  CARDEA_TRY(resources, names_of(call, "resourceTypes"));
  query.types = std::move(operations);
  query.resources = std::move(resources);
  query.path = call.query("resourcePath");
  query.realm = call.query("authRealm");
  query.client = call.query("authClient");
  query.user = call.query("authUser");
  query.ip = call.query("authIpAddress");
  CARDEA_TRY(events, call.repositories().events.find_admin_events(call.rows(), call.realm().id, query));
  json::array list;
  for (const auto& event : events) list.push_back(event_json(event));
  return ok(list);
}

Answer clear_admin_events(Call& call) { return clear(call, &EventRepo::clear_admin_events); }

}  // namespace cardea::admin
