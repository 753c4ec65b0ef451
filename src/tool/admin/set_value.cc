#include "tool/admin/set_value.h"

#include <optional>
#include <vector>

#include "base/text.h"

namespace cardea::tool {
namespace {

/// One segment of a path: a member of an object, and an entry of the list in it where an index follows.
struct Step {
  std::string member;
  std::optional<std::size_t> index;
};

/// Reads one member name, quoted or bare, from the front of `path`; nothing when it is malformed.
std::optional<std::string> take_member(std::string_view& path) {
  if (path.starts_with('"')) {
    const auto end = path.find('"', 1);
    if (end == std::string_view::npos) return std::nullopt;
    std::string member(path.substr(1, end - 1));
    path.remove_prefix(end + 1);
    return member;
  }
  const auto end = path.find_first_of(".[");
  std::string member(path.substr(0, end));
  path.remove_prefix(end == std::string_view::npos ? path.size() : end);
  if (member.empty()) return std::nullopt;
  return member;
}

std::optional<std::vector<Step>> parse_path(std::string_view path) {
  std::vector<Step> steps;
  for (;;) {
    auto member = take_member(path);
    if (!member || steps.size() > kJsonDepthMax) return std::nullopt;
    Step step{std::move(*member), std::nullopt};
    if (path.starts_with('[')) {
      const auto end = path.find(']');
      if (end == std::string_view::npos) return std::nullopt;
      step.index = parse_integer<std::size_t>(path.substr(1, end - 1));
      if (!step.index || *step.index > kListIndexMax) return std::nullopt;
      path.remove_prefix(end + 1);
    }
    steps.push_back(std::move(step));
    if (path.empty()) return steps;
    if (!path.starts_with('.')) return std::nullopt;
    path.remove_prefix(1);
  }
}

json::value value_of(std::string_view text) {
  auto value = parse_json(text);
  return value ? std::move(*value) : json::value(json::string(text));
}

/// The place a step names, made where it is missing; null when something else stands there.
json::value* place(json::object& within, const Step& step) {
  auto& member = within[step.member];
  if (!step.index) return &member;
  if (member.is_null()) member = json::array();
  if (!member.is_array()) return nullptr;
  auto& list = member.as_array();
  if (*step.index > list.size()) return nullptr;
  if (*step.index == list.size()) list.push_back(nullptr);
  return &list[*step.index];
}

/// Where the `=` of an assignment stands: the first outside quotes.
std::size_t equals_of(std::string_view assignment) {
  bool quoted = false;
  for (std::size_t i = 0; i < assignment.size(); ++i) {
    if (assignment[i] == '"') quoted = !quoted;
    if (assignment[i] == '=' && !quoted) return i;
  }
  return std::string_view::npos;
}

std::string complaint(std::string_view name, std::string_view what) {
  return std::string(name) + ": " + std::string(what);
}

}  // namespace

Result<void, std::string> set_value(json::object& document, std::string_view assignment) {
  const auto equals = equals_of(assignment);
  if (equals == std::string_view::npos || equals == 0) return refuse(complaint(assignment, "write NAME=VALUE"));
  auto name = assignment.substr(0, equals);
  const bool append = name.ends_with('+');
  if (append) name.remove_suffix(1);
  const auto steps = parse_path(name);
  if (!steps) return refuse(complaint(name, "is no path such as attributes.\"a.b\" or redirectUris[0]"));
  auto value = value_of(assignment.substr(equals + 1));
  auto* within = &document;
  for (const auto& step : *steps) {
    auto* target = place(*within, step);
    if (target == nullptr) return refuse(complaint(name, step.member + " is no list, or the index is past its end"));
    if (&step == &steps->back()) {
      if (!append) {
        *target = std::move(value);
        return {};
      }
      if (target->is_null()) *target = json::array();
      if (!target->is_array()) return refuse(complaint(name, step.member + " is no list to add to"));
      target->as_array().push_back(std::move(value));
      return {};
    }
    if (target->is_null()) *target = json::object();
    if (!target->is_object()) return refuse(complaint(name, step.member + " has no members"));
    within = &target->as_object();
  }
  return {};
}

Result<void, std::string> delete_value(json::object& document, std::string_view name) {
  const auto steps = parse_path(name);
  if (!steps) return refuse(complaint(name, "is no path such as attributes.\"a.b\" or redirectUris[0]"));
  auto* within = &document;
  for (const auto& step : *steps) {
    auto* member = within->if_contains(step.member);
    if (member == nullptr) return {};
    const bool last = &step == &steps->back();
    if (step.index) {
      if (!member->is_array() || *step.index >= member->as_array().size()) return {};
      auto& list = member->as_array();
      if (last) {
        list.erase(list.begin() + static_cast<std::ptrdiff_t>(*step.index));
        return {};
      }
      member = &list[*step.index];
    } else if (last) {
      within->erase(step.member);
      return {};
    }
    if (!member->is_object()) return {};
    within = &member->as_object();
  }
  return {};
}

}  // namespace cardea::tool
