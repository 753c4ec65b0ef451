// What somebody wants a user's attributes to be, against the realm's profile (keycloak.md section 3.9). Pure functions;
// whether a name or an address is taken is `find_taken`, inside the transaction that writes.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/profile/user_profile.h"
#include "domain/repository/repositories.h"
#include "domain/user.h"

namespace cardea {

/// Attribute name to values. "username", "email", "firstName" and "lastName" are attributes here as the others are.
using ProfileValues = std::map<std::string, std::vector<std::string>, std::less<>>;

enum class ProfileUse {
  kRegistration,  // a person makes an account
  kLogin,         // a person changes it on the way to a client
  kAddress,       // or their address alone, there (UPDATE_EMAIL)
  kAccount,       // or in the account console
  kAdmin,         // an administrator creates or changes it
};

struct ProfileContext {
  const Realm& realm;
  const UserProfile& profile;
  ProfileUse use = ProfileUse::kLogin;
  std::string_view scope = {};   // what the client asks for, space separated: for rules that hang on it
  const User* before = nullptr;  // null: the user does not exist yet

  [[nodiscard]] std::uint8_t role() const { return use == ProfileUse::kAdmin ? kProfileAdmin : kProfileUser; }
};

/// UPDATE_EMAIL is how people change their address in this realm, and forms of the whole profile do not.
[[nodiscard]] bool has_address_action(const Realm& realm);

/// An attribute as it is here.
struct ProfileField {
  const ProfileAttribute* attribute;
  bool is_required = false;
  bool is_read_only = false;
};
/// Those that may be seen here, in the profile's order. Without a name of its own where the e-mail is the name.
[[nodiscard]] std::vector<ProfileField> fields_of(const ProfileContext& context);

struct ProfileProblem {
  std::string attribute;
  std::string key;
  std::vector<std::string> args;  // {1} and so on
};

struct CheckedProfile {
  /// The user with what may be changed changed: names in lower case, a changed address not verified any more. On
  /// creation id, realm and dates are the caller's.
  User user;
  std::vector<ProfileProblem> problems;  // empty: `user` may be stored
};
/// Attributes that `values` does not name keep what they have where `partial`, and are emptied else. A person's change
/// of what they may only see is passed over; an administrator's is a problem.
[[nodiscard]] CheckedProfile check_profile(const ProfileContext& context, const ProfileValues& values,
                                           bool partial = false);

/// What the user has, as values.
[[nodiscard]] ProfileValues profile_values(const User& user);

/// False when the person must mend their profile at the next login (VERIFY_PROFILE): something that they can change is
/// missing or wrong.
[[nodiscard]] bool is_profile_complete(const Realm& realm, const UserProfile& profile, const User& user);

/// Problems of names and addresses that another user of the realm has.
[[nodiscard]] Stored<std::vector<ProfileProblem>> find_taken(Rows& rows, const Repositories& repositories,
                                                             const Realm& realm, const User& user);

inline constexpr std::size_t kProfileValueBytesMax = 2048;
inline constexpr std::size_t kProfileValuesMax = 100;  // of one attribute

}  // namespace cardea
