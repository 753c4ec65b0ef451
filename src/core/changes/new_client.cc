#include "core/changes/new_client.h"

#include <algorithm>

#include "base/text.h"
#include "base/uri.h"

namespace cardea {
namespace {

bool was_given(const json::object& given, std::string_view name) {
  const auto* value = given.if_contains(name);
  return value != nullptr && !value->is_null();
}

void derive_web_origins(Client& client, const json::object& given) {
  if (was_given(given, "webOrigins")) return;
  for (auto uri : client.redirect_uris) {
    if (uri.ends_with('*')) uri.pop_back();
    const auto parsed = parse_uri(uri);
    auto origin = parsed ? parsed->origin() : std::string{};
    if (!origin.empty() && std::ranges::find(client.web_origins, origin) == client.web_origins.end()) {
      client.web_origins.push_back(std::move(origin));
    }
  }
}

void complete_secret(Client& client, TimePoint now, Random& random) {
  if (client.public_client) client.secret = SecretBytes();
  // One that was given to a bearer-only client is what it asks with at introspection.
  if (client.public_client || client.bearer_only || !client.secret.empty()) return;
  client.secret = SecretBytes(random_handle(random));
  client.attributes["client.secret.creation.time"] = std::to_string(epoch_seconds(now));
}

}  // namespace

void complete_new_client(ClientRepresentation& representation, const json::object& given, TimePoint now,
                         Random& random) {
  auto& client = representation.client;
  derive_web_origins(client, given);
  complete_secret(client, now, random);
  if (!was_given(given, "fullScopeAllowed")) client.full_scope_allowed = !client.consent_required;
  // A client out of an export says everything already: what it lacks, it had not.
  if (!client.attributes.contains("realm_client")) client.attributes.emplace("post.logout.redirect.uris", "+");
  client.extra.emplace("surrogateAuthRequired", false);
  client.extra.emplace("alwaysDisplayInConsole", false);
  client.extra.emplace("authenticationFlowBindingOverrides", json::object());
  client.extra.emplace("nodeReRegistrationTimeout", -1);
}

void derive_from_root_url(Client& client, const json::object& given) {
  if (client.root_url.empty() || was_given(given, "redirectUris")) return;
  const auto root = parse_uri(client.root_url);
  if (!root || !root->is_http()) return;  // "${authBaseUrl}" and the like
  auto base = client.root_url;
  while (base.ends_with('/')) base.pop_back();
  client.redirect_uris = {base + "/*"};
  if (!was_given(given, "adminUrl")) client.admin_url = client.root_url;
}

std::string service_account_username(std::string_view client_id) { return "service-account-" + ascii_lower(client_id); }

}  // namespace cardea
