#include "account/linked_accounts.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "core/logout/end_session.h"
#include "core/session.h"
#include "domain/identity_provider.h"
#include "web/form.h"

namespace cardea::account {
namespace {

constexpr std::size_t kRowsMax = 1000;

// Those with accounts that everybody knows: the console gives them their own sign.
bool is_social(const IdentityProvider& provider) {
  return provider.kind == "google" || provider.kind == "github" || provider.kind == "microsoft";
}

const FederatedIdentity* link_at(const std::vector<FederatedIdentity>& links, const IdentityProvider& provider) {
  const auto found = std::ranges::find(links, provider.alias, &FederatedIdentity::provider);
  return found == links.end() ? nullptr : &*found;
}

/// Keycloak's setting: ALWAYS (and when it is not set), WHEN_LINKED or NEVER.
bool is_shown(const IdentityProvider& provider, bool is_linked) {
  const auto when = provider.setting("showInAccountConsole");
  if (when == "NEVER") return false;
  return when != "WHEN_LINKED" || is_linked;
}

std::size_t number_or(const web::Form& form, std::string_view name, std::size_t fallback) {
  const auto text = form.value(name);
  return text ? parse_integer<std::size_t>(*text).value_or(fallback) : fallback;
}

void write_row(JsonWriter& json, const IdentityProvider& provider, const FederatedIdentity* link) {
  json.begin_object().member("connected", link != nullptr).member("social", is_social(provider));
  // The console asks for the one by the other.
  json.member("providerAlias", provider.alias).member("providerName", provider.alias);
  json.member("displayName", provider.label());
  if (link != nullptr) json.member("linkedUsername", link->upstream_name);
  json.end_object();
}

/// Who came by a provider that is theirs no more is signed out, but for whoever asks.
Stored<void> end_sessions_by(Tx& tx, const Call& call, std::string_view alias) {
  for (const bool offline : {false, true}) {
    auto& kept = offline ? call.repositories().offline_sessions : call.repositories().sessions;
    const auto sessions = kept.list_of_user(tx, call.realm_id(), call.user().id);
    if (!sessions) return refuse(sessions.error());
    for (const auto& session : *sessions) {
      if (session.note(kProviderNote) != alias || session.id.str() == call.token.sid()) continue;
      const auto ended = end_session(tx, call.repositories(), call.dependencies.random,
                                     {call.realm.realm, session.id, offline, call.issuer, call.now});
      if (!ended) return refuse(ended.error());
    }
  }
  return {};
}

}  // namespace

Stored<web::Response> list_linked_accounts(Rows& rows, const Call& call) {
  const auto links = call.repositories().federated_identities.list(rows, call.user().id);
  if (!links) return refuse(links.error());
  const auto form = web::Form::parse(call.request.query).value_or(web::Form());
  const auto wanted = form.value("linked");
  const auto search = ascii_lower(form.value_or("search", ""));
  auto providers = identity_providers(call.realm.realm);
  std::ranges::sort(providers, {}, [](const IdentityProvider& provider) {
    const auto order = parse_integer<int>(provider.setting("guiOrder"));
    return std::pair(order.value_or(10'000), provider.alias);
  });
  auto skip = number_or(form, "first", 0);
  auto left = std::min(number_or(form, "max", kRowsMax), kRowsMax);
  std::string body;
  JsonWriter json(body);
  json.begin_array();
  for (const auto& provider : providers) {
    const auto* link = link_at(*links, provider);
    if (!provider.enabled || !is_shown(provider, link != nullptr)) continue;
    if (wanted && (*wanted == "true") != (link != nullptr)) continue;
    const bool fits = ascii_lower(provider.alias).contains(search) || ascii_lower(provider.label()).contains(search);
    if (!fits) continue;
    if (skip > 0) {
      --skip;
      continue;
    }
    if (left-- == 0) break;
    write_row(json, provider, link);
  }
  json.end_array();
  return json_answer(std::move(body));
}

Stored<web::Response> refuse_old_linking(Rows&, const Call&) {
  return error_message(404,
                       "Legacy client-initiated account linking is disabled. Use AIA with kc_action=idp_link instead.");
}

Stored<web::Response> unlink_account(Tx& tx, const Call& call) {
  const auto& alias = call.request.path_parameter("alias");
  const auto provider = find_identity_provider(call.realm.realm, alias);
  if (!provider) return error_message(400, "identityProviderNotFoundMessage");
  // Two at once would each be told that the other link stays.
  if (auto locked = call.repositories().users.lock(tx, call.user().id); !locked) return refuse(locked.error());
  const auto links = call.repositories().federated_identities.list(tx, call.user().id);
  if (!links) return refuse(links.error());
  if (link_at(*links, *provider) == nullptr) return error_message(400, "federatedIdentityLinkNotActiveMessage");
  const auto credentials = call.repositories().credentials.list_all(tx, call.user().id);
  if (!credentials) return refuse(credentials.error());
  const bool has_password =
      std::ranges::find(*credentials, std::string_view("password"), &Credential::type) != credentials->end();
  const auto others = identity_providers(call.realm.realm);
  const bool has_other = std::ranges::any_of(others, [&](const IdentityProvider& other) {
    return other.alias != alias && can_sign_in_by(other) && link_at(*links, other) != nullptr;
  });
  if (!has_password && !has_other) return error_message(400, "federatedIdentityRemovingLastProviderMessage");
  const auto removed = call.repositories().federated_identities.remove(tx, call.user().id, alias);
  if (!removed) return refuse(removed.error());
  if (auto ended = end_sessions_by(tx, call, alias); !ended) return refuse(ended.error());
  call.dependencies.log.info("identity_unlinked", {{"realm", call.realm.realm.name},
                                                   {"client_id", call.live.client->client.client_id},
                                                   {"provider", provider->alias},
                                                   {"user_id", call.user().id.str()},
                                                   {"correlation_id", call.request.correlation_id}});
  return done();
}

}  // namespace cardea::account
