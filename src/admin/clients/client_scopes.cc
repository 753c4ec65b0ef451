// Scopes and sessions of a client, and what its tokens would hold (keycloak.md section 6.8).
#include <algorithm>

#include "admin/clients/client_handlers.h"
#include "admin/clients/client_view.h"
#include "admin/roles/role_view.h"
#include "admin/users/session_view.h"
#include "base/encoding.h"
#include "base/text.h"
#include "core/token/issue_token.h"
#include "core/token/token_plan.h"
#include "core/token/token_subject.h"

namespace cardea::admin {
namespace {

Or<ClientScope> path_scope(Call& call) {
  CARDEA_TRY(scopes, call.repositories().scopes.list(call.rows(), call.realm().id));
  const auto found = std::ranges::find(scopes, ScopeId(call.path("scopeId")), &ClientScope::id);
  if (found == scopes.end()) return refuse(not_found("Client scope not found"));
  return std::move(*found);
}

/// A token that is never handed out as one: only its claims are shown, so that a preview opens no door.
Or<json::object> claims_of(std::string_view token) {
  const auto parts = split(token, '.');
  if (parts.size() != 3) return json::object();
  const auto payload = base64url_decode(parts[1]);
  auto parsed = parse_json(payload.value_or(""));
  if (!parsed || !parsed->is_object()) return json::object();
  return std::move(parsed->get_object());
}

struct Evaluated {
  std::shared_ptr<const RealmEntry> realm;
  std::shared_ptr<const ClientEntry> client;
  std::shared_ptr<const TokenPlan> plan;
};

Or<Evaluated> evaluate(Call& call) {
  CARDEA_TRY(client, load_client(call));
  Evaluated found;
  CARDEA_TRY(realm, call.dependencies().settings.load_realm(call.realm().name));
  found.realm = std::move(realm);
  if (found.realm == nullptr) return refuse(not_found("Realm not found."));
  CARDEA_TRY(entry, call.dependencies().settings.load_client(call.rows(), found.realm, client.client_id));
  found.client = std::move(entry);
  if (found.client == nullptr) return refuse(not_found("Could not find client"));
  const auto plan = plan_for(*found.client, call.query("scope"));
  if (!plan) return refuse(error(400, "invalid_request", "Invalid scopes"));
  found.plan = *plan;
  return found;
}

}  // namespace

template <bool optional>
Answer list_scopes_of_client(Call& call) {
  CARDEA_TRY(client, load_client(call));
  CARDEA_TRY(scopes, call.repositories().scopes.list(call.rows(), call.realm().id));
  json::array list;
  for (const auto& id : optional ? client.optional_scopes : client.default_scopes) {
    const auto found = std::ranges::find(scopes, id, &ClientScope::id);
    if (found == scopes.end()) continue;
    list.push_back(json::object{{"id", found->id.str()}, {"name", found->name}});
  }
  return ok(list);
}

template <bool optional>
Answer add_scope_to_client(Call& call) {
  CARDEA_TRY(client, load_client(call));
  CARDEA_TRY(scope, path_scope(call));
  const auto has = [&](const std::vector<ScopeId>& ids) { return std::ranges::find(ids, scope.id) != ids.end(); };
  if (has(client.default_scopes) || has(client.optional_scopes)) return no_content();
  call.note_after(json::object{{"id", scope.id.str()}, {"name", scope.name}});
  (optional ? client.optional_scopes : client.default_scopes).push_back(scope.id);
  CARDEA_DO(call.repositories().clients.update(call.tx(), call.realm().id, client));
  return no_content();
}

template <bool optional>
Answer remove_scope_from_client(Call& call) {
  CARDEA_TRY(client, load_client(call));
  CARDEA_TRY(scope, path_scope(call));
  call.note_before(json::object{{"id", scope.id.str()}, {"name", scope.name}});
  std::erase(optional ? client.optional_scopes : client.default_scopes, scope.id);
  CARDEA_DO(call.repositories().clients.update(call.tx(), call.realm().id, client));
  return no_content();
}

template Answer list_scopes_of_client<true>(Call&);
template Answer list_scopes_of_client<false>(Call&);
template Answer add_scope_to_client<true>(Call&);
template Answer add_scope_to_client<false>(Call&);
template Answer remove_scope_from_client<true>(Call&);
template Answer remove_scope_from_client<false>(Call&);

template <bool offline>
Answer list_sessions_of_client(Call& call) {
  CARDEA_TRY(client, load_client(call));
  CARDEA_TRY(page, call.page());
  auto& repo = offline ? call.repositories().offline_sessions : call.repositories().sessions;
  CARDEA_TRY(sessions, repo.list_of_client(call.rows(), call.realm().id, client.id, page.first, page.max));
  CARDEA_TRY(list, session_rows(call, sessions, client.id));
  return ok(list);
}

template <bool offline>
Answer count_sessions_of_client(Call& call) {
  CARDEA_TRY(client, load_client(call));
  auto& repo = offline ? call.repositories().offline_sessions : call.repositories().sessions;
  CARDEA_TRY(counts, repo.count_by_client(call.rows(), call.realm().id));
  std::int64_t count = 0;
  for (const auto& [id, number] : counts) {
    if (id == client.id) count = number;
  }
  return ok(json::object{{"count", count}});
}

template Answer list_sessions_of_client<true>(Call&);
template Answer list_sessions_of_client<false>(Call&);
template Answer count_sessions_of_client<true>(Call&);
template Answer count_sessions_of_client<false>(Call&);

Answer evaluate_mappers(Call& call) {
  CARDEA_TRY(found, evaluate(call));
  json::array list;
  const auto add = [&](const std::vector<ProtocolMapper>& mappers, std::string_view id, std::string_view name,
                       std::string_view type) {
    for (const auto& mapper : mappers) {
      list.push_back(json::object{{"mapperId", mapper.id},
                                  {"mapperName", mapper.name},
                                  {"containerId", id},
                                  {"containerName", name},
                                  {"containerType", type},
                                  {"protocolMapper", mapper.provider}});
    }
  };
  const auto& client = found.client->client;
  add(client.mappers, client.id.str(), client.client_id, "client");
  for (const auto* scope : found.plan->scopes) add(scope->mappers, scope->id.str(), scope->name, "client-scope");
  return ok(list);
}

template <bool granted>
Answer evaluate_scope_mappings(Call& call) {
  CARDEA_TRY(found, evaluate(call));
  std::optional<ClientId> container;
  if (call.path("roleContainerId") != call.realm().name && call.path("roleContainerId") != call.realm().id.str()) {
    container = ClientId(call.path("roleContainerId"));
    CARDEA_TRY(client, call.repositories().clients.find(call.rows(), call.realm().id, *container));
    if (!client) return refuse(not_found("Role Container not found"));
  }
  CARDEA_TRY(all, call.repositories().roles.list_of(call.rows(), call.realm().id, container));
  CARDEA_TRY(reached, call.repositories().roles.reached(call.rows(), call.realm().id, found.plan->role_mappings));
  std::vector<Role> roles;
  for (auto& role : all) {
    const bool has =
        found.client->client.full_scope_allowed || std::ranges::find(reached, role.id, &Role::id) != reached.end();
    if (has == granted) roles.push_back(std::move(role));
  }
  return ok(role_rows(roles));
}
template Answer evaluate_scope_mappings<true>(Call&);
template Answer evaluate_scope_mappings<false>(Call&);

template <Example example>
Answer generate_example(Call& call) {
  CARDEA_TRY(found, evaluate(call));
  const auto user = call.query("userId");
  if (user.empty()) return refuse(not_found("No userId provided"));
  CARDEA_DO(call.require({AdminRole::kViewUsers, AdminRole::kManageUsers}));
  CARDEA_TRY(subject, call.repositories().subjects.load(call.rows(), call.realm().id, UserId(user)));
  if (!subject) return refuse(not_found("No user found"));
  CARDEA_TRY(complete, complete_subject(call.rows(), call.dependencies().settings, *found.client, *found.plan,
                                        std::move(*subject)));
  UserSession session;
  session.id = SessionId(call.new_id());
  session.realm = call.realm().id;
  session.user = complete.subject.user.id;
  session.started_at = call.now();
  session.last_seen = call.now();
  session.auth_time = epoch_seconds(call.now());
  const auto issuer = call.dependencies().base_url.issuer(call.request(), call.realm().name);
  TokenContext context{.realm = *found.realm,
                       .client = *found.client,
                       .plan = *found.plan,
                       .subject = complete,
                       .issuer = issuer,
                       .now = call.now(),
                       .session = &session,
                       .acr = "1",
                       .nonce = {},
                       .grant = "ac"};
  if (example == Example::kUserinfo) {
    const auto userinfo = userinfo_json(context);
    if (!userinfo) return refuse(error(400, "invalid_request", describe(userinfo.error())));
    return ok_text(*userinfo);
  }
  const auto audiences = call.queries("audience");
  if (!audiences.empty()) context.only_audiences = &audiences;
  auto tokens = issue_tokens(context, call.random());
  if (!tokens && tokens.error() == IssueError::kAudienceMissing) {  // as in Keycloak: the token without that wish
    context.only_audiences = nullptr;
    tokens = issue_tokens(context, call.random());
  }
  if (!tokens) return refuse(error(400, "invalid_request", describe(tokens.error())));
  CARDEA_TRY(claims, claims_of(example == Example::kIdToken ? tokens->id_token : tokens->access_token));
  return ok(claims);
}
template Answer generate_example<Example::kAccessToken>(Call&);
template Answer generate_example<Example::kIdToken>(Call&);
template Answer generate_example<Example::kUserinfo>(Call&);

}  // namespace cardea::admin
