#include "account/memberships.h"

#include "account/languages.h"
#include "base/json.h"
#include "core/import/plan_organizations.h"

namespace cardea::account {

Stored<web::Response> list_locales(Rows&, const Call& call) {
  std::string body;
  JsonWriter json(body);
  json.begin_array();
  for (const auto& locale : supported_locales(call.realm.realm)) json.string(locale);
  json.end_array();
  return json_answer(std::move(body));
}

Stored<web::Response> list_groups(Rows& rows, const Call& call) {
  const auto groups = call.dependencies.settings.groups(rows, call.realm, call.live.subject);
  if (!groups) return refuse(groups.error());
  std::string body;
  JsonWriter json(body);
  json.begin_array();
  for (const auto& group : *groups) {
    json.begin_object().member("id", group->id.str()).member("name", group->name).member("path", group->path);
    json.key("subGroups").begin_array().end_array().end_object();
  }
  json.end_array();
  return json_answer(std::move(body));
}

Stored<web::Response> list_organizations(Rows& rows, const Call& call) {
  if (!bool_or(call.realm.realm.extra, "organizationsEnabled", false))
    return web::json_error(404, "HTTP 404 Not Found");
  const auto found = call.dependencies.settings.organizations(rows, call.realm, call.live.subject.user.id);
  if (!found) return refuse(found.error());
  json::array list;
  for (const auto& organization : *found) {
    list.push_back(organization_json(organization, false));
  }
  return json_answer(json::serialize(list));
}

Stored<web::Response> refuse_resources(Rows&, const Call&) {
  return error_message(403, "User-managed access not enabled");
}

}  // namespace cardea::account
