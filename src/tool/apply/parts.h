// The parts of a realm that `apply` handles, each in its file. `realm` is "/admin/realms/NAME", `document` the realm's
// document; a part that the document does not name is left alone.
#pragma once

#include <string>

#include "tool/apply/run.h"

namespace cardea::tool {

/// `localizationTexts`: by locale and key.
void apply_texts(Run& run, const std::string& realm, const json::object& document);
/// `userProfile`: attributes and groups by name, put beside those that are there.
void apply_user_profile(Run& run, const std::string& realm, const json::object& document);
void apply_realm_roles(Run& run, const std::string& realm, const json::object& document);
void apply_client_roles(Run& run, const std::string& realm, const json::object& document);
/// Of realm and client roles; all roles are there by then.
void apply_role_composites(Run& run, const std::string& realm, const json::object& document);
void apply_client_scopes(Run& run, const std::string& realm, const json::object& document);
void apply_clients(Run& run, const std::string& realm, const json::object& document);
void apply_groups(Run& run, const std::string& realm, const json::object& document);
/// `groups` of `document`, with all below them, at "~/groups" or at those of an organization.
void apply_group_trees(Run& run, const std::string& realm, const std::string& at, const std::string& what,
                       const json::object& document);
/// `defaultGroups`, by their paths; all groups are there by then.
void apply_default_groups(Run& run, const std::string& realm, const json::object& document);
void apply_users(Run& run, const std::string& realm, const json::object& document);
/// `identityProviders` and `identityProviderMappers`; each of the two alone as well.
void apply_identity_providers(Run& run, const std::string& realm, const json::object& document);
/// `authenticationFlows` with `authenticatorConfig`. Steps are added to flows of one's own alone; of those that are
/// built in the requirements and what the steps are set to follow the file.
void apply_flows(Run& run, const std::string& realm, const json::object& document);
/// Keys are made and changed, never pruned.
void apply_components(Run& run, const std::string& realm, const json::object& document);
void apply_organizations(Run& run, const std::string& realm, const json::object& document);
/// `scopeMappings` and `clientScopeMappings`.
void apply_scope_mappings(Run& run, const std::string& realm, const json::object& document);

/// The mappers of a client or client scope at `holder`, told as those of `what`.
void apply_mappers(Run& run, const std::string& holder, const std::string& what, const json::object& want);

/// Roles of a user or group at `holder` ("~/users/ID"; empty id in a dry run: all are new). `want` has realmRoles and
/// clientRoles as in a realm file. Roles beyond them are taken away when pruning, those that every user has excepted.
void apply_role_mappings(Run& run, const std::string& realm, const std::string& holder, const std::string& what,
                         const json::object& want);

/// Whether a server makes the client with a realm and needs it.
[[nodiscard]] bool is_built_in_client(std::string_view client_id);

/// A group's path in a URL.
[[nodiscard]] std::string encoded_path(std::string_view path);

/// The id of the client with that clientId; empty when there is none.
[[nodiscard]] std::string client_uuid(Run& run, const std::string& realm, const std::string& client_id);

}  // namespace cardea::tool
