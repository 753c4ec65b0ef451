// CredentialRepresentation (keycloak.md section 5.4): a password in plain, or a stored credential as two JSON
// documents, or the members of old exports, which are turned into the documents.
#pragma once

#include <optional>

#include "base/json.h"
#include "base/secret.h"
#include "domain/credential.h"
#include "domain/representation/members.h"
#include "domain/representation/problems.h"

namespace cardea {

struct CredentialRepresentation {
  Credential credential;             // both documents empty when `plain` is set
  std::optional<SecretBytes> plain;  // "value": to be hashed by the caller, on the hash lane
  bool temporary = false;            // the user must choose a new one at the next login
};

/// Reads one credential. A problem: no type, neither value nor documents, or documents that are not JSON objects.
/// Hash algorithms are not looked at. `user` and `created_at` when not given are the caller's.
[[nodiscard]] CredentialRepresentation parse_credential(const json::object& object, const JsonPath& at,
                                                        RepresentationProblems& problems);

/// id, type, userLabel, createdDate, secretData (with kReveal alone), credentialData, priority.
[[nodiscard]] json::object to_json(const Credential& credential, Secrets secrets);

/// True for members that some Keycloak puts or takes in a CredentialRepresentation.
[[nodiscard]] bool is_credential_member(std::string_view name);

}  // namespace cardea
