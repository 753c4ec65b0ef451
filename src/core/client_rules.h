// What a client's attributes and its realm's policies say of every request it makes, read once when its entry is made
// (core/settings.h): requests ask for these a dozen times. Never written back.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "core/client_policies.h"
#include "domain/client.h"

namespace cardea {

struct ClientRules {
  ClientPolicy policy = ClientPolicy::kClassic;  // attribute `cardea.policy`
  PolicyVerdict verdict;                         // of the realm's client policies
  std::optional<TimePoint> secret_end;           // of the present secret, where policies let it end
  std::string secret_method;                     // the one way a secret may come; empty: any
  bool binds_to_key = false;                     // `dpop.bound.access.tokens`, RFC 9449 section 5.2
  bool binds_to_certificate = false;             // `tls.client.certificate.bound.access.tokens`, RFC 8705 section 3
  bool at_jwt = false;                           // `access.token.header.type.rfc9068`
  bool lower_case_bearer = false;                // `token.response.type.bearer.lower-case`
  bool refreshes_credentials = false;            // `client_credentials.use_refresh_token`
  bool encrypts = false;                         // wants ID tokens, userinfo or answers encrypted (RFC 7516)
  std::string access_token_algorithm;            // empty: the realm's
  std::optional<seconds> access_token_life;      // -1 s: as long as the realm's sessions; absent: the realm's
  seconds backdate{0};                           // of `iat`, 0 to kBackdateMax
};

/// Attribute of a client: by how many seconds `iat` of its access and ID tokens is dated back, 0 to kBackdateMax. For
/// applications that allow no clock skew (guides.md G4).
inline constexpr std::string_view kBackdateAttribute = "cardea.iat.backdate.seconds";
inline constexpr seconds kBackdateMax{30};

/// `client` as it is run: after hold_to_policies, whose verdict this is.
[[nodiscard]] ClientRules read_client_rules(const Client& client, PolicyVerdict verdict);

}  // namespace cardea
