#include "admin/organizations/organization_handlers.h"

#include <algorithm>

#include "admin/seam/sub_call.h"
#include "admin/settings/realm_document.h"
#include "admin/users/user_view.h"
#include "base/text.h"
#include "core/changes/check_organization.h"
#include "core/changes/check_values.h"
#include "core/import/plan_organizations.h"
#include "domain/representation/members.h"

namespace cardea::admin {
namespace {

constexpr std::int64_t kRowsUnlessAsked = 10;
constexpr std::size_t kQueryPairsMax = 16;

Refusal bad(std::string_view text) { return error_message(400, text); }

/// Strict, as Keycloak is with this representation.
Or<void> refuse_unknown_members(const json::object& body) {
  static constexpr std::string_view kMembers[] = {
      "id",          "name",       "alias",   "enabled", "description",
      "redirectUrl", "attributes", "domains", "members", "identityProviders"};
  for (const auto& [name, value] : body) {
    if (std::ranges::find(kMembers, std::string_view(name)) != std::end(kMembers)) continue;
    return refuse(error(400, "Invalid json representation for OrganizationRepresentation. Unrecognized field \"" +
                                 std::string(name) + "\" at line 1 column 1."));
  }
  return {};
}

Or<std::vector<OrganizationDomain>> read_domains(const json::object& body) {
  std::vector<OrganizationDomain> domains;
  const auto* listed = body.if_contains("domains");
  if (listed == nullptr || listed->is_null()) return domains;
  if (!listed->is_array() || listed->get_array().size() > kOrganizationDomainsMax)
    return refuse(bad("Too many domains"));
  for (const auto& item : listed->get_array()) {
    const auto* object = item.if_object();
    if (object == nullptr) return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
    const auto given = string_or(*object, "name", "");
    const auto name = ascii_lower(given);
    if (!is_domain_name(name)) return refuse(bad("Invalid domain format: " + given));
    if (std::ranges::find(domains, name, &OrganizationDomain::name) != domains.end()) continue;
    domains.push_back({name, bool_or(*object, "verified", false)});
  }
  return domains;
}

Or<void> read_attributes(const json::object& body, Organization& into) {
  const auto* given = body.if_contains("attributes");
  if (given == nullptr || given->is_null()) return {};
  if (!given->is_object()) return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
  into.attributes.clear();
  for (const auto& [name, values] : given->get_object()) {
    if (check_name(name) || !values.is_array() || values.get_array().size() > kOrganizationValuesMax ||
        into.attributes.size() == kOrganizationAttributesMax) {
      return refuse(bad("Bad attributes"));
    }
    auto& kept = into.attributes[std::string(name)];
    for (const auto& value : values.get_array()) {
      if (!value.is_string() || value.get_string().size() > kOrganizationValueBytesMax)
        return refuse(bad("Bad attributes"));
      kept.emplace_back(std::string_view(value.get_string()));
    }
  }
  return {};
}

/// A word of scopes and a member of tokens: "*" stands for all of them.
Or<std::string> read_alias(const json::object& body, const std::string& name) {
  const auto given = string_or(body, "alias", "");
  const auto& alias = given.empty() ? name : given;
  const bool has_space = std::ranges::any_of(alias, [](char c) { return c == ' ' || c == '\t'; });
  if (has_space && given.empty()) return refuse(bad("Name cannot be used as alias: Empty Space not allowed."));
  if (has_space) return refuse(error(400, "Empty Space not allowed."));
  return alias;
}

Or<Organization> read_organization(const json::object& body, const Organization* before) {
  CARDEA_DO(refuse_unknown_members(body));
  Organization read;
  if (before != nullptr) read = *before;
  read.name = string_or(body, "name", "");
  if (read.name.empty()) return refuse(bad("Name can not be null"));
  CARDEA_TRY(alias, read_alias(body, read.name));
  if (before != nullptr && alias != before->alias) return refuse(bad("Cannot change the alias"));
  read.alias = std::move(alias);
  read.enabled = bool_or(body, "enabled", true);
  read.description = string_or(body, "description", "");
  read.redirect_url = string_or(body, "redirectUrl", "");
  CARDEA_TRY(domains, read_domains(body));
  read.domains = std::move(domains);
  CARDEA_DO(read_attributes(body, read));
  if (const auto problems = organization_problems(read); !problems.empty()) return refuse(bad(problems.front().text));
  return read;
}

/// Says which of its names is taken, once the store said that one is.
Or<void> refuse_taken(Call& call, const Organization& organization) {
  auto& organizations = call.repositories().organizations;
  OrganizationQuery query;
  query.exact = true;  // finds few: whose name it is, and whose domain
  query.search = organization.name;
  CARDEA_TRY(named, organizations.search(call.rows(), call.realm().id, query));
  for (const auto& other : named) {
    if (other.id == organization.id || other.name != organization.name) continue;
    return refuse(error_message(409, "A organization with the same name already exists."));
  }
  for (const auto& domain : organization.domains) {
    query.search = domain.name;
    CARDEA_TRY(owners, organizations.search(call.rows(), call.realm().id, query));
    for (const auto& other : owners) {
      const bool has_it =
          std::ranges::find(other.domains, domain.name, &OrganizationDomain::name) != other.domains.end();
      if (other.id == organization.id || !has_it) continue;
      return refuse(bad("Domain " + domain.name + " is already linked to organization " + other.name + " in realm " +
                        call.realm().name));
    }
  }
  return refuse(error_message(409, "A organization with the same alias already exists"));  // what else there is
}

/// "a:1 b:2", as the lists of users and clients take it.
std::vector<std::pair<std::string, std::string>> pairs_of(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto word : split_words(text)) {
    const auto colon = word.find(':');
    if (colon == std::string_view::npos || pairs.size() == kQueryPairsMax) continue;
    pairs.emplace_back(word.substr(0, colon), word.substr(colon + 1));
  }
  return pairs;
}

Or<OrganizationQuery> read_query(const Call& call) {
  OrganizationQuery query;
  query.search = call.query("search");
  query.exact = call.flag("exact");
  query.attributes = pairs_of(call.query("q"));
  CARDEA_TRY(page, page_of_organizations(call));
  query.first = page.first;
  query.max = page.max;
  return query;
}

}  // namespace

Or<Page> page_of_organizations(const Call& call) { return call.page(call.has_query("max") ? -1 : kRowsUnlessAsked); }

Or<void> remove_managed_user(Call& call, const UserId& user) {
  CARDEA_DO(run_sub_call(call, {.operation = "deleteUser", .path = {{"userId", user.str()}}}));
  return {};
}

namespace {

constexpr std::int64_t kMembersAtOnce = 200;

Or<void> remove_managed_users(Call& call, const OrganizationId& organization) {
  UserQuery query;
  query.organization = organization;
  query.max = kMembersAtOnce;
  std::vector<User> members;
  do {
    CARDEA_TRY(found, call.repositories().users.search(call.rows(), call.realm().id, query));
    members = std::move(found);
    for (const auto& user : members) {
      CARDEA_TRY(membership, call.repositories().memberships.find(call.rows(), organization, user.id));
      if (membership == Membership::kManaged) {
        CARDEA_DO(remove_managed_user(call, user.id));
      } else {
        ++query.first;  // passed over by the next page; who was removed is in none
      }
    }
  } while (std::ssize(members) == kMembersAtOnce);
  return {};
}

}  // namespace

Or<void> require_organizations(const Call& call) {
  if (bool_or(call.realm().extra, "organizationsEnabled", false)) return {};
  return refuse(error_message(404, "Organizations not enabled for this realm."));
}

Or<Organization> load_organization(Call& call) {
  CARDEA_DO(require_organizations(call));
  const OrganizationId id(call.path("orgId"));
  CARDEA_TRY(found, call.repositories().organizations.find(call.rows(), call.realm().id, id));
  if (!found) return refuse(error_message(404, "Organization not found."));
  return std::move(*found);
}

Answer list_organizations(Call& call) {
  CARDEA_DO(require_organizations(call));
  CARDEA_TRY(query, read_query(call));
  CARDEA_TRY(found, call.repositories().organizations.search(call.rows(), call.realm().id, query));
  json::array list;
  for (const auto& organization : found) {
    list.push_back(organization_json(organization, !call.flag("briefRepresentation", true)));
  }
  return ok(list);
}

Answer count_organizations(Call& call) {
  CARDEA_DO(require_organizations(call));
  CARDEA_TRY(query, read_query(call));
  CARDEA_TRY(count, call.repositories().organizations.count(call.rows(), call.realm().id, query));
  return ok_text(std::to_string(count));
}

Answer create_organization(Call& call) {
  CARDEA_DO(require_organizations(call));
  CARDEA_TRY(body, call.body_object());
  CARDEA_TRY(organization, read_organization(*body, nullptr));
  organization.id = OrganizationId(call.new_id());
  organization.realm = call.realm().id;
  const auto inserted = call.repositories().organizations.insert(call.tx(), organization);
  if (!inserted && inserted.error() == StoreError::kConflict) CARDEA_DO(refuse_taken(call, organization));
  CARDEA_DO(inserted);
  call.note_after(organization_json(organization, true));
  return call.created(organization.id.str());
}

Answer get_organization(Call& call) {
  CARDEA_TRY(organization, load_organization(call));
  return ok(organization_json(organization, true));
}

Answer update_organization(Call& call) {
  CARDEA_TRY(before, load_organization(call));
  CARDEA_TRY(body, call.body_object());
  CARDEA_TRY(after, read_organization(*body, &before));
  call.note_before(organization_json(before, true));
  call.note_after(organization_json(after, true));
  const auto updated = call.repositories().organizations.update(call.tx(), after);
  if (!updated && updated.error() == StoreError::kConflict) CARDEA_DO(refuse_taken(call, after));
  CARDEA_DO(updated);
  // Its identity providers are read with the realm.
  if (before.enabled != after.enabled) CARDEA_DO(call.repositories().realms.update(call.tx(), call.realm()));
  return no_content();
}

/// Its identity providers stay, and belong to nobody. Members that it manages go with it.
Answer delete_organization(Call& call) {
  CARDEA_TRY(organization, load_organization(call));
  call.note_before(organization_json(organization, true));
  CARDEA_DO(remove_managed_users(call, organization.id));
  bool any = false;
  for (auto& item : list_of(call.realm().extra, "identityProviders")) {
    auto* provider = item.if_object();
    if (provider == nullptr || string_or(*provider, "organizationId", "") != organization.id.str()) continue;
    CARDEA_DO(call.require({AdminRole::kManageIdentityProviders}));  // as to unlink it
    provider->erase("organizationId");
    any = true;
  }
  if (any) CARDEA_DO(save_realm(call));
  CARDEA_DO(call.repositories().organizations.remove(call.tx(), call.realm().id, organization.id));
  return no_content();
}

}  // namespace cardea::admin
