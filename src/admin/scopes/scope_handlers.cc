#include "admin/scopes/scope_handlers.h"

#include <algorithm>

#include "admin/mappers/mapper_handlers.h"
#include "admin/scopes/scope_view.h"
#include "core/changes/check_values.h"
#include "domain/representation/scope_json.h"

namespace cardea::admin {
namespace {

/// A scope's name stands in space-separated lists (RFC 6749 section 3.3).
Or<void> check_scope(const ClientScope& scope) {
  const auto fits = [](char c) { return c > ' ' && c < 0x7F && c != '"' && c != '\\'; };
  if (check_name(scope.name) || !std::ranges::all_of(scope.name, fits)) {
    return refuse(error_message(400, "Unexpected name \"" + scope.name + "\" for ClientScope"));
  }
  if (scope.protocol != "openid-connect" && scope.protocol != "saml") {
    return refuse(error_message(400, "Unexpected protocol"));
  }
  return {};
}

Or<void> refuse_taken(Call& call, const ClientScope& scope) {
  CARDEA_TRY(scopes, call.repositories().scopes.list(call.rows(), call.realm().id));
  for (const auto& other : scopes) {
    if (other.id != scope.id && other.name == scope.name) {
      return refuse(error_message(409, "Client Scope " + scope.name + " already exists"));
    }
  }
  return {};
}

Or<ClientScope> read_scope(const json::object& body, ClientScope base) {
  auto object = body;
  object.erase("type");  // the console's own idea: it asks for the realm's lists by themselves
  RepresentationProblems problems;
  auto scope = parse_scope(object, JsonPath(), problems, std::move(base));
  if (!problems.empty()) return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
  CARDEA_DO(check_scope(scope));
  return scope;
}

template <bool optional>
std::vector<ScopeId>& realm_list(Realm& realm) {
  return optional ? realm.optional_scopes : realm.default_scopes;
}

/// 404 in the words of assignments.
Or<ClientScope> assigned_scope(Call& call) {
  CARDEA_TRY(scopes, call.repositories().scopes.list(call.rows(), call.realm().id));
  const auto found = std::ranges::find(scopes, ScopeId(call.path("scopeId")), &ClientScope::id);
  if (found == scopes.end()) return refuse(not_found("Client scope not found"));
  return std::move(*found);
}

}  // namespace

Or<ClientScope> load_scope(Call& call) {
  const ScopeId id(call.path("scopeId", "id"));
  CARDEA_TRY(scopes, call.repositories().scopes.list(call.rows(), call.realm().id));
  const auto found = std::ranges::find(scopes, id, &ClientScope::id);
  if (found == scopes.end()) return refuse(not_found("Could not find client scope"));
  return std::move(*found);
}

Answer list_scopes(Call& call) {
  CARDEA_TRY(scopes, call.repositories().scopes.list(call.rows(), call.realm().id));
  json::array list;
  for (const auto& scope : scopes) list.push_back(to_json(scope));
  return ok(list);
}

Answer create_scope(Call& call) {
  CARDEA_TRY(body, call.body_object());
  CARDEA_TRY(scope, read_scope(*body, {}));
  if (scope.id.empty() || check_id(scope.id.str())) scope.id = ScopeId(call.new_id());
  CARDEA_DO(refuse_taken(call, scope));
  CARDEA_DO(settle_mappers(call, {}, scope.mappers));
  CARDEA_DO(call.repositories().scopes.insert(call.tx(), call.realm().id, scope));
  call.note_after(to_json(scope));
  return call.created(scope.id.str());
}

Answer get_scope(Call& call) {
  CARDEA_TRY(scope, load_scope(call));
  return ok(to_json(scope));
}

Answer update_scope(Call& call) {
  CARDEA_TRY(before, load_scope(call));
  CARDEA_TRY(body, call.body_object());
  CARDEA_TRY(scope, read_scope(*body, before));
  scope.id = before.id;
  scope.mappers = before.mappers;  // these have resources of their own
  CARDEA_DO(refuse_taken(call, scope));
  call.note_before(to_json(before));
  call.note_after(to_json(scope));
  CARDEA_DO(call.repositories().scopes.update(call.tx(), call.realm().id, scope));
  return no_content();
}

Answer delete_scope(Call& call) {
  CARDEA_TRY(scope, load_scope(call));
  call.note_before(to_json(scope));
  auto& realm = call.realm();
  const auto before = realm.default_scopes.size() + realm.optional_scopes.size();
  std::erase(realm.default_scopes, scope.id);
  std::erase(realm.optional_scopes, scope.id);
  if (realm.default_scopes.size() + realm.optional_scopes.size() != before) {
    CARDEA_DO(call.repositories().realms.update(call.tx(), realm));
  }
  CARDEA_DO(call.repositories().scopes.remove(call.tx(), realm.id, scope.id));
  return no_content();
}

template <bool optional>
Answer list_realm_scopes(Call& call) {
  CARDEA_TRY(scopes, call.repositories().scopes.list(call.rows(), call.realm().id));
  json::array list;
  for (const auto& id : realm_list<optional>(call.realm())) {
    const auto found = std::ranges::find(scopes, id, &ClientScope::id);
    if (found == scopes.end()) continue;
    list.push_back(json::object{{"id", found->id.str()}, {"name", found->name}, {"protocol", found->protocol}});
  }
  return ok(list);
}

template <bool optional>
Answer add_realm_scope(Call& call) {
  CARDEA_TRY(scope, assigned_scope(call));
  auto& realm = call.realm();
  const auto has = [&](const std::vector<ScopeId>& ids) { return std::ranges::find(ids, scope.id) != ids.end(); };
  if (has(realm.default_scopes) || has(realm.optional_scopes)) {
    return refuse(error(409, "conflict", "Duplicate resource error"));
  }
  call.note_after(json::object{{"id", scope.id.str()}, {"name", scope.name}});
  realm_list<optional>(realm).push_back(scope.id);
  CARDEA_DO(call.repositories().realms.update(call.tx(), realm));
  return no_content();
}

template <bool optional>
Answer remove_realm_scope(Call& call) {
  CARDEA_TRY(scope, assigned_scope(call));
  call.note_before(json::object{{"id", scope.id.str()}, {"name", scope.name}});
  std::erase(realm_list<optional>(call.realm()), scope.id);
  CARDEA_DO(call.repositories().realms.update(call.tx(), call.realm()));
  return no_content();
}

template Answer list_realm_scopes<true>(Call&);
template Answer list_realm_scopes<false>(Call&);
template Answer add_realm_scope<true>(Call&);
template Answer add_realm_scope<false>(Call&);
template Answer remove_realm_scope<true>(Call&);
template Answer remove_realm_scope<false>(Call&);

}  // namespace cardea::admin
