#include "account/profile_rules.h"

#include <algorithm>

#include "account/languages.h"
#include "base/text.h"
#include "core/changes/check_values.h"
#include "core/realm_defaults.h"

namespace cardea::account {
namespace {

constexpr std::size_t kFieldBytesMax = 255;
constexpr std::size_t kUsernameBytesMin = 3;
constexpr std::string_view kNotInNames = "<>&\"$%!#?\\*~/|^=[]{}();";
constexpr std::string_view kNotInUsernames = "<>&\"'$%!#?\\,;:*~/|^=[]{}() ";

bool read_text(const json::object& object, std::string_view name, std::string& into) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || value->is_null()) return true;
  if (!value->is_string()) return false;
  into = std::string(trim(std::string_view(value->as_string())));
  return true;
}

/// The realm master lets administrators be nameless (keycloak.md section 3.9).
bool names_are_required(const Realm& realm) { return realm.name != kMasterRealm; }

bool may_change_username(const Realm& realm) {
  return realm.edit_username_allowed && !realm.registration_email_as_username;
}

class Check {
 public:
  explicit Check(std::vector<ProfileProblem>& problems) : problems_(problems) {}

  void required(std::string_view field, std::string_view value) {
    if (value.empty()) add(field, "error-user-attribute-required");
  }
  void length(std::string_view field, std::string_view value, std::size_t min, std::size_t max) {
    if (value.empty() || (value.size() >= min && value.size() <= max)) return;
    add(field, "error-invalid-length", {std::to_string(min), std::to_string(max)});
  }
  void without(std::string_view field, std::string_view value, std::string_view banned, std::string_view message) {
    const bool control = std::ranges::any_of(value, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    if (control || value.find_first_of(banned) != std::string_view::npos) add(field, message);
  }
  void add(std::string_view field, std::string_view message, std::vector<std::string> more = {}) {
    more.insert(more.begin(), std::string("${").append(field).append("}"));
    problems_.push_back({std::string(field), std::string(message), std::move(more)});
  }

 private:
  std::vector<ProfileProblem>& problems_;
};

void write_validators(JsonWriter& json, std::string_view field) {
  json.key("validators").begin_object();
  const auto ignore_empty = [&json](std::string_view name) {
    json.key(name).begin_object().member("ignore.empty.value", true).end_object();
  };
  if (field != "locale") {
    json.key("multivalued").begin_object().member("max", "1").end_object();
    json.key("length").begin_object().member("max", std::int64_t{kFieldBytesMax});
    if (field == "username") json.member("min", std::int64_t{kUsernameBytesMin});
    json.member("ignore.empty.value", true).end_object();
  }
  if (field == "username") ignore_empty("username-prohibited-characters");
  if (field == "email") ignore_empty("email");
  if (field == "firstName" || field == "lastName") ignore_empty("person-name-prohibited-characters");
  json.end_object();
}

void write_attribute(JsonWriter& json, std::string_view field, bool required, bool read_only) {
  json.begin_object().member("name", field);
  json.member("displayName", field == "locale" ? std::string(field) : std::string("${").append(field).append("}"));
  json.member("required", required).member("readOnly", read_only);
  write_validators(json, field);
  json.member("multivalued", false).end_object();
}

}  // namespace

bool read_profile(const json::object& body, ProfileForm& form) {
  const auto* username = body.if_contains("username");
  form.has_username = username != nullptr && !username->is_null();
  if (!read_text(body, "username", form.username) || !read_text(body, "email", form.email) ||
      !read_text(body, "firstName", form.first_name) || !read_text(body, "lastName", form.last_name)) {
    return false;
  }
  form.username = ascii_lower(form.username);
  form.email = ascii_lower(form.email);
  const auto* attributes = body.if_contains("attributes");
  if (attributes == nullptr || attributes->is_null()) return true;
  if (!attributes->is_object()) return false;
  const auto* locale = attributes->as_object().if_contains("locale");
  if (locale == nullptr || locale->is_null()) return true;
  if (locale->is_string()) return read_text(attributes->as_object(), "locale", form.locale);
  if (!locale->is_array()) return false;
  if (locale->as_array().empty()) return true;
  if (locale->as_array().size() > 1 || !locale->as_array()[0].is_string()) return false;
  form.locale = std::string(locale->as_array()[0].as_string());
  return true;
}

std::vector<ProfileProblem> check_profile(const Realm& realm, const User& user, const ProfileForm& form) {
  std::vector<ProfileProblem> problems;
  Check check(problems);
  const auto locales = supported_locales(realm);
  if (!form.locale.empty() && std::ranges::find(locales, form.locale) == locales.end()) {
    check.add("locale", "error-invalid-value");
  }
  if (form.has_username && form.username != user.username) {
    if (!may_change_username(realm)) {
      check.add("username", "error-user-attribute-read-only");
    } else {
      check.required("username", form.username);
      check.length("username", form.username, kUsernameBytesMin, kFieldBytesMax);
      check.without("username", form.username, kNotInUsernames, "error-username-invalid-character");
    }
  }
  if (names_are_required(realm)) check.required("email", form.email);
  check.length("email", form.email, 0, kFieldBytesMax);
  if (check_email(form.email)) check.add("email", "error-invalid-email", {form.email.substr(0, kFieldBytesMax)});
  for (const auto& [field, value] :
       {std::pair{"firstName", &form.first_name}, std::pair{"lastName", &form.last_name}}) {
    if (names_are_required(realm)) check.required(field, *value);
    check.length(field, *value, 0, kFieldBytesMax);
    check.without(field, *value, kNotInNames, "error-person-name-invalid-character");
  }
  return problems;
}

void apply_profile(const Realm& realm, const ProfileForm& form, User& user) {
  if (form.has_username && may_change_username(realm)) user.username = form.username;
  if (user.email != form.email) user.email_verified = false;
  user.email = form.email;
  user.first_name = form.first_name;
  user.last_name = form.last_name;
  if (!realm.internationalization_enabled) return;
  if (form.locale.empty()) {
    user.attributes.erase("locale");
  } else {
    user.attributes["locale"] = {form.locale};
  }
}

void write_profile_metadata(JsonWriter& json, const Realm& realm) {
  const bool required = names_are_required(realm);
  json.key("userProfileMetadata").begin_object().key("attributes").begin_array();
  if (realm.internationalization_enabled) write_attribute(json, "locale", false, false);
  write_attribute(json, "username", true, !may_change_username(realm));
  write_attribute(json, "email", required, false);
  write_attribute(json, "firstName", required, false);
  write_attribute(json, "lastName", required, false);
  json.end_array().key("groups").begin_array().begin_object().member("name", "user-metadata");
  json.member("displayHeader", "User metadata");
  json.member("displayDescription", "Attributes, which refer to user metadata");
  json.end_object().end_array().end_object();
}

}  // namespace cardea::account
