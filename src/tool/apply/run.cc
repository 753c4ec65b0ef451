#include "tool/apply/run.h"

#include <algorithm>

#include "tool/apply/differences.h"

namespace cardea::tool {
namespace {

/// Each server gives ids of its own: those in a file of another one are no difference.
json::object without_ids(const json::object& object) {
  static const std::vector<std::string_view> kIds = {"id", "internalId", "containerId"};
  auto kept = without(object, kIds);
  if (auto* role = kept.if_contains("defaultRole"); role != nullptr && role->is_object())
    *role = without(role->as_object(), kIds);
  return kept;
}

}  // namespace

std::optional<json::value> Run::find(const std::string& path) {
  // In a dry run the id of what is still to be made is empty: nothing is below it.
  if (failed() || path.ends_with('/') || path.find("//") != std::string::npos) return std::nullopt;
  auto found = api_.find(path);
  if (!found) {
    failure_ = found.error().text;
    return std::nullopt;
  }
  return std::move(*found);
}

json::array Run::list(const std::string& path) {
  auto found = find(path);
  return found && found->is_array() ? std::move(found->as_array()) : json::array();
}

bool Run::write(web::Method method, const std::string& path, const json::value& body, std::string& id) {
  ++changes_;
  if (options_.dry_run) return true;
  auto answer = api_.call(method, path, body.is_null() ? std::string() : json::serialize(body));
  if (!answer) {
    failure_ = answer.error().text;
    return false;
  }
  id = answer->created_id();
  return true;
}

std::string Run::create(std::string_view what, std::string_view name, const std::string& path,
                        const json::object& body) {
  std::string id;
  if (failed() || !write(web::Method::kPost, path, body, id)) return {};
  tell_({'+', std::string(what) + " " + std::string(name), {}});
  return id;
}

void Run::update(std::string_view what, std::string_view name, const std::string& path, const json::object& have,
                 const json::object& want, const std::vector<std::string_view>& leave_out) {
  const auto wanted = without_ids(want);
  auto found = differences(have, wanted);
  std::string id;
  if (failed() || found.empty()) return;
  if (!write(web::Method::kPut, path, without(merged(have, wanted), leave_out), id)) return;
  Change change{'~', std::string(what) + " " + std::string(name), {}};
  const auto passed_over = not_taken(path, wanted);
  std::erase_if(found, [&](const Difference& difference) {
    return std::ranges::find(passed_over, difference.path) != passed_over.end();
  });
  for (const auto& difference : found) change.details.push_back(describe(difference));
  if (found.empty()) {
    --changes_;
  } else {
    tell_(change);
  }
  tell_not_taken(change.subject, passed_over);
}

void Run::check(std::string_view what, std::string_view name, const std::string& path, const json::object& want) {
  if (failed() || path.ends_with('/')) return;
  tell_not_taken(std::string(what) + " " + std::string(name), not_taken(path, without_ids(want)));
}

std::vector<std::string> Run::not_taken(const std::string& path, const json::object& want) {
  if (options_.dry_run) return {};
  const auto now = api_.find(path);
  // Some resources are written where they cannot be read.
  if (!now || !now->has_value() || !(*now)->is_object()) return {};
  std::vector<std::string> members;
  for (auto& difference : differences((*now)->as_object(), want)) members.push_back(std::move(difference.path));
  return members;
}

void Run::tell_not_taken(std::string_view subject, const std::vector<std::string>& members) {
  if (members.empty()) return;
  std::string names;
  for (const auto& member : members) names += (names.empty() ? "" : ", ") + member;
  note(std::string(subject) + ": the server does not take " + names);
}

void Run::note(std::string line) {
  if (!failed()) tell_({'!', std::move(line), {}});
}

void Run::prune(std::string_view what, std::string_view name, const std::string& path) {
  std::string id;
  if (failed() || !options_.prune || !write(web::Method::kDelete, path, nullptr, id)) return;
  tell_({'-', std::string(what) + " " + std::string(name), {}});
}

void Run::change(std::string_view line, web::Method method, const std::string& path, const json::value& body,
                 std::vector<std::string> details) {
  std::string id;
  if (failed() || !write(method, path, body, id)) return;
  tell_({'~', std::string(line), std::move(details)});
}

void Run::fail(std::string text) {
  if (failure_.empty()) failure_ = std::move(text);
}

json::object without(const json::object& object, const std::vector<std::string_view>& names) {
  json::object kept;
  for (const auto& member : object) {
    if (std::ranges::find(names, std::string_view(member.key())) == names.end()) kept[member.key()] = member.value();
  }
  return kept;
}

const json::array& array_of(const json::object& object, std::string_view name) {
  static const json::array kNone;
  const auto* member = object.if_contains(name);
  return member != nullptr && member->is_array() ? member->as_array() : kNone;
}

const json::object& object_of(const json::object& object, std::string_view name) {
  static const json::object kNone;
  const auto* member = object.if_contains(name);
  return member != nullptr && member->is_object() ? member->as_object() : kNone;
}

std::vector<std::string> texts_of(const json::array& list) {
  std::vector<std::string> texts;
  for (const auto& item : list) {
    if (item.is_string()) texts.emplace_back(item.as_string());
  }
  return texts;
}

const json::object* find_by(const json::array& list, std::string_view member, std::string_view value) {
  for (const auto& item : list) {
    if (item.is_object() && string_or(item.as_object(), member, "") == value) return &item.as_object();
  }
  return nullptr;
}

}  // namespace cardea::tool
