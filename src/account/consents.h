// What a person has allowed an application to see and do.
#pragma once

#include "account/api.h"
#include "domain/consent.h"

namespace cardea::account {

/// Scopes taken from one request.
inline constexpr std::size_t kConsentScopesMax = 200;

/// `{"grantedScopes": [...], "createdDate": ..., "lastUpdatedDate": ...}`, with the words of the consent page in the
/// reader's language.
void write_consent(JsonWriter& json, const Call& call, const Consent& consent);

/// 204 while nothing was allowed.
[[nodiscard]] Stored<web::Response> show_consent(Rows& rows, const Call& call);
/// Replaces what was allowed by the scopes of the body, each one of the client's own.
[[nodiscard]] Stored<web::Response> grant_consent(Tx& tx, const Call& call);
/// Takes the consent and the offline access of the client away.
[[nodiscard]] Stored<web::Response> revoke_consent(Tx& tx, const Call& call);

}  // namespace cardea::account
