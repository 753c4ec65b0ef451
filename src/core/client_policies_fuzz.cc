// Policies and profiles are written by administrators and come with realm files: whatever they say, a client that is
// run or written under them has no right that it did not have before.
#include <algorithm>
#include <cstdint>

#include "base/assert.h"
#include "core/client_policies.h"

using namespace cardea;

namespace {

constexpr std::int64_t kCentury = 100LL * 365 * 24 * 3600;

void check_no_looser(const Client& before, const Client& after) {
  CARDEA_ASSERT(!after.implicit_flow_enabled || before.implicit_flow_enabled);
  CARDEA_ASSERT(!after.direct_access_grants_enabled || before.direct_access_grants_enabled);
  CARDEA_ASSERT(!after.full_scope_allowed || before.full_scope_allowed);
  CARDEA_ASSERT(after.consent_required || !before.consent_required);
  CARDEA_ASSERT(after.enabled == before.enabled && after.public_client == before.public_client);
  CARDEA_ASSERT(after.secret.reveal() == before.secret.reveal());
  for (const auto& uri : after.redirect_uris)
    CARDEA_ASSERT(std::ranges::find(before.redirect_uris, uri) != before.redirect_uris.end());
  for (const auto& [name, value] : before.attributes) CARDEA_ASSERT(after.attributes.contains(name));
}

enum class Kind { kConfidential, kPublic };

Client make(Kind kind) {
  Client client;
  client.client_id = "app";
  client.secret = SecretBytes::copy_of("secret");
  client.redirect_uris = {"https://app.example/cb", "http://127.0.0.1/cb", "com.example.app:/cb",
                          "https://app.example/*"};
  client.attributes = {{"a", "b"}};
  client.public_client = kind == Kind::kPublic;
  const bool is_wide = kind == Kind::kConfidential;
  client.implicit_flow_enabled = client.direct_access_grants_enabled = client.full_scope_allowed = is_wide;
  client.consent_required = !is_wide;
  client.authenticator_type = is_wide ? "client-secret" : "client-jwt";
  return client;
}

void check_client(const Realm& realm, Kind kind) {
  const auto client = make(kind);
  auto held = make(kind);
  const auto verdict = hold_to_policies(realm, held);
  check_no_looser(client, held);
  CARDEA_ASSERT(held.authenticator_type == client.authenticator_type);
  CARDEA_ASSERT(verdict.type_allowed || client.public_client || client.bearer_only);
  CARDEA_ASSERT(!verdict.secret_ends || !client.public_client);
  auto settled = make(kind);
  const auto refusal = settle_by_policies(realm, settled);
  check_no_looser(client, settled);
  CARDEA_ASSERT(!refusal || (!refusal->error.empty() && !refusal->description.empty()));
  if (const auto rotation = rotation_of(realm, client)) {
    for (const auto time : {rotation->lifetime, rotation->rotated_lifetime, rotation->remaining}) {
      CARDEA_ASSERT(time >= seconds{0} && time.count() <= kCentury);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = parse_json({reinterpret_cast<const char*>(data), size});
  if (!parsed || !parsed->is_object()) return 0;
  Realm realm;
  for (const auto* name : {"clientPolicies", "clientProfiles"}) {
    if (const auto* document = parsed->get_object().if_contains(name)) realm.extra[name] = *document;
  }
  (void)unenforced_policies(realm.extra);
  check_client(realm, Kind::kConfidential);
  check_client(realm, Kind::kPublic);
  return 0;
}
