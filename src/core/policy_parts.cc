// What the console shows of executors and conditions (core/client_policies.h).
#include "core/client_policies.h"

namespace cardea {
namespace {

std::vector<PolicySetting> redirect_settings() {
  return {{"allow-ipv4-loopback-address", "Allow IPv4 loopback address", "boolean", "false"},
          {"allow-ipv6-loopback-address", "Allow IPv6 loopback address", "boolean", "false"},
          {"allow-private-use-uri-scheme", "Allow private use URI scheme", "boolean", "false"},
          {"allow-http-scheme", "Allow http scheme", "boolean", "false"},
          {"allow-wildcard-context-path", "Allow wildcard in context-path", "boolean", "false"},
          {"allow-permitted-domains", "Allow permitted domains", "MultivaluedString"},
          {"oauth-2-1-compliant", "OAuth 2.1 compliant", "boolean", "false"}};
}

}  // namespace

const std::vector<PolicyPart>& policy_executors() {
  static const PolicySetting kAuto{"auto-configure", "Auto-configure", "boolean", "false"};
  static const PolicySetting kAutoOn{"auto-configure", "Auto-configure", "boolean", "true"};
  static const std::vector<std::string_view> kAuthenticators = {"client-secret", "client-jwt", "client-secret-jwt",
                                                                "client-x509", "federated-jwt"};
  static const std::vector<std::string_view> kAlgorithms = {"PS256", "PS384", "PS512", "ES256", "ES384", "ES512"};
  static const std::vector<PolicyPart> kParts = {
      {"confidential-client", "Only confidential clients may be used.", {}},
      {"consent-required", "Clients that are made or changed ask for consent.", {kAutoOn}},
      {"dpop-bind-enforcer",
       "Clients that are made or changed get tokens that are bound to a key (DPoP).",
       {kAuto,
        {"enforce-authorization-code-binding-to-dpop", "Enforce Authorization Code binding to DPoP key", "boolean",
         "false"}}},
      {"full-scope-disabled", "Clients that are made or changed have no full scope.", {kAutoOn}},
      {"holder-of-key-enforcer", "Tokens are bound to the certificate of the client.", {kAuto}},
      {"pkce-enforcer", "Codes are asked for and redeemed with PKCE (S256).", {kAuto}},
      {"reject-implicit-grant", "No implicit flow.", {kAuto}},
      {"reject-ropc-grant", "No grant by password.", {kAuto}},
      {"secret-rotation",
       "Client secrets end, and the one before is taken for a while.",
       {{"expiration-period", "Secret expiration", "String", "2505600"},
        {"rotated-expiration-period", "Rotated secret expiration", "String", "172800"},
        {"remaining-rotation-period", "Remain expiration time", "String", "864000"}}},
      {"secure-ciba-req-sig-algorithm",
       "Clients that are made or changed sign authentication requests (CIBA) by a strong algorithm.",
       {{"default-algorithm", "Default Algorithm", "List", "PS256", kAlgorithms}}},
      {"secure-ciba-session", "Authentication requests (CIBA) have a binding message.", {}},
      {"secure-ciba-signed-authn-req",
       "Authentication requests (CIBA) come in signed objects.",
       {{"available-period", "Available Period", "String", "3600"}}},
      {"secure-client-authentication-assertion",
       "Assertions that prove a client are for this realm's issuer and nobody else.",
       {}},
      {"secure-client-authenticator",
       "Clients prove themselves in one of these ways.",
       {{"allowed-client-authenticators", "Allowed client authenticators", "MultivaluedList", {}, kAuthenticators},
        {"default-client-authenticator", "Default client authenticator", "List", "client-jwt", kAuthenticators}}},
      {"secure-client-uris", "Addresses of the client are https, its redirect URIs without a pattern.", {}},
      {"secure-par-content",
       "Authorization requests are pushed, and nothing else comes beside the pushed request's handle.",
       {}},
      {"secure-redirect-uris-enforcer", "Redirect URIs are https without a pattern, and what is allowed here.",
       redirect_settings()},
      {"secure-request-object",
       "Authorization requests come in signed objects that say when they begin and end, and whom they are for.",
       {{"available-period", "Available Period", "String", "3600"},
        {"verify-nbf", "Verify Not-Before", "boolean", "true"},
        {"encryption-required", "Encryption Required", "boolean", "false"},
        {"allowed-clock-skew", "Allowed Clock Skew", "String", "15"}}},
      {"secure-response-type",
       "Answers are signed: response type \"code id_token\", or \"code\" in a response mode of JARM.",
       {kAuto, {"allow-token-response-type", "Allow-token-response-type", "boolean", "false"}}},
      {"secure-session", "Authorization requests have a nonce, or a state where they do not ask for openid.", {}},
      {"secure-signature-algorithm",
       "Clients that are made or changed sign and get signed by PS256, PS384, PS512, ES256, ES384 or ES512.",
       {{"default-algorithm", "Default Algorithm", "List", "PS256", kAlgorithms}}},
      {"secure-signature-algorithm-signed-jwt",
       "Assertions that prove a client are signed by PS256, PS384, PS512, ES256, ES384 or ES512.",
       {{"require-client-assertion", "Require Client Assertion", "boolean", "false"}}},
      {"use-lightweight-access-token", "Access tokens are lightweight.", {}},
  };
  return kParts;
}

const std::vector<PolicyPart>& policy_conditions() {
  static const PolicySetting kNegative{"is-negative-logic", "Negative logic", "boolean", "false"};
  static const std::vector<PolicyPart> kParts = {
      {"any-client", "Every client.", {kNegative}},
      {"client-access-type",
       "Clients of these types.",
       {{"type", "Client access type", "MultivaluedList", "confidential", {"confidential", "public", "bearer-only"}},
        kNegative}},
      {"client-attributes",
       "Clients with all of these attributes.",
       {{"attributes", "Client attributes", "Map"}, kNegative}},
  };
  return kParts;
}

}  // namespace cardea
