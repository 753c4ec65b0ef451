#include "domain/representation/user_json.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "domain/representation/object_reader.h"

namespace cardea {
namespace {

constexpr std::array<std::string_view, 27> kOrder = {"id",
                                                     "username",
                                                     "firstName",
                                                     "lastName",
                                                     "email",
                                                     "emailVerified",
                                                     "attributes",
                                                     "userProfileMetadata",
                                                     "enabled",
                                                     "self",
                                                     "origin",
                                                     "createdTimestamp",
                                                     "totp",
                                                     "federationLink",
                                                     "serviceAccountClientId",
                                                     "credentials",
                                                     "disableableCredentialTypes",
                                                     "requiredActions",
                                                     "federatedIdentities",
                                                     "realmRoles",
                                                     "clientRoles",
                                                     "clientConsents",
                                                     "notBefore",
                                                     "applicationRoles",
                                                     "socialLinks",
                                                     "groups",
                                                     "access"};

void read_lists(ObjectReader& reader, UserRepresentation& into) {
  reader.texts_map("attributes", into.user.attributes);
  reader.texts("requiredActions", into.user.required_actions);
  reader.texts("groups", into.groups);
  read_role_names(reader, into.roles);
  std::vector<CredentialRepresentation> credentials;
  const auto read_credential = [&](const json::object& item, const JsonPath& here) {
    credentials.push_back(parse_credential(item, here, reader.problems()));
  };
  if (reader.objects("credentials", read_credential)) into.credentials = std::move(credentials);
}

}  // namespace

UserRepresentation parse_user(const json::object& object, const JsonPath& at, RepresentationProblems& problems,
                              UserRepresentation base) {
  ObjectReader reader(object, at, problems);
  auto& user = base.user;
  std::string id;
  if (reader.text("id", id)) user.id = UserId(std::move(id));
  if (reader.text("username", user.username)) user.username = ascii_lower(trim(user.username));
  if (reader.text("email", user.email)) user.email = ascii_lower(trim(user.email));
  reader.text("firstName", user.first_name);
  reader.text("lastName", user.last_name);
  reader.boolean("emailVerified", user.email_verified);
  reader.boolean("enabled", user.enabled);
  std::int64_t created = 0;
  if (reader.number("createdTimestamp", created)) user.created_at = from_epoch_milliseconds(created);
  reader.number("notBefore", user.not_before);
  reader.text("serviceAccountClientId", base.service_account_client);
  read_lists(reader, base);
  reader.skip({"totp", "disableableCredentialTypes", "access", "userProfileMetadata", "self"});
  reader.take_extra(user.extra);
  if (user.username.empty()) reader.add_problem("username", "expected a username");
  return base;
}

json::object to_json(const UserRepresentation& representation, Secrets secrets) {
  const auto& user = representation.user;
  auto out = user.extra;
  set_unless_empty(out, "id", user.id.str());
  out["username"] = user.username;
  set_unless_empty(out, "firstName", user.first_name);
  set_unless_empty(out, "lastName", user.last_name);
  set_unless_empty(out, "email", user.email);
  out["emailVerified"] = user.email_verified;
  if (!user.attributes.empty()) out["attributes"] = to_json(user.attributes);
  out["enabled"] = user.enabled;
  out["createdTimestamp"] = epoch_milliseconds(user.created_at);
  out["totp"] =
      std::ranges::any_of(representation.credentials, [](const auto& c) { return c.credential.type == "otp"; });
  set_unless_empty(out, "serviceAccountClientId", representation.service_account_client);
  if (secrets != Secrets::kOmit) {
    json::array credentials;
    for (const auto& item : representation.credentials) credentials.push_back(to_json(item.credential, secrets));
    out["credentials"] = std::move(credentials);
  }
  out["disableableCredentialTypes"] = json::array();
  out["requiredActions"] = to_json(user.required_actions);
  write_role_names(out, representation.roles);
  out["notBefore"] = user.not_before;
  if (!representation.groups.empty()) out["groups"] = to_json(representation.groups);
  return in_order(std::move(out), kOrder);
}

bool is_user_member(std::string_view name) { return std::ranges::find(kOrder, name) != kOrder.end(); }

std::vector<std::string_view> user_members() { return {kOrder.begin(), kOrder.end()}; }

}  // namespace cardea
