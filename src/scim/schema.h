// Which attributes users and groups have here (RFC 7643 sections 4, 7 and 8.7.1). One table: bodies are read by it,
// filters and PATCH paths are checked against it, and /Schemas shows it. Names match in any case (RFC 7643
// section 2.1); past this file they are written as the table has them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/json.h"

namespace cardea::scim {

inline constexpr std::string_view kUserUrn = "urn:ietf:params:scim:schemas:core:2.0:User";
inline constexpr std::string_view kGroupUrn = "urn:ietf:params:scim:schemas:core:2.0:Group";
inline constexpr std::string_view kEnterpriseUrn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
inline constexpr std::string_view kListUrn = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
inline constexpr std::string_view kPatchUrn = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
inline constexpr std::string_view kSearchUrn = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
inline constexpr std::string_view kErrorUrn = "urn:ietf:params:scim:api:messages:2.0:Error";

/// Resources of one answer, whatever `count` says.
inline constexpr int kPageMax = 200;

enum class Type : std::uint8_t { kString, kBoolean, kDateTime, kReference, kBinary, kComplex };
enum class Mutability : std::uint8_t { kReadWrite, kReadOnly, kWriteOnly };

struct Attribute {
  std::string_view name;
  Type type = Type::kString;
  bool multi_valued = false;
  bool case_exact = false;
  Mutability mutability = Mutability::kReadWrite;
  bool required = false;
  bool unique = false;
  std::span<const Attribute> sub = {};

  /// A sub-attribute by name in any case; null: there is none.
  [[nodiscard]] const Attribute* find_sub(std::string_view sub_name) const;
};

struct ResourceType {
  std::string_view name;      // "User"
  std::string_view endpoint;  // "/Users"
  std::string_view description;
  std::string_view urn;
  std::span<const Attribute> attributes;  // those that every resource has among them
  std::string_view extension_urn;         // empty: none
  std::span<const Attribute> extension;
};
[[nodiscard]] const ResourceType& user_type();
[[nodiscard]] const ResourceType& group_type();

/// An attribute by its notation (RFC 7644 section 3.10): `name.familyName`, or behind a schema's URN and a colon.
struct AttributeRef {
  bool in_extension = false;
  const Attribute* attribute = nullptr;  // null: the extension as a whole
  const Attribute* sub = nullptr;        // null: not asked for
};
enum class NameError : std::uint8_t { kMalformed, kUnknown };
[[nodiscard]] Result<AttributeRef, NameError> find_attribute(const ResourceType& type, std::string_view text);

/// /Schemas, /ResourceTypes and /ServiceProviderConfig below `base` (RFC 7643 sections 5, 6 and 7).
[[nodiscard]] json::array schemas_json(std::string_view base);
[[nodiscard]] json::array resource_types_json(std::string_view base);
[[nodiscard]] json::object service_provider_config_json(std::string_view base);

}  // namespace cardea::scim
