#include "broker/property_mapping.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

namespace cardea::broker {
namespace {

constexpr std::array<std::string_view, 4> kMembers = {"username", "email", "firstName", "lastName"};

std::optional<std::string> text_of(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_bool() || value.is_number()) return json::serialize(value);
  return std::nullopt;
}

bool is_member(std::string_view name) { return std::ranges::find(kMembers, name) != kMembers.end(); }

/// Absent: neither a plain value nor a list of them.
std::optional<std::vector<std::string>> texts_of(const json::value& value) {
  std::vector<std::string> out;
  if (value.is_null()) return out;
  if (!value.is_array()) {
    auto text = text_of(value);
    if (!text) return std::nullopt;
    out.push_back(std::move(*text));
    return out;
  }
  for (const auto& item : value.get_array()) {
    auto text = text_of(item);
    if (!text) return std::nullopt;
    out.push_back(std::move(*text));
  }
  return out;
}

/// False: it is no value for it.
bool put(MappedProperties& out, std::string_view name, const json::value& value) {
  auto texts = texts_of(value);
  if (name.empty() || !texts) return false;
  out.values.insert_or_assign(std::string(name), std::move(*texts));
  return true;
}

bool put_table(MappedProperties& out, const json::object& table) {
  for (const auto& [name, value] : table) {
    if (name != "attributes") {
      if (!is_member(name) || !put(out, name, value)) return false;
      continue;
    }
    if (value.is_array() && value.get_array().empty()) continue;  // an empty table
    if (!value.is_object()) return false;
    for (const auto& [attribute, texts] : value.get_object()) {
      if (is_member(attribute) || !put(out, attribute, texts)) return false;
    }
  }
  return true;
}

json::object shown_identity(const UpstreamIdentity& identity) {
  return json::object{
      {"provider", identity.provider},    {"issuer", identity.issuer},     {"id", identity.id},
      {"username", identity.username},    {"email", identity.email},       {"email_verified", identity.email_verified},
      {"firstName", identity.first_name}, {"lastName", identity.last_name}};
}

}  // namespace

MappedProperties map_properties(std::string_view expression, std::string_view attribute,
                                const UpstreamIdentity& identity) {
  MappedProperties out;
  const auto itself = shown_identity(identity);
  const auto result = evaluate_expression(expression, {{"claims", &identity.claims},
                                                       {"userinfo", &identity.userinfo},
                                                       {"answer", &identity.answer},
                                                       {"identity", &itself}});
  if (!result) {
    out.problem = describe(result.error().error);
    if (!result.error().message.empty()) out.problem.append(": ").append(result.error().message);
    return out;
  }
  if (result->is_null()) return out;
  const bool is_empty_table = result->is_array() && result->get_array().empty();
  const bool is_good = !attribute.empty()
                           ? put(out, attribute, *result)
                           : is_empty_table || (result->is_object() && put_table(out, result->get_object()));
  if (is_good) return out;
  return {.values = {}, .problem = "expression_gives_no_properties"};
}

}  // namespace cardea::broker
