#include "account/profile.h"

#include "account/profile_rules.h"
#include "base/json.h"

namespace cardea::account {
namespace {

void write_problem(JsonWriter& json, const ProfileProblem& problem) {
  json.member("field", problem.field).member("errorMessage", problem.message).key("params").begin_array();
  for (const auto& parameter : problem.parameters) json.string(parameter);
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

/// Which of the two names another person has.
Stored<std::vector<ProfileProblem>> find_taken(Rows& rows, const Call& call, const User& changed) {
  std::vector<ProfileProblem> problems;
  auto& users = call.repositories().users;
  const auto by_name = users.find_by_username(rows, call.realm_id(), changed.username);
  if (!by_name) return refuse(by_name.error());
  if (*by_name && (*by_name)->id != changed.id) problems.push_back({"username", "usernameExistsMessage", {}});
  if (changed.email.empty() || call.realm.realm.duplicate_emails_allowed) return problems;
  const auto by_email = users.find_by_email(rows, call.realm_id(), changed.email);
  if (!by_email) return refuse(by_email.error());
  if (*by_email && (*by_email)->id != changed.id) problems.push_back({"email", "emailExistsMessage", {}});
  return problems;
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
  const auto locale = user.attributes.find("locale");
  if (call.realm.realm.internationalization_enabled && locale != user.attributes.end()) {
    json.key("attributes").begin_object().key("locale").begin_array();
    for (const auto& value : locale->second) json.string(value);
    json.end_array().end_object();
  }
  write_profile_metadata(json, call.realm.realm);
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
  if (const auto problems = check_profile(realm, call.user(), form); !problems.empty()) return refused(400, problems);
  User changed = call.user();
  apply_profile(realm, form, changed);
  const auto taken = find_taken(tx, call, changed);
  if (!taken) return refuse(taken.error());
  if (!taken->empty()) return refused(409, *taken);
  if (auto stored = call.repositories().users.update(tx, changed, realm.duplicate_emails_allowed); !stored) {
    return refuse(stored.error());
  }
  call.dependencies.log.info(
      "profile_changed",
      {{"realm", realm.name}, {"user", changed.id.str()}, {"correlation_id", call.request.correlation_id}});
  return done();
}

}  // namespace cardea::account
