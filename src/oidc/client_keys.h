// The public keys of a client, from its record: what checks its assertions, its request objects and its signed
// requests.
#pragma once

#include "domain/client.h"
#include "jose/jws.h"
#include "jose/key_set.h"

namespace cardea::oidc {

/// Key set, certificate or public key of the record (`jwks.string`, `jwt.credential.certificate`,
/// `jwt.credential.public.key`), read for this signature. kUnknownKey when the record has none.
[[nodiscard]] Result<jose::KeySet, jose::JoseError> keys_in_record(const Client& client,
                                                                   const jose::UnverifiedJws& jws);

/// The keys that an object of the client may be signed with (request objects; attack class 11). Keys left in the record
/// of a client whose keys stand at an address (`use.jwks.url`) were withdrawn: kUnknownKey. So is the secret of a
/// client that is public or proves itself by a key pair or certificate: whoever learns it there must not sign with it.
[[nodiscard]] Result<jose::KeySet, jose::JoseError> keys_of_objects(const Client& client,
                                                                    const jose::UnverifiedJws& jws);

/// The client's secret as the key of a MAC: kWeakKey when it is shorter than the hash (RFC 7518 section 3.2).
[[nodiscard]] Result<jose::KeySet, jose::JoseError> keys_of_secret(const Client& client,
                                                                   const jose::UnverifiedJws& jws);

}  // namespace cardea::oidc
