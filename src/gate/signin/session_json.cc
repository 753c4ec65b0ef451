#include "gate/signin/session_json.h"

#include <utility>

#include "base/json.h"

namespace cardea::gate {

SecretBytes session_document(const Session& session) {
  const auto& caller = *session.caller;
  std::string text;
  JsonWriter writer(text);
  writer.begin_object();
  writer.member("provider", caller.provider).member("name", caller.name).member("name_claim", caller.name_claim);
  writer.key("scopes").raw(json::serialize(json::array(caller.scopes.begin(), caller.scopes.end())));
  writer.member("scope_claim", caller.scope_claim).key("claims").raw(json::serialize(caller.claims()));
  writer.member("nonce", session.nonce).member("id_token", session.id_token.reveal());
  writer.member("refresh_token", session.refresh_token.reveal());
  writer.member("tokens_end", std::int64_t{epoch_milliseconds(session.tokens_end)}).end_object();
  return SecretBytes(std::move(text));
}

std::optional<Session> session_of_row(const GateSessionRow& row) {
  const auto value = parse_json(row.document.reveal(), {.depth_max = kJsonDepthMax + 2});
  const auto* object = value ? value->if_object() : nullptr;
  if (object == nullptr) return std::nullopt;
  const auto* claims = object->if_contains("claims");
  const auto* scopes = object->if_contains("scopes");
  if (claims == nullptr || !claims->is_object() || scopes == nullptr || !scopes->is_array()) return std::nullopt;
  Caller caller;
  caller.provider = string_or(*object, "provider", "");
  caller.name = string_or(*object, "name", "");
  caller.name_claim = string_or(*object, "name_claim", "");
  for (const auto& scope : scopes->get_array())
    if (const auto* text = scope.if_string()) caller.scopes.emplace_back(*text);
  caller.scope_claim = string_or(*object, "scope_claim", "");
  caller.looked_up = std::make_shared<const json::object>(claims->get_object());
  if (caller.name.empty()) return std::nullopt;
  Session session;
  session.version = row.version;
  session.application = row.application;
  session.caller = std::make_shared<const Caller>(std::move(caller));
  session.issuer = row.issuer;
  session.subject = row.subject;
  session.sid = row.sid;
  session.nonce = string_or(*object, "nonce", "");
  session.id_token = SecretBytes(string_or(*object, "id_token", ""));
  session.refresh_token = SecretBytes(string_or(*object, "refresh_token", ""));
  session.tokens_end = from_epoch_milliseconds(int_or(*object, "tokens_end", 0));
  session.ends = row.ends_at;
  return session;
}

}  // namespace cardea::gate
