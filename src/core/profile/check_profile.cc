#include "core/profile/check_profile.h"

#include <algorithm>

#include "base/text.h"
#include "core/required_actions.h"

namespace cardea {
namespace {

constexpr std::string_view kRequired = "error-user-attribute-required";
constexpr std::string_view kReadOnly = "error-user-attribute-read-only";

bool asks_for_any(std::string_view scope, const std::vector<std::string>& wanted) {
  for (const auto word : split_words(scope)) {
    if (std::ranges::find(wanted, word) != wanted.end()) return true;
  }
  return false;
}

// Rules that hang on scopes hold where a client asks for them: for administrators and in the account console they do
// not.
bool is_in_flow(ProfileUse use) {
  return use == ProfileUse::kRegistration || use == ProfileUse::kLogin || use == ProfileUse::kAddress;
}

bool is_here(const ProfileContext& context, const ProfileAttribute& attribute) {
  if (attribute.name == "username" && context.realm.registration_email_as_username && context.role() == kProfileUser) {
    return false;
  }
  if (attribute.selector_scopes.empty() || !is_in_flow(context.use)) return true;
  return asks_for_any(context.scope, attribute.selector_scopes);
}

bool is_required_here(const ProfileContext& context, const ProfileAttribute& attribute) {
  if (attribute.name == "username") return true;
  if (attribute.name == "email" && context.role() == kProfileUser && context.realm.registration_email_as_username) {
    return true;
  }
  if (!attribute.is_required) return false;
  if (attribute.required_for == 0 && attribute.required_scopes.empty()) return true;
  if ((attribute.required_for & context.role()) != 0) return true;
  return is_in_flow(context.use) && asks_for_any(context.scope, attribute.required_scopes);
}

// As Keycloak. The address that is the name stays where names stay; and where the realm has an action for it, which
// asks the new address first, the form of everything is no way around that. One who has no address yet goes around
// nothing.
bool keeps_address(const ProfileContext& context) {
  const bool in_whole_profile = context.use == ProfileUse::kLogin || context.use == ProfileUse::kAccount;
  if (!in_whole_profile || context.before == nullptr) return false;
  if (context.realm.registration_email_as_username && !context.realm.edit_username_allowed) return true;
  return !context.before->email.empty() && has_address_action(context.realm);
}

bool may_edit(const ProfileContext& context, const ProfileAttribute& attribute) {
  if (context.use == ProfileUse::kRegistration && (attribute.name == "username" || attribute.name == "email")) {
    return true;
  }
  if (attribute.name == "username" && context.before != nullptr && !context.realm.edit_username_allowed) return false;
  if (attribute.name == "email" && keeps_address(context)) return false;
  return (attribute.may_edit & context.role()) != 0;
}

// Empty texts are no values; names and addresses are compared in lower case everywhere.
std::vector<std::string> cleaned(const ProfileAttribute& attribute, const std::vector<std::string>& values) {
  std::vector<std::string> out;
  for (const auto& value : values) {
    auto text = std::string(value);
    if (attribute.name == "username" || attribute.name == "email") text = ascii_lower(trim(text));
    if (!trim(text).empty()) out.push_back(std::move(text));
  }
  return out;
}

void check_values(const ProfileField& field, const std::vector<std::string>& values,
                  std::vector<ProfileProblem>& problems) {
  const auto& attribute = *field.attribute;
  if (values.empty()) {
    if (field.is_required) problems.push_back({attribute.name, std::string(kRequired), {}});
    return;
  }
  if (!attribute.multivalued && values.size() > 1) {
    problems.push_back({attribute.name, "error-invalid-value", {}});
    return;
  }
  const bool too_much = values.size() > kProfileValuesMax || std::ranges::any_of(values, [](const std::string& value) {
                          return value.size() > kProfileValueBytesMax;
                        });
  if (too_much) {
    problems.push_back({attribute.name, "error-invalid-length-too-long", {"", std::to_string(kProfileValueBytesMax)}});
    return;
  }
  for (const auto& validator : attribute.validators) {
    if (validator.kind == ValidatorKind::kMultivalued) {
      const auto count = static_cast<double>(values.size());
      if ((validator.min && count < *validator.min) || (validator.max && count > *validator.max)) {
        problems.push_back({attribute.name, "error-invalid-multivalued-size", {}});
      }
      continue;
    }
    for (const auto& value : values) {
      if (auto violation = check_value(validator, value)) {
        problems.push_back({attribute.name, std::move(violation->key), std::move(violation->args)});
        break;
      }
    }
  }
}

void store_values(User& user, const ProfileAttribute& attribute, std::vector<std::string> values) {
  const auto first = [&] { return values.empty() ? std::string() : values.front(); };
  if (attribute.name == "username") {
    user.username = first();
  } else if (attribute.name == "email") {
    if (user.email != first()) user.email_verified = false;
    user.email = first();
  } else if (attribute.name == "firstName") {
    user.first_name = first();
  } else if (attribute.name == "lastName") {
    user.last_name = first();
  } else if (values.empty()) {
    user.attributes.erase(attribute.name);
  } else {
    user.attributes[attribute.name] = std::move(values);
  }
}

bool is_core_attribute(std::string_view name) {
  return name == "username" || name == "email" || name == "firstName" || name == "lastName";
}

bool may_write_unmanaged(const ProfileContext& context) {
  switch (context.profile.unmanaged) {
    case UnmanagedAttributes::kEnabled:
      return true;
    case UnmanagedAttributes::kAdminEdit:
      return context.role() == kProfileAdmin;
    case UnmanagedAttributes::kDropped:
    case UnmanagedAttributes::kAdminView:
      return false;
  }
  return false;
}

void apply_unmanaged(const ProfileContext& context, const ProfileValues& values, bool partial, CheckedProfile& out) {
  const bool drops = context.role() == kProfileAdmin && context.profile.unmanaged == UnmanagedAttributes::kDropped;
  if (!may_write_unmanaged(context) && !drops) return;  // what is there stays
  if (!partial) {
    std::erase_if(out.user.attributes,
                  [&](const auto& attribute) { return context.profile.find(attribute.first) == nullptr; });
  }
  if (drops) return;
  for (const auto& [name, given] : values) {
    if (is_core_attribute(name) || context.profile.find(name) != nullptr) continue;
    ProfileAttribute unmanaged;
    unmanaged.name = name;
    unmanaged.multivalued = true;
    const auto kept = cleaned(unmanaged, given);
    check_values({&unmanaged}, kept, out.problems);
    store_values(out.user, unmanaged, kept);
  }
}

}  // namespace

bool has_address_action(const Realm& realm) { return is_action_enabled(realm, "UPDATE_EMAIL"); }

std::vector<ProfileField> fields_of(const ProfileContext& context) {
  std::vector<ProfileField> out;
  for (const auto& attribute : context.profile.attributes) {
    if (!is_here(context, attribute)) continue;
    const bool editable = may_edit(context, attribute);
    const bool asked = context.use == ProfileUse::kRegistration && !editable;  // there is nothing to see yet
    if (asked || (!editable && (attribute.may_view & context.role()) == 0)) continue;
    out.push_back({&attribute, editable && is_required_here(context, attribute), !editable});
  }
  return out;
}

CheckedProfile check_profile(const ProfileContext& context, const ProfileValues& values, bool partial) {
  CheckedProfile out;
  if (context.before != nullptr) out.user = *context.before;
  out.user.realm = context.realm.id;
  const auto before = profile_values(out.user);
  for (const auto& field : fields_of(context)) {
    const auto& attribute = *field.attribute;
    const auto given = values.find(attribute.name);
    const auto had = before.find(attribute.name);
    if (field.is_read_only) {
      const bool differs =
          given != values.end() &&
          cleaned(attribute, given->second) != (had == before.end() ? std::vector<std::string>() : had->second);
      if (differs && context.role() == kProfileAdmin) {
        out.problems.push_back({attribute.name, std::string(kReadOnly), {}});
      }
      continue;
    }
    std::vector<std::string> wanted;
    if (given != values.end()) {
      wanted = cleaned(attribute, given->second);
    } else if (partial && had != before.end()) {
      wanted = had->second;
    }
    if (wanted.empty() && context.before == nullptr && !attribute.default_value.empty()) {
      wanted = {attribute.default_value};
    }
    check_values(field, wanted, out.problems);
    store_values(out.user, attribute, std::move(wanted));
  }
  if (context.role() == kProfileUser && context.realm.registration_email_as_username &&
      (context.before == nullptr || context.realm.edit_username_allowed || context.use == ProfileUse::kAddress) &&
      (context.before == nullptr || !out.user.email.empty())) {
    out.user.username = out.user.email;
  }
  apply_unmanaged(context, values, partial, out);
  return out;
}

ProfileValues profile_values(const User& user) {
  ProfileValues out;
  for (const auto& [name, values] : user.attributes) out.emplace(name, values);
  const auto put = [&out](std::string_view name, const std::string& value) {
    if (!value.empty()) out.insert_or_assign(std::string(name), std::vector<std::string>{value});
  };
  put("username", user.username);
  put("email", user.email);
  put("firstName", user.first_name);
  put("lastName", user.last_name);
  return out;
}

bool is_profile_complete(const Realm& realm, const UserProfile& profile, const User& user) {
  const ProfileContext context{.realm = realm, .profile = profile, .use = ProfileUse::kAccount, .before = &user};
  return check_profile(context, profile_values(user)).problems.empty();
}

Stored<std::vector<ProfileProblem>> find_taken(Rows& rows, const Repositories& repositories, const Realm& realm,
                                               const User& user) {
  std::vector<ProfileProblem> out;
  const auto is_other = [&user](const Stored<std::optional<User>>& found) { return *found && (*found)->id != user.id; };
  const auto by_name = repositories.users.find_by_username(rows, realm.id, user.username);
  if (!by_name) return refuse(by_name.error());
  if (is_other(by_name)) out.push_back({"username", "usernameExistsMessage", {}});
  // Where people sign in with their address, no name may be somebody's address and no address somebody's name.
  if (out.empty() && realm.login_with_email_allowed && user.username.find('@') != std::string::npos) {
    const auto owner = repositories.users.find_by_email(rows, realm.id, user.username);
    if (!owner) return refuse(owner.error());
    if (is_other(owner)) out.push_back({"username", "usernameExistsMessage", {}});
  }
  if (user.email.empty() || realm.duplicate_emails_allowed) return out;
  if (realm.login_with_email_allowed) {
    const auto namesake = repositories.users.find_by_username(rows, realm.id, user.email);
    if (!namesake) return refuse(namesake.error());
    if (is_other(namesake)) {
      out.push_back({"email", "emailExistsMessage", {}});
      return out;
    }
  }
  const auto by_email = repositories.users.find_by_email(rows, realm.id, user.email);
  if (!by_email) return refuse(by_email.error());
  if (is_other(by_email)) out.push_back({"email", "emailExistsMessage", {}});
  return out;
}

}  // namespace cardea
