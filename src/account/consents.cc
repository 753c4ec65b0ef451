#include "account/consents.h"

#include <algorithm>

#include "account/languages.h"
#include "base/json.h"
#include "core/consent.h"

namespace cardea::account {
namespace {

/// The client named {clientId}; absent when there is none.
Stored<std::optional<Client>> find_named(Rows& rows, const Call& call) {
  return call.repositories().clients.find_by_client_id(rows, call.realm_id(), call.request.path_parameter("clientId"));
}

web::Response no_client(const Call& call) {
  return error_message(404, "No client with clientId: " + call.request.path_parameter("clientId") + " found.");
}

/// "${profileScopeConsentText}" in the reader's language; other texts as they are.
std::string in_words(const Call& call, const std::string& text) {
  if (!text.starts_with("${") || !text.ends_with('}')) return text;
  const auto key = text.substr(2, text.size() - 3);
  const auto* file =
      find_texts(call.dependencies.consoles, "account", console_language(call.realm.realm, call.request));
  const auto list = file == nullptr ? parse_json("[]") : parse_json(web::unpacked(*file));
  if (!list || !list->is_array()) return text;
  for (const auto& row : list->as_array()) {
    if (row.is_object() && string_or(row.as_object(), "key", "") == key)
      return string_or(row.as_object(), "value", key);
  }
  return text;
}

std::string consent_text(const ClientScope& scope) {
  const auto found = scope.attributes.find("consent.screen.text");
  return found == scope.attributes.end() || found->second.empty() ? scope.name : found->second;
}

bool has_scope(const Client& client, const ScopeId& scope) {
  const auto among = [&scope](const std::vector<ScopeId>& scopes) {
    return std::ranges::find(scopes, scope) != scopes.end();
  };
  return among(client.default_scopes) || among(client.optional_scopes);
}

/// A scope of the client's, as `write_consent` tells them; only "organization" has a parameter.
bool may_allow(const Call& call, const Client& client, const ScopeId& kept) {
  const auto allowed = allowed_scope(call.realm, kept);
  if (allowed.scope == nullptr || !has_scope(client, allowed.scope->id)) return false;
  return allowed.parameter.empty() || (allowed.scope->name == kOrganizationScope && !allowed.parameter.contains(' '));
}

/// The ids of `grantedScopes`, sorted and each once, or the answer that refuses them.
Result<std::vector<ScopeId>, web::Response> read_scopes(const Call& call, const Client& client) {
  const auto body = parse_json(call.request.body);
  if (!body) return refuse(web::json_error(400, "invalid_request", "Cannot parse the JSON"));
  const auto* object = body->if_object();
  const auto* member = object == nullptr ? nullptr : object->if_contains("grantedScopes");
  const auto* list = member == nullptr ? nullptr : member->if_array();
  if (list == nullptr || list->size() > kConsentScopesMax) {
    return refuse(web::json_error(400, "unknown_error", "Cannot parse the JSON"));
  }
  std::vector<ScopeId> scopes;
  for (const auto& row : *list) {
    ScopeId scope(row.is_object() ? string_or(row.as_object(), "id", "") : std::string());
    if (!may_allow(call, client, scope)) {
      return refuse(
          error_message(400, "Scope id " + scope.str() + " does not exist for client " + client.client_id + "."));
    }
    scopes.push_back(std::move(scope));
  }
  std::ranges::sort(scopes, {}, &ScopeId::str);
  scopes.erase(std::ranges::unique(scopes).begin(), scopes.end());
  return scopes;
}

web::Response consent_answer(const Call& call, const Consent& consent) {
  std::string body;
  JsonWriter json(body);
  write_consent(json, call, consent);
  return json_answer(std::move(body));
}

}  // namespace

void write_consent(JsonWriter& json, const Call& call, const Consent& consent) {
  json.begin_object().key("grantedScopes").begin_array();
  for (const auto& id : consent.scopes) {
    const auto allowed = allowed_scope(call.realm, id);
    if (allowed.scope == nullptr) continue;
    const auto text = consent_text(*allowed.scope);
    auto words = in_words(call, text);
    if (!allowed.parameter.empty()) words.append(": ").append(allowed.parameter);
    json.begin_object().member("id", id.str()).member("name", text).member("displayText", words).end_object();
  }
  json.end_array().member("createdDate", epoch_milliseconds(consent.created_at));
  json.member("lastUpdatedDate", epoch_milliseconds(consent.updated_at)).end_object();
}

Stored<web::Response> show_consent(Rows& rows, const Call& call) {
  const auto client = find_named(rows, call);
  if (!client) return refuse(client.error());
  if (!*client) return no_client(call);
  const auto consent = call.repositories().consents.find(rows, call.user().id, (*client)->id);
  if (!consent) return refuse(consent.error());
  return *consent ? consent_answer(call, **consent) : done();
}

Stored<web::Response> grant_consent(Tx& tx, const Call& call) {
  const auto client = find_named(tx, call);
  if (!client) return refuse(client.error());
  if (!*client) return no_client(call);
  auto scopes = read_scopes(call, **client);
  if (!scopes) return std::move(scopes.error());
  Consent consent{call.user().id, (*client)->id, std::move(*scopes), call.now, call.now};
  if (auto stored = call.repositories().consents.put(tx, consent); !stored) return refuse(stored.error());
  const auto kept = call.repositories().consents.find(tx, call.user().id, (*client)->id);
  if (!kept) return refuse(kept.error());
  return consent_answer(call, *kept ? **kept : consent);
}

Stored<web::Response> revoke_consent(Tx& tx, const Call& call) {
  const auto client = find_named(tx, call);
  if (!client) return refuse(client.error());
  if (!*client) return no_client(call);
  const auto removed = call.repositories().consents.remove(tx, call.user().id, (*client)->id);
  if (!removed) return refuse(removed.error());
  auto& offline = call.repositories().offline_sessions;
  const auto sessions = offline.list_of_user(tx, call.realm_id(), call.user().id);
  if (!sessions) return refuse(sessions.error());
  for (const auto& session : *sessions) {
    const auto ended = offline.remove_client_session(tx, session.id, (*client)->id);
    if (!ended) return refuse(ended.error());
  }
  return done();
}

}  // namespace cardea::account
