#include "core/realm_import.h"

#include "core/changes/check_values.h"
#include "core/import/complete_realm.h"
#include "core/import/plan_users.h"
#include "core/import/review_realm.h"
#include "core/realm_defaults.h"

namespace cardea {
namespace {

ImportFailure invalid(RepresentationProblems problems) {
  return {.error = ImportError::kInvalid, .problems = std::move(problems)};
}

/// The users of the file, read as they are needed.
UserSource users_of(const json::object& object) {
  const auto* value = object.if_contains("users");
  const auto* list = value == nullptr ? nullptr : value->if_array();
  if (list == nullptr) return {};
  UserSource source;
  source.count = list->size();
  source.read = [list](std::size_t i, const JsonPath& at, RepresentationProblems& problems) {
    if (const auto* user = (*list)[i].if_object()) return read_user(*user, at, problems);
    problems.add(at, "expected an object");
    return UserRepresentation{};
  };
  source.review = [list](std::size_t i, const UserRepresentation& user, const JsonPath& at, ImportReview& review) {
    if (const auto* object_of_user = (*list)[i].if_object()) review_user(*object_of_user, user, at, review);
  };
  return source;
}

void check_users(const json::object& object, RepresentationProblems& problems) {
  const JsonPath root;
  const JsonPath list(root, "users");
  const auto* value = object.if_contains("users");
  if (value != nullptr && !value->is_null() && !value->is_array()) problems.add(list, "expected a list");
  const auto source = users_of(object);
  for (std::size_t i = 0; i < source.count; ++i) (void)source.read(i, JsonPath(list, i), problems);
}

}  // namespace

Result<ImportReport, ImportFailure> import_realm(const ImportTools& tools, json::object realm,
                                                 const ImportOptions& options) {
  json::value document(std::move(realm));
  if (options.lookup) fill_placeholders(document, options.lookup);
  const auto& object = document.get_object();
  const JsonPath root;
  RepresentationProblems problems;
  const auto name = string_or(object, "realm", "");
  if (const auto complaint = check_realm_name(name)) {
    problems.add(JsonPath(root, "realm"), *complaint);
    return refuse(invalid(std::move(problems)));
  }
  const auto existing = find_realm(tools, name);
  if (!existing) return refuse(ImportFailure{.error = ImportError::kStore, .store = existing.error()});
  if (*existing) return ImportReport{.realm = name, .id = (*existing)->id, .outcome = ImportOutcome::kExists};

  const auto defaults_json = default_realm_json(name);
  auto defaults = default_realm(name);
  auto file = parse_realm_file(object, root, problems, settings_base(object, defaults));
  const auto* users = object.if_contains("users");
  if (!problems.empty() || (users != nullptr && !users->is_array())) check_users(object, problems);
  if (!problems.empty()) return refuse(invalid(std::move(problems)));

  ImportReview review;
  review_realm(object, defaults_json, review);
  complete_realm(file, object, std::move(defaults), tools.clock.now(), tools.random, review);
  return run_import(tools, options, std::move(file), users_of(object), std::move(review));
}

}  // namespace cardea
