// Secrets that the gates of one database share, made by the first of them: what seals the way to a provider and back,
// the key of KEEP's login tokens, and the key of the tokens that tell applications who it is. Without them a restart,
// or a second node, would know none of it.
#pragma once

#include "base/random.h"
#include "base/secret.h"
#include "gate/store/gate_store.h"

namespace cardea::gate {

struct SharedSecrets {
  SecretBytes state_key;     // crypto::kSealKeyBytes bytes
  SecretBytes keep_key;      // PEM of an EC key on P-256
  SecretBytes identity_key;  // the same
};

/// PEM of a fresh key on P-256.
[[nodiscard]] SecretBytes make_signing_key();

/// Fresh ones, for a gate that keeps nothing.
[[nodiscard]] SharedSecrets make_secrets(Random& random);

/// What becomes of a secret that the database does not have: it is stored, or a fresh one is used and nothing written.
enum class Missing { kIsMade, kStaysSo };
/// Those of the database. Of two nodes that start at once one inserts, and both read.
[[nodiscard]] Stored<SharedSecrets> load_secrets(const GateStore& store, Random& random,
                                                 Missing missing = Missing::kIsMade);

}  // namespace cardea::gate
