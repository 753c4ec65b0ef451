#include "scim/user_resource.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"
#include "core/changes/source_groups.h"
#include "scim/body.h"
#include "scim/instant.h"
#include "scim/schema.h"

namespace cardea::scim {
namespace {

constexpr std::size_t kExternalIdBytesMax = 255;
constexpr std::size_t kDocumentBytesMax = 64 * 1024;

// Attributes that become the account's where the realm's profile has one of the same name. None of others: a profile
// may have attributes that give rights, and their names must not be the client's to choose.
constexpr std::string_view kProfiled[] = {"displayName", "nickName",          "profileUrl", "title",
                                          "userType",    "preferredLanguage", "locale",     "timezone"};
constexpr std::string_view kProfiledEnterprise[] = {"employeeNumber", "costCenter", "organization", "division",
                                                    "department"};

bool is_entra(const IdentityProvider& provider) { return provider.kind == "entra" || provider.kind == "microsoft"; }

const json::object* find_object(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value == nullptr ? nullptr : value->if_object();
}

/// The address that counts: the primary one, or that of work, or the first.
std::string address_in(const json::object& attributes) {
  const auto* value = attributes.if_contains("emails");
  const auto* list = value == nullptr ? nullptr : value->if_array();
  if (list == nullptr || list->empty()) return {};
  const auto text = [](const json::value& each) {
    return each.is_object() ? ascii_lower(trim(string_or(each.get_object(), "value", ""))) : std::string();
  };
  const auto pick = [&](auto is_wanted) -> const json::value* {
    const auto found = std::ranges::find_if(*list, [&](const json::value& each) {
      return each.is_object() && !text(each).empty() && is_wanted(each.get_object());
    });
    return found == list->end() ? nullptr : &*found;
  };
  const auto* found = pick([](const json::object& each) { return bool_or(each, "primary", false); });
  if (found == nullptr) {
    found = pick([](const json::object& each) { return ascii_lower(string_or(each, "type", "")) == "work"; });
  }
  if (found == nullptr) found = pick([](const json::object&) { return true; });
  return found == nullptr ? std::string() : text(*found);
}

void set_or_erase(json::object& object, std::string_view name, std::string_view value) {
  if (value.empty()) {
    object.erase(name);
  } else {
    object[name] = value;
  }
}

void show_name(json::object& out, const User& user) {
  json::object name;
  if (const auto* kept = find_object(out, "name")) name = *kept;
  // Where the account has none, the document may have one that the realm's profile does not take.
  if (!user.first_name.empty()) name["givenName"] = user.first_name;
  if (!user.last_name.empty()) name["familyName"] = user.last_name;
  if (name.empty()) {
    out.erase("name");
  } else {
    out["name"] = std::move(name);
  }
}

/// As the client wrote them while they agree with the account.
void show_emails(json::object& out, const User& user) {
  if (address_in(out) == user.email) return;
  if (user.email.empty()) {
    out.erase("emails");
  } else {
    out["emails"] = json::array{json::object{{"value", user.email}, {"type", "work"}, {"primary", true}}};
  }
}

std::string text_in(const json::object* object, std::string_view name) {
  return object == nullptr ? std::string() : std::string(string_or(*object, name, ""));
}

/// Sets what the realm's profile has a place for and the client says anew.
void take_profiled(User& user, const UserProfile& profile, std::pair<const json::object*, const json::object*> said,
                   std::span<const std::string_view> names) {
  for (const auto name : names) {
    auto value = text_in(said.second, name);
    if (profile.find(name) == nullptr || value == text_in(said.first, name)) continue;
    if (value.empty()) {
      user.attributes.erase(std::string(name));
    } else {
      user.attributes[std::string(name)] = {std::move(value)};
    }
  }
}

/// Puts an attribute back to what it was. False: it was so already.
bool restore(User& user, const User& before, std::string_view attribute) {
  const auto put_back = [](std::string& value, const std::string& old) {
    if (value == old) return false;
    value = old;
    return true;
  };
  if (attribute == "firstName") return put_back(user.first_name, before.first_name);
  if (attribute == "lastName") return put_back(user.last_name, before.last_name);
  if (attribute == "email") {
    user.email_verified = before.email_verified;
    return put_back(user.email, before.email);
  }
  const auto is = user.attributes.find(std::string(attribute));
  const auto was = before.attributes.find(std::string(attribute));
  const bool has_been = was != before.attributes.end();
  if (is == user.attributes.end() ? !has_been : has_been && is->second == was->second) return false;
  if (has_been) {
    user.attributes[std::string(attribute)] = was->second;
  } else {
    user.attributes.erase(is);
  }
  return true;
}

/// Leaves out what the realm's profile does not take, beyond what is missing: that a person adds when they sign in.
Result<void, ScimError> keep_to_profile(WishedUser& wished, const User& before, const Realm& realm,
                                        const UserProfile& profile) {
  auto core = wished.user;
  std::erase_if(core.attributes, [](const auto& attribute) {
    const auto is_ours = [&](std::string_view name) { return name == attribute.first; };
    return std::ranges::none_of(kProfiled, is_ours) && std::ranges::none_of(kProfiledEnterprise, is_ours);
  });
  const ProfileContext context{.realm = realm, .profile = profile, .use = ProfileUse::kAdmin};
  for (auto& problem : check_profile(context, profile_values(core), true).problems) {
    if (problem.key == "error-user-attribute-required") continue;
    const bool is_name =
        problem.attribute == "username" || (problem.attribute == "email" && realm.registration_email_as_username);
    if (is_name && wished.user.username != before.username) {
      return refuse(bad_value("The realm does not take this value of " + problem.attribute + ": " + problem.key));
    }
    if (problem.attribute == "username") continue;  // as it was
    if (restore(wished.user, before, problem.attribute)) wished.left_out.push_back(std::move(problem));
  }
  return {};
}

}  // namespace

std::string user_name_of(const Person& person) {
  if (person.row) return person.row->user_name;
  return person.upstream_name.empty() ? person.user.username : person.upstream_name;
}

std::string external_id_of(const Person& person, const IdentityProvider& provider) {
  if (person.row) return person.row->external_id;
  if (!is_entra(provider)) return person.upstream_id;
  const auto slash = person.upstream_id.find('/');
  return slash == std::string::npos ? person.upstream_id : person.upstream_id.substr(slash + 1);
}

json::object user_attributes(const Person& person, const IdentityProvider& provider) {
  auto out = person.row ? person.row->document : json::object();
  out["userName"] = user_name_of(person);
  set_or_erase(out, "externalId", external_id_of(person, provider));
  show_name(out, person.user);
  show_emails(out, person.user);
  out["active"] = person.user.enabled;
  return out;
}

json::object user_json(const Person& person, const IdentityProvider& provider, const std::vector<SourcedGroup>& groups,
                       std::string_view base) {
  const auto attributes = user_attributes(person, provider);
  json::array schemas{kUserUrn};
  if (attributes.contains(kEnterpriseUrn)) schemas.emplace_back(kEnterpriseUrn);
  json::object out{{"schemas", std::move(schemas)}, {"id", person.user.id.str()}};
  for (const auto& [name, value] : attributes) out[name] = value;
  json::array listed;
  for (const auto& group : groups) {
    listed.push_back(json::object{{"value", group.id.str()},
                                  {"$ref", std::string(base) + "/Groups/" + group.id.str()},
                                  {"display", name_at_source(group.name, group.source_id)},
                                  {"type", "direct"}});
  }
  if (!listed.empty()) out["groups"] = std::move(listed);
  out["meta"] =
      json::object{{"resourceType", "User"},
                   {"created", instant_text(person.user.created_at)},
                   {"lastModified", instant_text(person.row ? person.row->changed_at : person.user.created_at)},
                   {"location", std::string(base) + "/Users/" + person.user.id.str()}};
  return out;
}

Result<UserWish, ScimError> read_wish(const json::object& attributes) {
  UserWish out;
  out.document = attributes;
  out.user_name = trim(string_or(attributes, "userName", ""));
  if (out.user_name.empty()) return refuse(bad_value("userName is required"));
  if (out.user_name.size() > kUsernameBytesMax) return refuse(bad_value("userName is too long"));
  if (const auto* id = find_string(attributes, "externalId")) out.external_id = std::string(*id);
  if (out.external_id && out.external_id->size() > kExternalIdBytesMax) {
    return refuse(bad_value("externalId is too long"));
  }
  if (const auto* name = find_object(attributes, "name")) {
    out.given_name = string_or(*name, "givenName", "");
    out.family_name = string_or(*name, "familyName", "");
  }
  out.email = address_in(attributes);
  if (const auto* active = attributes.if_contains("active")) out.active = active->is_bool() && active->get_bool();
  for (const auto name : {"userName", "externalId", "active"}) out.document.erase(name);
  if (auto* name = out.document.if_contains("name"); name != nullptr && name->is_object()) {
    name->get_object().erase("givenName");
    name->get_object().erase("familyName");
    if (name->get_object().empty()) out.document.erase("name");
  }
  if (json::serialize(out.document).size() > kDocumentBytesMax) {
    return refuse(ScimError{413, {}, "The resource is too large"});
  }
  return out;
}

Result<WishedUser, ScimError> wished_user(const User& before, const json::object& said, const UserWish& wish,
                                          const Realm& realm, const UserProfile& profile) {
  WishedUser out{.user = before};
  auto& user = out.user;
  user.username =
      ascii_lower(realm.registration_email_as_username && !wish.email.empty() ? wish.email : wish.user_name);
  std::ranges::replace(user.username, '#', '_');  // "#EXT#" of guests; no profile allows it
  user.first_name = wish.given_name;
  user.last_name = wish.family_name;
  if (user.email != wish.email) user.email_verified = false;
  user.email = wish.email;
  take_profiled(user, profile, {&said, &wish.document}, kProfiled);
  take_profiled(user, profile, {find_object(said, kEnterpriseUrn), find_object(wish.document, kEnterpriseUrn)},
                kProfiledEnterprise);
  if (auto good = keep_to_profile(out, before, realm, profile); !good) return refuse(std::move(good.error()));
  return out;
}

void keep_left_out(UserWish& wish, std::string_view attribute) {
  const bool is_first = attribute == "firstName";
  if (!is_first && attribute != "lastName") return;
  const auto* kept = find_object(wish.document, "name");
  auto name = kept == nullptr ? json::object() : *kept;
  name[is_first ? "givenName" : "familyName"] = is_first ? wish.given_name : wish.family_name;
  wish.document["name"] = std::move(name);
}

}  // namespace cardea::scim
