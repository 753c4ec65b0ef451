#include "scim/schema.h"

#include <algorithm>

#include "base/text.h"

namespace cardea::scim {
namespace {

using enum Type;
using enum Mutability;

constexpr Attribute kMeta[] = {{.name = "resourceType", .case_exact = true, .mutability = kReadOnly},
                               {.name = "created", .type = kDateTime, .mutability = kReadOnly},
                               {.name = "lastModified", .type = kDateTime, .mutability = kReadOnly},
                               {.name = "location", .type = kReference, .case_exact = true, .mutability = kReadOnly},
                               {.name = "version", .case_exact = true, .mutability = kReadOnly}};
constexpr Attribute kName[] = {{.name = "formatted"},  {.name = "familyName"},      {.name = "givenName"},
                               {.name = "middleName"}, {.name = "honorificPrefix"}, {.name = "honorificSuffix"}};
constexpr Attribute kPlural[] = {
    {.name = "value"}, {.name = "display"}, {.name = "type"}, {.name = "primary", .type = kBoolean}};
constexpr Attribute kPhotos[] = {{.name = "value", .type = kReference, .case_exact = true},
                                 {.name = "display"},
                                 {.name = "type"},
                                 {.name = "primary", .type = kBoolean}};
constexpr Attribute kCertificates[] = {{.name = "value", .type = kBinary, .case_exact = true},
                                       {.name = "display"},
                                       {.name = "type"},
                                       {.name = "primary", .type = kBoolean}};
constexpr Attribute kAddresses[] = {
    {.name = "formatted"},  {.name = "streetAddress"}, {.name = "locality"}, {.name = "region"},
    {.name = "postalCode"}, {.name = "country"},       {.name = "type"},     {.name = "primary", .type = kBoolean}};
constexpr Attribute kGroupsOfUser[] = {
    {.name = "value", .case_exact = true, .mutability = kReadOnly},
    {.name = "$ref", .type = kReference, .case_exact = true, .mutability = kReadOnly},
    {.name = "display", .mutability = kReadOnly},
    {.name = "type", .mutability = kReadOnly}};
constexpr Attribute kMembers[] = {{.name = "value", .case_exact = true},
                                  {.name = "$ref", .type = kReference, .case_exact = true},
                                  {.name = "display", .mutability = kReadOnly},
                                  {.name = "type"}};
constexpr Attribute kManager[] = {{.name = "value", .case_exact = true},
                                  {.name = "$ref", .type = kReference, .case_exact = true},
                                  {.name = "displayName", .mutability = kReadOnly}};

#define CARDEA_SCIM_COMMON                                                           \
  {.name = "schemas", .type = kReference, .multi_valued = true, .case_exact = true}, \
      {.name = "id", .case_exact = true, .mutability = kReadOnly, .unique = true},   \
      {.name = "externalId", .case_exact = true}, {                                  \
    .name = "meta", .type = kComplex, .mutability = kReadOnly, .sub = kMeta          \
  }

constexpr Attribute kUser[] = {
    CARDEA_SCIM_COMMON,
    {.name = "userName", .required = true, .unique = true},
    {.name = "name", .type = kComplex, .sub = kName},
    {.name = "displayName"},
    {.name = "nickName"},
    {.name = "profileUrl", .type = kReference, .case_exact = true},
    {.name = "title"},
    {.name = "userType"},
    {.name = "preferredLanguage"},
    {.name = "locale"},
    {.name = "timezone"},
    {.name = "active", .type = kBoolean},
    {.name = "password", .case_exact = true, .mutability = kWriteOnly},
    {.name = "emails", .type = kComplex, .multi_valued = true, .sub = kPlural},
    {.name = "phoneNumbers", .type = kComplex, .multi_valued = true, .sub = kPlural},
    {.name = "ims", .type = kComplex, .multi_valued = true, .sub = kPlural},
    {.name = "photos", .type = kComplex, .multi_valued = true, .sub = kPhotos},
    {.name = "addresses", .type = kComplex, .multi_valued = true, .sub = kAddresses},
    {.name = "groups", .type = kComplex, .multi_valued = true, .mutability = kReadOnly, .sub = kGroupsOfUser},
    {.name = "entitlements", .type = kComplex, .multi_valued = true, .sub = kPlural},
    {.name = "roles", .type = kComplex, .multi_valued = true, .sub = kPlural},
    {.name = "x509Certificates", .type = kComplex, .multi_valued = true, .sub = kCertificates}};

constexpr Attribute kEnterprise[] = {
    {.name = "employeeNumber"}, {.name = "costCenter"}, {.name = "organization"},
    {.name = "division"},       {.name = "department"}, {.name = "manager", .type = kComplex, .sub = kManager}};

constexpr Attribute kGroup[] = {CARDEA_SCIM_COMMON,
                                {.name = "displayName", .required = true},
                                {.name = "members", .type = kComplex, .multi_valued = true, .sub = kMembers}};

const Attribute* find_named(std::span<const Attribute> attributes, std::string_view name) {
  const auto found = std::ranges::find_if(
      attributes, [&](const Attribute& each) { return equal_ignoring_ascii_case(each.name, name); });
  return found == attributes.end() ? nullptr : &*found;
}

// ATTRNAME of RFC 7644 section 3.4.2.2, and "$ref".
bool is_name(std::string_view text) {
  if (text == "$ref") return true;
  const auto is_alpha = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (text.empty() || !is_alpha(text.front())) return false;
  return std::ranges::all_of(text,
                             [&](char c) { return is_alpha(c) || (c >= '0' && c <= '9') || c == '-' || c == '_'; });
}

/// What follows `urn` and a colon; absent: `text` does not begin so.
std::optional<std::string_view> behind(std::string_view text, std::string_view urn) {
  if (urn.empty() || text.size() < urn.size() || !equal_ignoring_ascii_case(text.substr(0, urn.size()), urn)) {
    return std::nullopt;
  }
  text.remove_prefix(urn.size());
  if (text.empty()) return text;
  if (text.front() != ':') return std::nullopt;
  text.remove_prefix(1);
  return text.empty() ? std::nullopt : std::optional(text);
}

std::string_view word(Type type) {
  switch (type) {
    case kBoolean:
      return "boolean";
    case kDateTime:
      return "dateTime";
    case kReference:
      return "reference";
    case kBinary:
      return "binary";
    case kComplex:
      return "complex";
    case kString:
      break;
  }
  return "string";
}

// NOLINTNEXTLINE(misc-no-recursion): sub-attributes have none of their own
json::array attributes_json(std::span<const Attribute> attributes) {
  json::array out;
  for (const auto& each : attributes) {
    json::object row{{"name", each.name},
                     {"type", word(each.type)},
                     {"multiValued", each.multi_valued},
                     {"description", each.name},
                     {"required", each.required},
                     {"mutability", each.mutability == kReadOnly    ? "readOnly"
                                    : each.mutability == kWriteOnly ? "writeOnly"
                                                                    : "readWrite"},
                     {"returned", each.mutability == kWriteOnly                 ? "never"
                                  : each.name == "id" || each.name == "schemas" ? "always"
                                                                                : "default"},
                     {"uniqueness", each.unique ? "server" : "none"}};
    if (each.type != kBoolean && each.type != kComplex && each.type != kDateTime) row["caseExact"] = each.case_exact;
    if (each.type == kReference) {
      row["referenceTypes"] = each.name == "$ref" ? json::array{"User", "Group"} : json::array{"uri"};
    }
    if (!each.sub.empty()) row["subAttributes"] = attributes_json(each.sub);
    out.push_back(std::move(row));
  }
  return out;
}

json::object schema_json(std::string_view base, std::string_view urn, std::string_view name,
                         std::span<const Attribute> attributes) {
  return {{"schemas", json::array{"urn:ietf:params:scim:schemas:core:2.0:Schema"}},
          {"id", urn},
          {"name", name},
          {"description", name},
          {"attributes", attributes_json(attributes)},
          {"meta",
           json::object{{"resourceType", "Schema"}, {"location", std::string(base) + "/Schemas/" + std::string(urn)}}}};
}

json::object resource_type_json(std::string_view base, const ResourceType& type) {
  json::object out{
      {"schemas", json::array{"urn:ietf:params:scim:schemas:core:2.0:ResourceType"}},
      {"id", type.name},
      {"name", type.name},
      {"endpoint", type.endpoint},
      {"description", type.description},
      {"schema", type.urn},
      {"meta", json::object{{"resourceType", "ResourceType"},
                            {"location", std::string(base) + "/ResourceTypes/" + std::string(type.name)}}}};
  if (!type.extension_urn.empty()) {
    out["schemaExtensions"] = json::array{json::object{{"schema", type.extension_urn}, {"required", false}}};
  }
  return out;
}

}  // namespace

const Attribute* Attribute::find_sub(std::string_view sub_name) const { return find_named(sub, sub_name); }

const ResourceType& user_type() {
  static constexpr ResourceType kType{"User",         "/Users",   "People of this provider", kUserUrn, kUser,
                                      kEnterpriseUrn, kEnterprise};
  return kType;
}

const ResourceType& group_type() {
  static constexpr ResourceType kType{"Group", "/Groups", "Groups of this provider", kGroupUrn, kGroup, {}, {}};
  return kType;
}

Result<AttributeRef, NameError> find_attribute(const ResourceType& type, std::string_view text) {
  AttributeRef out;
  auto attributes = type.attributes;
  if (const auto rest = behind(text, type.extension_urn)) {
    out.in_extension = true;
    if (rest->empty()) return out;
    attributes = type.extension;
    text = *rest;
  } else if (const auto own = behind(text, type.urn)) {
    if (own->empty()) return refuse(NameError::kMalformed);
    text = *own;
  } else if (text.size() > 4 && equal_ignoring_ascii_case(text.substr(0, 4), "urn:")) {
    return refuse(NameError::kUnknown);
  }
  const auto dot = text.find('.');
  const auto name = text.substr(0, dot);
  if (!is_name(name)) return refuse(NameError::kMalformed);
  out.attribute = find_named(attributes, name);
  if (dot != std::string_view::npos && !is_name(text.substr(dot + 1))) return refuse(NameError::kMalformed);
  if (out.attribute == nullptr) return refuse(NameError::kUnknown);
  if (dot == std::string_view::npos) return out;
  out.sub = out.attribute->find_sub(text.substr(dot + 1));
  if (out.sub == nullptr) return refuse(NameError::kUnknown);
  return out;
}

json::array schemas_json(std::string_view base) {
  return {schema_json(base, kUserUrn, "User", kUser), schema_json(base, kGroupUrn, "Group", kGroup),
          schema_json(base, kEnterpriseUrn, "EnterpriseUser", kEnterprise)};
}

json::array resource_types_json(std::string_view base) {
  return {resource_type_json(base, user_type()), resource_type_json(base, group_type())};
}

json::object service_provider_config_json(std::string_view base) {
  const json::object no{{"supported", false}};
  return {
      {"schemas", json::array{"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"}},
      {"patch", json::object{{"supported", true}}},
      {"bulk", json::object{{"supported", false}, {"maxOperations", 0}, {"maxPayloadSize", 0}}},
      {"filter", json::object{{"supported", true}, {"maxResults", kPageMax}}},
      {"changePassword", no},
      {"sort", no},
      {"etag", no},
      {"authenticationSchemes", json::array{json::object{{"type", "oauthbearertoken"},
                                                         {"name", "Bearer token"},
                                                         {"description", "The token that was made for this provider"},
                                                         {"primary", true}}}},
      {"meta", json::object{{"resourceType", "ServiceProviderConfig"},
                            {"location", std::string(base) + "/ServiceProviderConfig"}}}};
}

}  // namespace cardea::scim
