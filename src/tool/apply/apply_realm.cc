#include "tool/apply/apply_realm.h"

#include <algorithm>
#include <array>

#include "base/uri.h"
#include "tool/apply/parts.h"

namespace cardea::tool {
namespace {

/// Members of a realm that are lists of things with a life of their own.
constexpr std::array<std::string_view, 11> kParts = {"userProfile",
                                                     "roles",
                                                     "groups",
                                                     "users",
                                                     "clients",
                                                     "clientScopes",
                                                     "identityProviders",
                                                     "identityProviderMappers",
                                                     "requiredActions",
                                                     "defaultDefaultClientScopes",
                                                     "defaultOptionalClientScopes"};

/// Those of an export that only an import handles.
constexpr std::array<std::string_view, 10> kImportOnly = {
    "authenticationFlows", "authenticatorConfig", "components",      "federatedUsers",          "organizations",
    "scopeMappings",       "clientScopeMappings", "protocolMappers", "userFederationProviders", "clientTemplates"};

template <class Names>
bool holds(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// The members that belong to the realm itself.
json::object own_members(const json::object& document) {
  json::object own;
  for (const auto& member : document) {
    if (!holds(kParts, member.key())) own[member.key()] = member.value();
  }
  return own;
}

/// The names of one of the realm's two lists of client scopes: what is missing is added, the rest pruned.
void apply_scope_list(Run& run, const std::string& realm, const json::object& document, std::string_view member,
                      std::string_view resource) {
  if (!document.contains(member)) return;
  const auto scopes = run.list(realm + "/client-scopes");
  const auto have = run.list(realm + "/" + std::string(resource));
  const auto want = texts_of(array_of(document, member));
  for (const auto& name : want) {
    if (find_by(have, "name", name) != nullptr) continue;
    const auto* scope = find_by(scopes, "name", name);
    if (scope == nullptr && !run.options().dry_run)
      return run.fail(std::string(member) + ": there is no client scope " + name);
    const auto id = scope == nullptr ? std::string() : string_or(*scope, "id", "");
    run.change("realm " + std::string(member) + " + " + name, web::Method::kPut,
               realm + "/" + std::string(resource) + "/" + id);
  }
  for (const auto& item : have) {
    const auto name = string_or(item.as_object(), "name", "");
    if (!holds(want, name))
      run.prune(member, name, realm + "/" + std::string(resource) + "/" + string_or(item.as_object(), "id", ""));
  }
}

void apply_required_actions(Run& run, const std::string& realm, const json::object& document) {
  if (!document.contains("requiredActions")) return;
  const auto have = run.list(realm + "/authentication/required-actions");
  for (const auto& item : array_of(document, "requiredActions")) {
    const auto& want = item.as_object();
    const auto alias = string_or(want, "alias", "");
    const auto* present = find_by(have, "alias", alias);
    if (present == nullptr) {
      if (!run.options().dry_run) return run.fail("requiredActions: there is no action " + alias);
      continue;
    }
    run.update("required action", alias, realm + "/authentication/required-actions/" + percent_encode(alias), *present,
               want);
  }
}

}  // namespace

std::optional<std::string> refusal(const json::value& document) {
  if (!document.is_object()) return "the document must be one realm: an object with the member realm";
  const auto& members = document.as_object();
  if (string_or(members, "realm", "").empty()) return "the member realm, the realm's name, is missing";
  for (const auto& member : members) {
    if (holds(kImportOnly, member.key()))
      return std::string(member.key()) + " is not applied; a whole realm comes in by `start --import-realm`";
    const bool is_list = holds(kParts, member.key()) && member.key() != "roles" && member.key() != "userProfile";
    if (is_list && !member.value().is_array()) return std::string(member.key()) + " must be a list";
    if (!is_list) continue;
    const bool of_texts = member.key().starts_with("default");
    for (const auto& item : member.value().as_array()) {
      if (of_texts ? !item.is_string() : !item.is_object())
        return std::string(member.key()) + " must be a list of " + (of_texts ? "names" : "objects");
    }
  }
  return std::nullopt;
}

void apply_realm(Run& run, const json::object& document) {
  const auto name = string_or(document, "realm", "");
  const auto realm = "/admin/realms/" + percent_encode(name);
  const auto own = own_members(document);
  if (const auto have = run.find(realm)) {
    // The realm takes a part of its members; what is nested is sent whole.
    const auto& present = have->as_object();
    json::object known;
    for (const auto& member : own) {
      if (const auto* value = present.if_contains(member.key())) known[member.key()] = *value;
    }
    run.update("realm", name, realm, known, own);
  } else {
    run.create("realm", name, "/admin/realms", own);
  }
  apply_user_profile(run, realm, document);
  apply_realm_roles(run, realm, document);
  apply_client_scopes(run, realm, document);
  apply_clients(run, realm, document);
  apply_client_roles(run, realm, document);
  apply_role_composites(run, realm, document);
  apply_scope_list(run, realm, document, "defaultDefaultClientScopes", "default-default-client-scopes");
  apply_scope_list(run, realm, document, "defaultOptionalClientScopes", "default-optional-client-scopes");
  apply_groups(run, realm, document);
  apply_users(run, realm, document);
  apply_identity_providers(run, realm, document);
  apply_required_actions(run, realm, document);
}

}  // namespace cardea::tool
