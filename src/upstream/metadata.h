// The discovery document of a provider (OpenID Connect Discovery 1.0 section 3, RFC 8414): what we use of it, each
// member checked for its type. What it lacks stays empty: Entra ID, for one, does not name its PKCE methods.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/result.h"

namespace cardea::upstream {

inline constexpr std::size_t kMetadataBytesMax = 256 * 1024;

struct Metadata {
  std::string issuer;  // as written; may hold {tenantid} (issuer.h)
  std::string authorization_endpoint;
  std::string token_endpoint;
  std::string userinfo_endpoint;
  std::string jwks_uri;
  std::string end_session_endpoint;
  std::string introspection_endpoint;
  std::vector<std::string> token_auth_methods;  // token_endpoint_auth_methods_supported
  std::vector<std::string> id_token_algorithms;
  std::vector<std::string> challenge_methods;
  /// authorization_response_iss_parameter_supported: then a callback without `iss` is refused (RFC 9207 section 2.4).
  bool sends_iss_parameter = false;
};

enum class MetadataError {
  kNotJson,
  kMember,       // a member of the wrong type
  kNoIssuer,     // required by section 3
  kBadUrl,       // an endpoint that is no absolute http or https URL without fragment
  kWrongIssuer,  // not whose it was asked for (section 4.3)
};
[[nodiscard]] std::string_view describe(MetadataError error);

[[nodiscard]] Result<Metadata, MetadataError> parse_metadata(std::string_view json_text);

/// Where the document of an issuer is: the issuer and `/.well-known/openid-configuration`, one slash between.
[[nodiscard]] std::string discovery_url(std::string_view issuer);
/// The other way: whose document is there. A URL of another shape as it is.
[[nodiscard]] std::string issuer_of_document(std::string_view url);

/// Section 4.3: the issuer in the document is the one it was asked for, byte for byte; a slash at the end may differ in
/// no case. An empty `wanted` asks for nothing (the operator named the document's address).
[[nodiscard]] Result<void, MetadataError> check_issuer(const Metadata& metadata, std::string_view wanted);

}  // namespace cardea::upstream
