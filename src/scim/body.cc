#include "scim/body.h"

#include <algorithm>

#include "base/text.h"

namespace cardea::scim {
namespace {

ScimError wrong_type(const Attribute& attribute) {
  return bad_value("The value of " + std::string(attribute.name) + " has the wrong type");
}

bool is_unassigned(const json::value& value) {
  if (value.is_null()) return true;
  if (const auto* list = value.if_array()) return list->empty();
  const auto* object = value.if_object();
  return object != nullptr && object->empty();
}

Result<json::value, ScimError> read_simple(const Attribute& attribute, const json::value& value) {
  if (attribute.type == Type::kBoolean) {
    if (value.is_bool()) return value;
    const auto* text = value.if_string();
    if (text != nullptr && equal_ignoring_ascii_case(*text, "true")) return json::value(true);
    if (text != nullptr && equal_ignoring_ascii_case(*text, "false")) return json::value(false);
    return refuse(wrong_type(attribute));
  }
  if (value.is_int64() || value.is_uint64()) return json::value(json::serialize(value));  // employeeNumber and the like
  if (!value.is_string()) return refuse(wrong_type(attribute));
  const std::string_view text = value.get_string();
  const auto bytes_max = attribute.type == Type::kBinary ? 8 * kTextBytesMax : kTextBytesMax;
  const bool has_control = std::ranges::any_of(text, [](char c) { return c == '\0'; });
  if (text.size() > bytes_max || has_control) {
    return refuse(bad_value("The value of " + std::string(attribute.name) + " is too long or cannot be kept"));
  }
  return value;
}

// NOLINTNEXTLINE(misc-no-recursion): sub-attributes have none of their own
Result<json::value, ScimError> read_one(const Attribute& attribute, const json::value& value) {
  if (attribute.type != Type::kComplex) return read_simple(attribute, value);
  json::object out;
  if (value.is_string()) {
    const auto* sub = attribute.find_sub("value");
    if (sub == nullptr) return refuse(wrong_type(attribute));
    if (value.get_string().empty()) return json::value();
    out[sub->name] = value;
    return json::value(std::move(out));
  }
  // A list where one value belongs: the manager, as one of Entra ID's forms has it.
  const json::value* one = &value;
  if (const auto* list = value.if_array(); list != nullptr && list->size() == 1) one = &list->front();
  if (!one->is_object()) return refuse(wrong_type(attribute));
  for (const auto& [name, member] : one->get_object()) {
    const auto* sub = attribute.find_sub(name);
    if (sub == nullptr || sub->mutability == Mutability::kReadOnly) continue;
    auto read = read_value(*sub, member);
    if (!read) return read;
    if (!read->is_null()) out[sub->name] = std::move(*read);
  }
  return out.empty() ? json::value() : json::value(std::move(out));
}

Result<void, ScimError> read_attributes(std::span<const Attribute> attributes, const json::object& body,
                                        json::object& out) {
  for (const auto& [name, value] : body) {
    const auto found = std::ranges::find_if(attributes, [&](const Attribute& each) {
      return equal_ignoring_ascii_case(each.name, std::string_view(name));
    });
    if (found == attributes.end() || found->mutability != Mutability::kReadWrite || found->name == "schemas") continue;
    auto read = read_value(*found, value);
    if (!read) return refuse(std::move(read.error()));
    if (!has_one_primary(*read))
      return refuse(bad_value(std::string(found->name) + " has more than one primary value"));
    if (!read->is_null()) out[found->name] = std::move(*read);
  }
  return {};
}

}  // namespace

Result<json::object, ScimError> parse_body(std::string_view text) {
  auto value = parse_json(text, {.bytes_max = kBodyBytesMax, .depth_max = kBodyDepthMax});
  if (!value) {
    if (value.error() == JsonError::kTooLarge) return refuse(ScimError{413, {}, "The body is too large"});
    return refuse(bad_syntax("The body is no JSON object: " + std::string(describe(value.error()))));
  }
  if (!value->is_object()) return refuse(bad_syntax("The body is no JSON object"));
  return std::move(value->get_object());
}

Result<json::object, ScimError> read_resource(const ResourceType& type, const json::object& body) {
  json::object out;
  if (auto read = read_attributes(type.attributes, body, out); !read) return refuse(std::move(read.error()));
  const auto* extension = type.extension_urn.empty() ? nullptr : find_member(body, type.extension_urn);
  if (extension != nullptr && extension->is_object()) {
    json::object inner;
    if (auto read = read_attributes(type.extension, extension->get_object(), inner); !read) {
      return refuse(std::move(read.error()));
    }
    if (!inner.empty()) out[type.extension_urn] = std::move(inner);
  }
  return out;
}

// NOLINTNEXTLINE(misc-no-recursion)
Result<json::value, ScimError> read_value(const Attribute& attribute, const json::value& value) {
  if (is_unassigned(value)) return json::value();
  if (!attribute.multi_valued) return read_one(attribute, value);
  const auto* list = value.if_array();
  const auto values_max = attribute.name == "members" ? kMembersOfRequestMax : kValuesMax;
  if (list != nullptr && list->size() > values_max) {
    return refuse(bad_value(std::string(attribute.name) + " has too many values for one request"));
  }
  json::array out;
  const auto add = [&](const json::value& each) -> Result<void, ScimError> {
    auto read = read_one(attribute, each);
    if (!read) return refuse(std::move(read.error()));
    if (!read->is_null()) out.push_back(std::move(*read));
    return {};
  };
  if (list == nullptr) {
    if (auto added = add(value); !added) return refuse(std::move(added.error()));
  } else {
    for (const auto& each : *list) {
      if (auto added = add(each); !added) return refuse(std::move(added.error()));
    }
  }
  return out.empty() ? json::value() : json::value(std::move(out));
}

bool has_one_primary(const json::value& values) {
  const auto* list = values.if_array();
  if (list == nullptr) return true;
  return std::ranges::count_if(*list, [](const json::value& each) {
           return each.is_object() && bool_or(each.get_object(), "primary", false);
         }) <= 1;
}

const json::value* find_member(const json::object& object, std::string_view name) {
  const auto found = std::ranges::find_if(
      object, [&](const auto& member) { return equal_ignoring_ascii_case(std::string_view(member.key()), name); });
  return found == object.end() ? nullptr : &found->value();
}

}  // namespace cardea::scim
