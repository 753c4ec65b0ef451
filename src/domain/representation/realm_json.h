// RealmRepresentation without its collections (keycloak.md sections 3.1 and 5.1): the realm's own settings. Roles,
// groups, users, clients, scopes and keys of a realm file are read by realm_file.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "domain/realm.h"
#include "domain/representation/members.h"
#include "domain/representation/problems.h"

namespace cardea {

/// Reads the settings over `base`: a new realm for create, the stored one for update. A name is required. Everything
/// that is neither a typed setting nor a collection goes to `extra`. `default_role`, `default_scopes` and
/// `optional_scopes` are ids, which only the store knows: they stay as they are.
[[nodiscard]] Realm parse_realm(const json::object& object, const JsonPath& at, RepresentationProblems& problems,
                                Realm base = {});

/// In the order of section 8.1. With kMask or kOmit, secrets inside `extra` are masked (mask_secrets).
[[nodiscard]] json::object to_json(const Realm& realm, Secrets secrets);

/// Sorts the members of a whole realm file.
[[nodiscard]] json::object in_realm_order(json::object members);

/// True for members that some Keycloak puts or takes in a RealmRepresentation.
[[nodiscard]] bool is_realm_member(std::string_view name);
[[nodiscard]] std::vector<std::string_view> realm_members();

/// Replaces secrets inside members kept in a realm's `extra` by "**********": the mail server's password, client
/// secrets of identity providers, and every config value of a component whose provider we do not know to be harmless.
void mask_secrets(json::object& extra);

}  // namespace cardea
