// Where a provider is: from what an administrator configured, from what its kind fixes, and from its discovery document
// (keycloak.md section 5.6; entra.md section 1; guides.md G2.2). Internal to broker.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/identity_provider.h"
#include "jose/algorithm.h"
#include "upstream/code_flow.h"
#include "upstream/issuer.h"
#include "upstream/metadata.h"
#include "web/fetch.h"

namespace cardea::broker {

/// How a provider speaks.
enum class Dialect { kOidc, kEntra, kOauth2 };

struct Addresses {
  Dialect dialect = Dialect::kOidc;
  std::string authorization;
  std::string token;
  std::string userinfo;  // empty: not asked. At Entra ID Graph's /me
  std::string jwks;
  std::string end_session;
  upstream::IssuerRule issuer;
  std::vector<std::string> algorithms;  // of ID tokens; empty: RS256
  bool sends_iss_parameter = false;
  std::string graph;                         // Entra ID: scheme and host of its Graph
  std::string discovery;                     // the document that says what is missing; empty: none
  bool has_bad_tenants = false;              // `allowedTenants` says something, but no tenant
  bool has_pasted_key = false;               // its keys are in the record, and nobody asks for others
  bool skips_userinfo = false;               // by the record, whatever the document says
  std::vector<std::string> discovered = {};  // URLs that are the document's word, and not of its own origin
};

/// The key's record decides which algorithm it is for; this bounds what a key set may bring in.
[[nodiscard]] std::vector<jose::Algorithm> algorithms_of(const Addresses& addresses);

/// Where we may go by this URL of `addresses`: what an administrator wrote leads where they may send us, what a
/// provider's document says elsewhere only to public addresses, as everything strangers say (attack class 10). Absent:
/// it is no URL that is called.
[[nodiscard]] std::optional<web::OutboundUrl> outbound_url(const Addresses& addresses, const std::string& url);

/// From the record alone.
[[nodiscard]] Addresses addresses_of(const IdentityProvider& provider);
/// Something that a login needs is not known, and there is a document to read.
[[nodiscard]] bool needs_discovery(const Addresses& addresses);
/// Fills in what the record leaves open; what an administrator wrote stays.
[[nodiscard]] Addresses filled_in(Addresses addresses, const upstream::Metadata& metadata);
/// A word for the log when a login cannot work with these, or would let in whom nobody named; absent: it can.
[[nodiscard]] std::optional<std::string_view> missing(const Addresses& addresses);

/// The scopes asked for. authentik's reading of additional scopes: a leading "*" replaces the defaults (guides.md
/// G2.2).
[[nodiscard]] std::string scope_of(const IdentityProvider& provider, const Addresses& addresses);

}  // namespace cardea::broker
