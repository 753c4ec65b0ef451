#include "account/profile.h"

#include <algorithm>

#include "account/languages.h"
#include "account/profile_form.h"
#include "base/json.h"
#include "base/text.h"

namespace cardea::account {
namespace {

void write_problem(JsonWriter& json, const ProfileProblem& problem) {
  json.member("field", problem.attribute).member("errorMessage", problem.key).key("params").begin_array();
  json.string("${" + problem.attribute + "}");
  for (const auto& argument : problem.args) json.string(argument);
  json.end_array();
}

web::Response refused(int status, const std::vector<ProfileProblem>& problems) {
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  if (problems.size() == 1) write_problem(json, problems.front());
  json.key("errors").begin_array();
  for (const auto& problem : problems) {
    json.begin_object();
    write_problem(json, problem);
    json.end_object();
  }
  json.end_array().end_object();
  return web::no_store_json(status, std::move(body));
}

/// A person who sends another username than they may have is told; core passes it over.
bool changes_fixed_username(const Call& call, const ProfileForm& form) {
  const auto given = form.values.find("username");
  if (given == form.values.end() || given->second.empty()) return false;
  if (ascii_lower(trim(given->second.front())) == call.user().username) return false;
  const auto fields = fields_of(profile_context(call));
  return std::ranges::none_of(
      fields, [](const ProfileField& field) { return field.attribute->name == "username" && !field.is_read_only; });
}

/// The language among those of the realm; false when it is none of them.
bool apply_locale(const Realm& realm, const std::string& locale, User& user) {
  if (!realm.internationalization_enabled) return true;
  if (locale.empty()) {
    user.attributes.erase("locale");
    return true;
  }
  const auto locales = supported_locales(realm);
  if (std::ranges::find(locales, locale) == locales.end()) return false;
  user.attributes["locale"] = {locale};
  return true;
}

}  // namespace

Stored<web::Response> show_profile(Rows&, const Call& call) {
  const auto& user = call.user();
  std::string body;
  JsonWriter json(body);
  json.begin_object().member("id", user.id.str()).member("username", user.username);
  if (!user.first_name.empty()) json.member("firstName", user.first_name);
  if (!user.last_name.empty()) json.member("lastName", user.last_name);
  if (!user.email.empty()) json.member("email", user.email);
  json.member("emailVerified", user.email_verified);
  write_attributes(json, call);
  write_profile_metadata(json, call);
  json.end_object();
  return json_answer(std::move(body));
}

Stored<web::Response> change_profile(Tx& tx, const Call& call) {
  const auto body = parse_json(call.request.body);
  if (!body) return web::json_error(400, "invalid_request", "Cannot parse the JSON");
  ProfileForm form;
  if (!body->is_object() || !read_profile(body->as_object(), form)) {
    return web::json_error(400, "unknown_error", "Cannot parse the JSON");
  }
  const auto& realm = call.realm.realm;
  auto checked = check_profile(profile_context(call), form.values);
  if (changes_fixed_username(call, form)) {
    checked.problems.push_back({"username", "error-user-attribute-read-only", {}});
  }
  if (!apply_locale(realm, form.locale, checked.user))
    checked.problems.push_back({"locale", "error-invalid-value", {}});
  if (!checked.problems.empty()) return refused(400, checked.problems);
  const auto taken = find_taken(tx, call.repositories(), realm, checked.user);
  if (!taken) return refuse(taken.error());
  if (!taken->empty()) return refused(409, *taken);
  const auto stored = call.repositories().users.update(tx, checked.user, realm.duplicate_emails_allowed);
  if (!stored) return refuse(stored.error());
  call.dependencies.log.info(
      "profile_changed",
      {{"realm", realm.name}, {"user", checked.user.id.str()}, {"correlation_id", call.request.correlation_id}});
  return done();
}

}  // namespace cardea::account
