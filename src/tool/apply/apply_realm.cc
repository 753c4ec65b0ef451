#include "tool/apply/apply_realm.h"

#include <algorithm>
#include <array>

#include "base/uri.h"
#include "tool/apply/parts.h"

namespace cardea::tool {
namespace {

/// Members of a realm that are lists of things with a life of their own.
constexpr std::array<std::string_view, 19> kParts = {"userProfile",
                                                     "localizationTexts",
                                                     "defaultGroups",
                                                     "roles",
                                                     "groups",
                                                     "users",
                                                     "clients",
                                                     "clientScopes",
                                                     "identityProviders",
                                                     "identityProviderMappers",
                                                     "requiredActions",
                                                     "defaultDefaultClientScopes",
                                                     "defaultOptionalClientScopes",
                                                     "authenticationFlows",
                                                     "authenticatorConfig",
                                                     "components",
                                                     "organizations",
                                                     "scopeMappings",
                                                     "clientScopeMappings"};
/// Those of them that are objects.
constexpr std::array<std::string_view, 5> kObjects = {"userProfile", "localizationTexts", "roles", "components",
                                                      "clientScopeMappings"};

/// Flows that the realm names; they are there before it does.
constexpr std::array<std::string_view, 7> kBindings = {
    "browserFlow",          "registrationFlow",         "directGrantFlow",
    "resetCredentialsFlow", "clientAuthenticationFlow", "dockerAuthenticationFlow",
    "firstBrokerLoginFlow"};

/// Those of an export that only an import handles.
constexpr std::array<std::string_view, 4> kImportOnly = {"federatedUsers", "protocolMappers", "userFederationProviders",
                                                         "clientTemplates"};

template <class Names>
bool holds(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// What an export says of the server that wrote it.
constexpr std::array<std::string_view, 2> kOfTheWriter = {"keycloakVersion", "id"};

/// The members that belong to the realm itself, or which flows it is bound to.
json::object own_members(const json::object& document, bool bindings) {
  json::object own;
  for (const auto& member : document) {
    const bool is_binding = holds(kBindings, member.key());
    if (holds(kOfTheWriter, member.key()) || holds(kParts, member.key())) continue;
    if (is_binding == bindings) own[member.key()] = member.value();
  }
  return own;
}

/// The realm takes a part of its members; what is nested is sent whole.
void update_realm(Run& run, const std::string& name, const std::string& realm, const json::object& present,
                  const json::object& own) {
  json::object known;
  for (const auto& member : own) {
    if (const auto* value = present.if_contains(member.key())) known[member.key()] = *value;
  }
  run.update("realm", name, realm, known, own);
}

void apply_bindings(Run& run, const std::string& name, const std::string& realm, const json::object& document) {
  const auto bindings = own_members(document, true);
  if (bindings.empty()) return;
  const auto have = run.find(realm);
  update_realm(run, name, realm, have ? have->as_object() : json::object(), bindings);
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

std::optional<std::string> refusal_of_components(const json::object& components) {
  for (const auto& [type, list] : components) {
    const bool is_good = list.is_array() &&
                         std::ranges::all_of(list.as_array(), [](const json::value& item) { return item.is_object(); });
    if (!is_good) return "components." + std::string(type) + " must be a list of objects";
    if (type == "org.keycloak.storage.UserStorageProvider" && !list.as_array().empty())
      return "components." + std::string(type) + ": this server has no user federation";
  }
  return std::nullopt;
}

/// What is inside of the objects that hold parts.
std::optional<std::string> refusal_of_members(std::string_view name, const json::object& object) {
  constexpr std::array<std::string_view, 3> kOfAProfile = {"attributes", "groups", "unmanagedAttributePolicy"};
  for (const auto& [member, value] : object) {
    const auto full = std::string(name) + "." + std::string(member);
    if (name == "localizationTexts" && !value.is_object()) return full + " must be an object of texts";
    const bool is_known =
        name == "userProfile" ? holds(kOfAProfile, member) : name != "roles" || member == "realm" || member == "client";
    if (!is_known) return full + " is not applied: it is no member of " + std::string(name);
    const bool is_list = full == "roles.realm" || full == "userProfile.attributes" || full == "userProfile.groups";
    if (is_list && !value.is_array()) return full + " must be a list";
    if (full == "roles.client" && !value.is_object()) return full + " must be an object";
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> refusal(const json::value& document) {
  if (!document.is_object()) return "the document must be one realm: an object with the member realm";
  const auto& members = document.as_object();
  if (string_or(members, "realm", "").empty()) return "the member realm, the realm's name, is missing";
  for (const auto& member : members) {
    if (holds(kImportOnly, member.key()))
      return std::string(member.key()) + " is not applied; a whole realm comes in by `start --import-realm`";
    const bool is_object = holds(kObjects, member.key());
    if (is_object && !member.value().is_object()) return std::string(member.key()) + " must be an object";
    if (is_object) {
      if (auto problem = refusal_of_members(member.key(), member.value().as_object())) return problem;
    }
    if (member.key() == "components") {
      if (auto problem = refusal_of_components(member.value().as_object())) return problem;
    }
    const bool is_list = holds(kParts, member.key()) && !is_object;
    if (is_list && !member.value().is_array()) return std::string(member.key()) + " must be a list";
    if (!is_list) continue;
    const bool of_texts = member.key().starts_with("default");
    for (const auto& item : member.value().as_array()) {
      if (of_texts ? !item.is_string() : !item.is_object())
        return std::string(member.key()) + " must be a list of " + (of_texts ? "names" : "objects");
    }
  }
  if (!array_of(members, "authenticatorConfig").empty() && !members.contains("authenticationFlows"))
    return "authenticatorConfig is not applied without authenticationFlows, whose steps name it";
  return std::nullopt;
}

void apply_realm(Run& run, const json::object& document) {
  const auto name = string_or(document, "realm", "");
  const auto realm = "/admin/realms/" + percent_encode(name);
  const auto own = own_members(document, false);
  if (const auto have = run.find(realm)) {
    update_realm(run, name, realm, have->as_object(), own);
  } else {
    auto whole = own;
    if (const auto* id = document.if_contains("id")) whole["id"] = *id;
    run.create("realm", name, "/admin/realms", whole);
    run.check("realm", name, realm, own);
  }
  apply_texts(run, realm, document);
  apply_components(run, realm, document);
  apply_flows(run, realm, document);
  apply_bindings(run, name, realm, document);
  apply_user_profile(run, realm, document);
  apply_realm_roles(run, realm, document);
  apply_client_scopes(run, realm, document);
  apply_clients(run, realm, document);
  apply_client_roles(run, realm, document);
  apply_role_composites(run, realm, document);
  apply_scope_mappings(run, realm, document);
  apply_scope_list(run, realm, document, "defaultDefaultClientScopes", "default-default-client-scopes");
  apply_scope_list(run, realm, document, "defaultOptionalClientScopes", "default-optional-client-scopes");
  apply_groups(run, realm, document);
  apply_default_groups(run, realm, document);
  apply_identity_providers(run, realm, document);
  apply_users(run, realm, document);  // some sign in at a provider
  apply_organizations(run, realm, document);
  apply_required_actions(run, realm, document);
}

}  // namespace cardea::tool
