// Names at the top of a token that are not a mapper's to write (keycloak.md section 4.1; RFC 7519 section 4.1). Asked
// when a mapper is compiled, and again where a name comes out only when it runs ("${client_id}"). Internal to token.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace cardea {

/// The protocol's own; no mapper writes them.
[[nodiscard]] constexpr bool is_protected_claim(std::string_view name) {
  constexpr std::array<std::string_view, 12> kNames = {"jti",   "typ",           "iat", "exp", "iss", "scope",
                                                       "nonce", "session_state", "sid", "nbf", "cnf", "at_hash"};
  return std::ranges::find(kNames, name) != kNames.end();
}

/// One value, written in its own place: nothing hangs below it.
[[nodiscard]] constexpr bool is_scalar_claim(std::string_view name) {
  constexpr std::array<std::string_view, 5> kNames = {"aud", "sub", "azp", "acr", "auth_time"};
  return std::ranges::find(kNames, name) != kNames.end();
}

/// Members with a shape of their own.
[[nodiscard]] constexpr bool is_shaped_claim(std::string_view name) {
  return name == "realm_access" || name == "resource_access" || name == "allowed-origins";
}

/// Members of the answer that are the protocol's own (RFC 6749 section 5.1).
[[nodiscard]] constexpr bool is_protected_in_answer(std::string_view name) {
  constexpr std::array<std::string_view, 11> kNames = {
      "access_token", "token_type",        "session_state",      "expires_in",        "id_token", "refresh_token",
      "scope",        "issued_token_type", "refresh_expires_in", "not-before-policy", "error"};
  return std::ranges::find(kNames, name) != kNames.end();
}

}  // namespace cardea
