// What a client wants encrypted to its key (OpenID Connect Core sections 5.3.2 and 10.2, JARM section 4; attributes
// `*.encrypted.response.alg` and `.enc`, keycloak.md section 5.2). Keys at an address are fetched before they are
// needed, so that nothing is answered on the way; without a key nothing is sent, never in clear instead.
#pragma once

#include <string>
#include <string_view>

#include "oidc/oidc.h"

namespace cardea::oidc {

enum class Encrypted { kIdToken, kUserinfo, kAnswer };

[[nodiscard]] bool wants_encrypted(const Client& client, Encrypted what);

/// Calls `next` on the inline lane, at once or after a fetch: when the client wants anything encrypted and its keys
/// stand at an address, they are in memory then, or cannot be had.
[[nodiscard]] web::Outcome fetch_encryption_keys(const Dependencies& dependencies, const Client& client,
                                                 web::Step next);
/// The same at no cost for clients that want nothing encrypted, which are nearly all.
template <class Step>
[[nodiscard]] web::Outcome with_encryption_keys(const Dependencies& dependencies, const ClientEntry& client,
                                                Step next) {
  if (!client.rules.encrypts) return next();
  return fetch_encryption_keys(dependencies, client.client, std::move(next));
}

/// The lane for steps that sign tokens and answers of this client: sign_lane, or `cpu` when they are encrypted as well.
/// The client's key may be slow (P-384, large RSA), and its key set is read for it.
[[nodiscard]] web::Lane answer_lane(const RealmEntry& realm, const ClientEntry& client);

/// Why what the client wants encrypted could not be, a word for the log; absent: it can. Asked before anything is used
/// up that the answer is for.
[[nodiscard]] std::optional<std::string> why_not_encrypted(const Dependencies& dependencies, const Client& client,
                                                           Encrypted what);

/// `token` as the client wants it: as it is, or encrypted. `content_type`: "JWT" when it is signed, else empty. The
/// error is a word for the log: the client has no key that fits, or its keys cannot be had.
[[nodiscard]] Result<std::string, std::string> encrypted_for(const Dependencies& dependencies, const Client& client,
                                                             Encrypted what, std::string token,
                                                             std::string_view content_type = "JWT");

}  // namespace cardea::oidc
