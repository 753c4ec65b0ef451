// Who somebody is at an upstream provider, from claims that were checked (guides.md G2.3, G2.8; entra.md sections 5,
// 18). Pure functions. Internal to broker.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "broker/addresses.h"

namespace cardea::broker {

struct UpstreamIdentity {
  std::string provider;  // alias
  std::string issuer;
  std::string id;  // the key of the link: `sub`; at Entra ID "tid/oid"
  std::string username;
  std::string email;            // lower case; empty: none
  bool email_verified = false;  // by the provider's word, where the realm trusts it for that
  /// The provider is authority for the address's domain, too: only then may the address find an account by itself.
  bool email_is_proof = false;
  std::string first_name;
  std::string last_name;
  json::object claims;  // the ID token's, and what userinfo or Graph added
  // For expressions alone (property_mapping.h); each is left out when it is too large to be kept.
  json::object userinfo = {};  // what userinfo or Graph said by itself
  json::object answer = {};    // the provider's token answer, without the tokens
};

enum class IdentityError { kNoId, kOtherSubject, kOtherDomain, kFilteredOut };
[[nodiscard]] std::string_view describe(IdentityError error);

/// `claims` of the ID token (empty for plain OAuth 2.0); `more` from userinfo or Graph, empty when it was not asked or
/// failed. kOtherSubject: `more` is about somebody else (OpenID Connect Core section 5.3.2). kOtherDomain: not of
/// Google's `hostedDomain`: what we ask with `hd` the person can take out of the address, what the token says they
/// cannot. kFilteredOut: the claim that the record asks for (`filteredByClaim`) is not there, or has no value that its
/// pattern fits whole.
[[nodiscard]] Result<UpstreamIdentity, IdentityError> make_identity(const IdentityProvider& provider,
                                                                    const Addresses& addresses,
                                                                    const json::object& claims,
                                                                    const json::object& more);

/// A claim by path ("a.b", a dot in a name as "\."); null: there is none.
[[nodiscard]] const json::value* find_claim(const json::object& claims, std::string_view path);
/// The same as texts: a list gives several, true and numbers their text.
[[nodiscard]] std::vector<std::string> claim_texts(const json::object& claims, std::string_view path);
[[nodiscard]] std::string claim_text(const json::object& claims, std::string_view path);  // the first; empty: none

/// The token answer for expressions: no token is in it, nor what could be one under another name.
[[nodiscard]] json::object answer_without_tokens(std::string_view token_answer);

/// The identity and what came with it, for the time between callback and link.
[[nodiscard]] std::string to_json(const UpstreamIdentity& identity);
[[nodiscard]] std::optional<UpstreamIdentity> identity_from_json(std::string_view text);

}  // namespace cardea::broker
