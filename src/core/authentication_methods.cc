#include "core/authentication_methods.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"

namespace cardea {
namespace {

constexpr std::size_t kMethodsMax = 32;
constexpr std::size_t kReferenceBytesMax = 64;
constexpr JsonLimits kLimits{.bytes_max = 8 * 1024, .depth_max = 3};

std::string_view config_of(const FlowStep& step, const std::string& name) {
  const auto found = step.config.find(name);
  return found == step.config.end() ? std::string_view() : std::string_view(found->second);
}

// NOLINTNEXTLINE(misc-no-recursion): the tree's depth is bounded by kFlowDepthMax
void collect(const Flow& flow, const FlowProgress& progress, std::int64_t auth_time,
             std::vector<AuthenticationMethod>& out) {
  for (const auto& execution : flow.executions) {
    if (const auto* inner = execution.flow()) collect(*inner, progress, auth_time, out);
    const auto* step = execution.step();
    const auto* result = step == nullptr ? nullptr : progress.find(execution.id);
    // A name proves nothing.
    if (result == nullptr || result->proof == Proof::kUsername || out.size() >= kMethodsMax) continue;
    const auto reference = config_of(*step, "default.reference.value");
    if (reference.empty() || reference.size() > kReferenceBytesMax) continue;
    const auto age = parse_integer<std::int64_t>(config_of(*step, "default.reference.maxAge"));
    out.push_back({std::string(reference), age.value_or(0), auth_time});
  }
}

std::vector<AuthenticationMethod> read(std::string_view note) {
  std::vector<AuthenticationMethod> methods;
  const auto document = parse_json(note, kLimits);
  if (!document || !document->is_array()) return methods;
  for (const auto& item : document->get_array()) {
    if (!item.is_object() || methods.size() >= kMethodsMax) continue;
    const auto& object = item.get_object();
    methods.push_back({string_or(object, "r", ""), int_or(object, "x", 0), int_or(object, "t", 0)});
  }
  return methods;
}

std::string write(const std::vector<AuthenticationMethod>& methods) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_array();
  for (const auto& method : methods) {
    writer.begin_object().member("r", method.reference).member("x", method.max_age).member("t", method.auth_time);
    writer.end_object();
  }
  writer.end_array();
  return text;
}

}  // namespace

std::vector<AuthenticationMethod> methods_of(const Flow& flow, const FlowProgress& progress, std::int64_t auth_time) {
  std::vector<AuthenticationMethod> methods;
  collect(flow, progress, auth_time, methods);
  return methods;
}

void note_methods(UserSession& session, const Authentication& proven) {
  if (proven.methods.empty()) return;
  const auto note = session.notes.find(std::string(kMethodsNote));
  auto methods = note == session.notes.end() ? std::vector<AuthenticationMethod>() : read(note->second);
  for (const auto& method : proven.methods) {
    std::erase_if(methods, [&](const AuthenticationMethod& known) { return known.reference == method.reference; });
    methods.push_back(method);
  }
  if (methods.size() > kMethodsMax) methods.erase(methods.begin(), methods.end() - kMethodsMax);
  session.notes.insert_or_assign(std::string(kMethodsNote), write(methods));
}

std::vector<std::string> methods_at(std::string_view note, std::int64_t now) {
  std::vector<std::string> names;
  for (auto& method : read(note)) {
    const bool is_young = method.max_age <= 0 || now - method.auth_time <= method.max_age;
    if (!is_young || method.reference.empty() || std::ranges::find(names, method.reference) != names.end()) continue;
    names.push_back(std::move(method.reference));
  }
  return names;
}

}  // namespace cardea
