// A realm's user profile: which attributes a person has, who may see and change them, and what their values must look
// like (keycloak.md section 3.9; Keycloak's UPConfig). Read once for each realm; check_profile.h applies it. The pages,
// the account API and the admin API use the same.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "core/profile/validator.h"
#include "domain/realm.h"

namespace cardea {

/// Whom a rule is about: one bit each.
enum ProfileRole : std::uint8_t { kProfileAdmin = 1, kProfileUser = 2 };

struct ProfileAttribute {
  std::string name;
  std::string display_name;  // for people; "${key}" is a key of the message bundles
  std::string group;         // empty: none
  bool multivalued = false;
  std::string default_value;
  std::vector<ProfileValidator> validators;
  std::map<std::string, std::string> annotations;  // inputType and so on, for pages; texts alone

  bool is_required = false;  // with no roles and no scopes below: always
  std::uint8_t required_for = 0;
  std::vector<std::string> required_scopes;
  std::vector<std::string> selector_scopes;  // not empty: the attribute exists only where one of them is asked for
  std::uint8_t may_view = 0;
  std::uint8_t may_edit = 0;

  [[nodiscard]] std::string_view annotation(const std::string& key) const {
    const auto found = annotations.find(key);
    return found == annotations.end() ? std::string_view{} : std::string_view(found->second);
  }
  /// The options of an `options` validator; empty: none.
  [[nodiscard]] std::vector<std::string> options() const;
};

struct ProfileGroup {
  std::string name;
  std::string header;  // these two for people
  std::string description;
};

/// What happens to attributes that the profile does not name.
enum class UnmanagedAttributes { kDropped, kEnabled, kAdminView, kAdminEdit };

struct UserProfile {
  std::vector<ProfileAttribute> attributes;
  std::vector<ProfileGroup> groups;
  UnmanagedAttributes unmanaged = UnmanagedAttributes::kDropped;
  [[nodiscard]] const ProfileAttribute* find(std::string_view name) const;
};

/// One thing that is wrong with a profile's document, for an administrator.
struct ProfileConfigProblem {
  std::string attribute;  // empty: the document
  std::string what;
};

/// Reads a document. What cannot be used (an attribute without a name, named twice, an unknown validator, a pattern
/// that RE2 does not take) is left out and told in `problems`: whoever stores a new document refuses it then, and a
/// stored one goes on with what is good. `username` and `email` are always there.
[[nodiscard]] UserProfile parse_user_profile(const json::object& document, std::vector<ProfileConfigProblem>& problems);

/// The document of a realm: the one of its component, or the one of new realms.
[[nodiscard]] json::object user_profile_document(const Realm& realm);

inline constexpr std::size_t kProfileAttributesMax = 256;

}  // namespace cardea
