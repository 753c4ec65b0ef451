#include "oidc/ciba/ciba.h"

#include "base/json.h"
#include "base/text.h"
#include "crypto/hash.h"

namespace cardea::oidc {
namespace {

constexpr seconds kExpiresMax{600};  // as Keycloak's console allows
constexpr seconds kIntervalMax{600};
constexpr std::size_t kTicketBytesMax = 4096;

std::string_view attribute_of(const Realm& realm, const std::string& name) {
  const auto found = realm.attributes.find(name);
  return found == realm.attributes.end() ? std::string_view() : std::string_view(found->second);
}

seconds seconds_or(std::string_view text, seconds fallback, seconds most) {
  const auto number = parse_integer<std::int64_t>(text);
  return number && *number >= 0 && *number <= most.count() ? seconds(*number) : fallback;
}

std::string bound_to(const RealmId& realm) { return "ciba.channel/" + realm.str(); }

}  // namespace

CibaPolicy ciba_policy(const Realm& realm, const Client& client) {
  CibaPolicy policy;
  auto mode = client.attribute("ciba.backchannel.token.delivery.mode");
  if (mode.empty()) mode = attribute_of(realm, "cibaBackchannelTokenDeliveryMode");
  policy.is_ping = mode == "ping";
  policy.expires_in = seconds_or(attribute_of(realm, "cibaExpiresIn"), policy.expires_in, kExpiresMax);
  policy.interval = seconds_or(attribute_of(realm, "cibaInterval"), policy.interval, kIntervalMax);
  if (const auto hint = attribute_of(realm, "cibaAuthRequestedUserHint"); !hint.empty()) policy.hint = hint;
  return policy;
}

bool is_ciba_enabled(const Client& client) {
  return client.enabled && !client.bearer_only && !client.public_client &&
         client.policy() != ClientPolicy::kFapi2 &&  // FAPI has a profile of its own for this: fapi-ciba
         client.attribute_is_true("oidc.ciba.grant.enabled");
}

std::string request_hash(std::string_view auth_req_id) {
  using namespace std::string_view_literals;
  // No parameter of a form holds a NUL (web::Form), so no device_code hashes to this.
  return crypto::sha256_base64url(std::string("ciba\0"sv).append(auth_req_id));
}

std::string seal_ticket(const crypto::Sealer& sealer, const RealmId& realm, const ChannelTicket& ticket) {
  std::string plain;
  JsonWriter writer(plain);
  writer.begin_object().member("h", ticket.request_hash);
  if (!ticket.auth_req_id.empty()) writer.member("r", ticket.auth_req_id).member("n", ticket.notification_token);
  writer.end_object();
  auto sealed = sealer.seal_text(plain, bound_to(realm));
  wipe(plain);
  return sealed;
}

std::optional<ChannelTicket> open_ticket(const crypto::Sealer& sealer, const RealmId& realm, std::string_view text) {
  if (text.size() > kTicketBytesMax) return std::nullopt;
  const auto plain = sealer.open_text(text, bound_to(realm));
  if (!plain) return std::nullopt;
  const auto document = parse_json(plain->reveal());
  if (!document || !document->is_object()) return std::nullopt;
  const auto& object = document->get_object();
  return ChannelTicket{
      .request_hash = string_or(object, "h", ""),
      .auth_req_id = string_or(object, "r", ""),
      .notification_token = string_or(object, "n", ""),
  };
}

}  // namespace cardea::oidc
