#include "core/global_profiles.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/assert.h"
#include "core/client_policies.h"

namespace cardea {
namespace {

struct Executor {
  std::string_view id;
  std::string_view settings = "{}";
};
constexpr std::string_view kAutoSettings = R"({"auto-configure":true})";
constexpr std::string_view kAutoText = R"({"auto-configure":"true"})";

constexpr Executor kSession{"secure-session"};
constexpr Executor kConfidential{"confidential-client"};
constexpr Executor kUris{"secure-client-uris"};
constexpr Executor kConsent{"consent-required", kAutoSettings};
constexpr Executor kNarrowScope{"full-scope-disabled", kAutoSettings};
constexpr Executor kPkce{"pkce-enforcer", kAutoText};
constexpr Executor kCertificate{"holder-of-key-enforcer", kAutoText};
constexpr Executor kNoImplicit{"reject-implicit-grant", kAutoText};
constexpr Executor kNoPassword{"reject-ropc-grant", kAutoText};
constexpr Executor kAssertion{"secure-client-authentication-assertion"};
constexpr Executor kParContent{"secure-par-content"};
constexpr Executor kAlgorithm{"secure-signature-algorithm", R"({"default-algorithm":"PS256"})"};
constexpr Executor kSignedJwt{"secure-signature-algorithm-signed-jwt", R"({"require-client-assertion":false})"};
constexpr Executor kKeysOnly{"secure-client-authenticator",
                             R"({"allowed-client-authenticators":["client-jwt","client-x509"],)"
                             R"("default-client-authenticator":"client-jwt"})"};
constexpr Executor kKeysOrSecretJwt{
    "secure-client-authenticator",
    R"({"allowed-client-authenticators":["client-jwt","client-secret-jwt","client-x509"],)"
    R"("default-client-authenticator":"client-jwt"})"};
constexpr Executor kDpop{"dpop-bind-enforcer",
                         R"({"auto-configure":"true","enforce-authorization-code-binding-to-dpop":"false",)"
                         R"("allow-only-refresh-token-binding":"false"})"};
constexpr Executor kRedirects{"secure-redirect-uris-enforcer",
                              R"({"allow-ipv4-loopback-address":"true","allow-ipv6-loopback-address":"true",)"
                              R"("allow-private-use-uri-scheme":"true","oauth-2-1-compliant":"true"})"};
constexpr Executor kRequestObject{"secure-request-object", R"({"available-period":"3600","verify-nbf":true})"};
constexpr Executor kSignedRequest{"secure-request-object",
                                  R"({"verify-nbf":true,"available-period":"3600","encryption-required":false})"};
constexpr Executor kResponseType{"secure-response-type",
                                 R"({"auto-configure":true,"allow-token-response-type":false})"};
constexpr Executor kCibaAlgorithm{"secure-ciba-req-sig-algorithm", R"({"default-algorithm":"PS256"})"};
constexpr Executor kCibaSession{"secure-ciba-session"};
constexpr Executor kCibaRequest{"secure-ciba-signed-authn-req", R"({"available-period":"3600"})"};

constexpr Executor kFapi1Baseline[] = {kSession,    {"pkce-enforcer", kAutoSettings}, kKeysOrSecretJwt, kUris, kConsent,
                                       kNarrowScope};
constexpr Executor kFapi1Advanced[] = {kSession,
                                       kConfidential,
                                       kKeysOnly,
                                       kUris,
                                       kRequestObject,
                                       kResponseType,
                                       kAlgorithm,
                                       kSignedJwt,
                                       kConsent,
                                       kNarrowScope,
                                       {"holder-of-key-enforcer", kAutoSettings}};
constexpr Executor kFapiCiba[] = {kCibaAlgorithm, kCibaSession, kCibaRequest};
constexpr Executor kFapi2[] = {kConfidential, kKeysOnly,   kUris,        kAlgorithm, kSignedJwt, kConsent,
                               kNarrowScope,  kNoImplicit, kCertificate, kPkce,      kAssertion, kParContent};
constexpr Executor kFapi2Signing[] = {kConfidential, kKeysOnly,      kUris,       kAlgorithm,   kSignedJwt,
                                      kConsent,      kNarrowScope,   kNoImplicit, kCertificate, kPkce,
                                      kParContent,   kSignedRequest, kAssertion};
constexpr Executor kOauth21Confidential[] = {kConfidential, kKeysOnly,   kRedirects, kPkce,
                                             kCertificate,  kNoImplicit, kNoPassword};
constexpr Executor kOauth21Public[] = {kRedirects, kPkce, kDpop, kNoImplicit, kNoPassword};
constexpr Executor kFapi2Dpop[] = {kConfidential, kKeysOnly,   kUris, kAlgorithm, kSignedJwt,  kConsent,
                                   kNarrowScope,  kNoImplicit, kPkce, kAssertion, kParContent, kDpop};
constexpr Executor kFapi2DpopSigning[] = {kConfidential,  kKeysOnly,    kUris,       kAlgorithm, kSignedJwt,
                                          kConsent,       kNarrowScope, kNoImplicit, kPkce,      kParContent,
                                          kSignedRequest, kDpop,        kAssertion};
constexpr Executor kSaml[] = {{"saml-secure-client-uris"}, {"saml-signature-enforcer"}, {"saml-avoid-redirect"}};

struct Profile {
  std::string_view name, description;
  std::span<const Executor> executors;
};
constexpr Profile kProfiles[] = {
    {"fapi-1-baseline", "Financial-grade API Security Profile 1.0, part 1: baseline.", kFapi1Baseline},
    {"fapi-1-advanced", "Financial-grade API Security Profile 1.0, part 2: advanced.", kFapi1Advanced},
    {"fapi-ciba", "Financial-grade API: client initiated backchannel authentication.", kFapiCiba},
    {"fapi-2-security-profile", "FAPI 2.0 Security Profile.", kFapi2},
    {"fapi-2-message-signing", "FAPI 2.0 Message Signing.", kFapi2Signing},
    {"oauth-2-1-for-confidential-client", "OAuth 2.1 for confidential clients.", kOauth21Confidential},
    {"oauth-2-1-for-public-client", "OAuth 2.1 for public clients.", kOauth21Public},
    {"fapi-2-dpop-security-profile", "FAPI 2.0 Security Profile with DPoP.", kFapi2Dpop},
    {"fapi-2-dpop-message-signing", "FAPI 2.0 Message Signing with DPoP.", kFapi2DpopSigning},
    {"saml-security-profile", "Secure SAML clients.", kSaml},
};

bool is_enforced(const Executor& executor) {
  return std::ranges::find(policy_executors(), executor.id, &PolicyPart::id) != policy_executors().end();
}

/// With what is missing, for those that are not enforced as a whole.
std::string description_of(const Profile& profile) {
  std::string missing;
  for (const auto& executor : profile.executors) {
    if (!is_enforced(executor)) missing.append(missing.empty() ? "" : ", ").append(executor.id);
  }
  std::string text(profile.description);
  if (!missing.empty()) text += fmt::format(" Policies may not use it: this server does not enforce {}.", missing);
  return text;
}

/// An executor that is not enforced has no settings: the console links to the form of those that have some, and has no
/// form for what the server does not offer.
json::object executor_json(const Executor& executor) {
  json::object out{{"executor", executor.id}};
  if (!is_enforced(executor)) return out;
  auto settings = parse_json(executor.settings);
  CARDEA_ASSERT(settings.has_value());
  out["configuration"] = std::move(*settings);
  return out;
}

json::array make_profiles() {
  json::array all;
  for (const auto& profile : kProfiles) {
    json::array executors;
    for (const auto& executor : profile.executors) executors.push_back(executor_json(executor));
    all.push_back(json::object{
        {"name", profile.name}, {"description", description_of(profile)}, {"executors", std::move(executors)}});
  }
  return all;
}

}  // namespace

const json::array& global_profiles() {
  static const json::array kAll = make_profiles();
  return kAll;
}

const json::object* find_global_profile(std::string_view name) {
  for (const auto& profile : global_profiles()) {
    if (string_or(profile.get_object(), "name", "") == name) return &profile.get_object();
  }
  return nullptr;
}

}  // namespace cardea
