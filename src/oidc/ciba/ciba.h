// Client-Initiated Backchannel Authentication (OpenID CIBA Core 1.0, poll and ping; keycloak.md section 1.9): a client
// names a person, a device of theirs asks them, and the client polls for tokens meanwhile (token/grants/ciba.cc).
// Cardea reaches the device by Keycloak's HTTP channel: one POST to it says who is asked for what, one POST from it how
// that ended. The request is a row of the device codes, found by the hash of its auth_req_id.
#pragma once

#include "base/attempt_limit.h"
#include "domain/device_code.h"
#include "oidc/oidc.h"

namespace cardea::oidc {

inline constexpr std::string_view kCibaGrant = "urn:openid:params:grant-type:ciba";

/// How often one person may be asked, whoever asks (section 16: nobody is to be worn out until they agree). Kept for as
/// long as the routes.
struct PromptLimit {
  AttemptLimit by_person{5, seconds{600}};
};

/// What the realm's attributes ciba* say, and the client's instead of them.
struct CibaPolicy {
  bool is_ping = false;  // the client is told when there is an answer
  seconds expires_in{120};
  seconds interval{5};  // zero: left out of the answer
  std::string_view hint = "login_hint";
};
[[nodiscard]] CibaPolicy ciba_policy(const Realm& realm, const Client& client);

/// Attribute `oidc.ciba.grant.enabled`, of a client that proves who it is; never under policy fapi2.
[[nodiscard]] bool is_ciba_enabled(const Client& client);

/// What is stored of an auth_req_id. Never what a device code has, whatever a client sends as one: neither grant takes
/// the other's.
[[nodiscard]] std::string request_hash(std::string_view auth_req_id);

/// What comes back with the answer: handed to the channel as a bearer token, sealed, bound to its realm. So nothing
/// that opens doors is stored here.
struct ChannelTicket {
  std::string request_hash;
  // For ping alone:
  std::string auth_req_id;
  std::string notification_token;
};
[[nodiscard]] std::string seal_ticket(const crypto::Sealer& sealer, const RealmId& realm, const ChannelTicket& ticket);
/// Absent: not ours, changed, or of another realm. That it is still of use says the row.
[[nodiscard]] std::optional<ChannelTicket> open_ticket(const crypto::Sealer& sealer, const RealmId& realm,
                                                       std::string_view text);

/// POST P/ext/ciba/auth: sections 7.1 to 7.3.
[[nodiscard]] web::Outcome backchannel_authentication_endpoint(const Dependencies& dependencies, PromptLimit& prompts,
                                                               const web::Request& request);
/// POST P/ext/ciba/auth/callback: the channel says what the person said. Then, in ping mode, the client is told
/// (section 10.2); what it answers changes nothing, since it may still poll.
[[nodiscard]] web::Outcome ciba_callback_endpoint(const Dependencies& dependencies, const web::Request& request);

}  // namespace cardea::oidc
