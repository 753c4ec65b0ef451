// What client policies ask of single requests: of authorization requests, and of the assertions that clients prove
// themselves by. A client as it is run (core/settings.h) has it among its attributes, under names that nothing stored
// counts under; whoever checks a request reads it from there. Two policies together ask for the stricter of both. Pure.
#pragma once

#include <optional>

#include "base/clock.h"
#include "base/json.h"
#include "domain/client.h"

namespace cardea {

/// secure-session: `nonce` (OpenID Connect Core section 3.1.2.1), or `state` where `openid` is not asked for.
inline constexpr std::string_view kHeldSession = "cardea.held.session";
/// secure-response-type: "id_token" or, where tokens may come as well, "token".
inline constexpr std::string_view kHeldResponse = "cardea.held.response";
/// secure-par-content: the handle comes alone.
inline constexpr std::string_view kHeldPush = "cardea.held.push";
/// dpop-bind-enforcer with enforce-authorization-code-binding-to-dpop: `dpop_jkt` (RFC 9449 section 10).
inline constexpr std::string_view kHeldCodeKey = "cardea.held.code-key";
/// secure-client-authentication-assertion: one audience, our issuer.
inline constexpr std::string_view kHeldAudience = "cardea.held.assertion-audience";
/// secure-signature-algorithm-signed-jwt: has_strong_name of the header; and with require-client-assertion nothing
/// but an assertion proves the client.
inline constexpr std::string_view kHeldAlgorithm = "cardea.held.assertion-algorithm";
inline constexpr std::string_view kHeldAssertion = "cardea.held.assertion";

/// secure-ciba-session: `binding_message` (OpenID CIBA Core section 7.1).
inline constexpr std::string_view kHeldBindingMessage = "cardea.held.binding-message";
/// secure-ciba-signed-authn-req: how long a signed request may live; absent: requests need not be signed.
[[nodiscard]] std::optional<seconds> held_ciba_period(const Client& client);

/// secure-request-object.
struct HeldObject {
  seconds period{3600};  // from nbf to exp, at most
  seconds skew{15};      // by which nbf and iat may be ahead
  bool needs_nbf = true;
  bool encrypted = false;
};
/// Absent: requests need no object.
[[nodiscard]] std::optional<HeldObject> held_object(const Client& client);

/// Takes away what stands under the names above.
void forget_held(Client& client);

void hold_to_session(const json::object& settings, Client& client);
void hold_to_response_type(const json::object& settings, Client& client);
void hold_to_push(const json::object& settings, Client& client);
void hold_to_object(const json::object& settings, Client& client);
void hold_ciba_to_message(const json::object& settings, Client& client);
void hold_ciba_to_object(const json::object& settings, Client& client);
void hold_codes_to_key(const json::object& settings, Client& client);
void hold_assertions_to_issuer(const json::object& settings, Client& client);
void hold_assertions_to_algorithm(const json::object& settings, Client& client);

/// PS256 to PS512 and ES256 to ES512: what Keycloak's executors take, and FAPI 1.0 section 8.6 of it.
[[nodiscard]] bool has_strong_name(std::string_view algorithm);
/// secure-signature-algorithm: what a client signs and what is signed for it.
void give_default_algorithms(const json::object& settings, Client& client);
[[nodiscard]] bool has_strong_algorithms(const json::object& settings, const Client& client);
/// secure-ciba-req-sig-algorithm: how a client signs authentication requests.
void give_default_ciba_algorithm(const json::object& settings, Client& client);
[[nodiscard]] bool has_strong_ciba_algorithm(const json::object& settings, const Client& client);

}  // namespace cardea
