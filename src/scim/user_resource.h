// A person as a SCIM User and back (RFC 7643 section 4.1). What the account has a place for is there: userName, name,
// emails, active, and simple attributes that the realm's user profile has under the same name; the rest is kept beside
// it, so that a client reads what it wrote. Passwords are not taken: they would be a way into an account that its owner
// does not know of. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "core/profile/check_profile.h"
#include "domain/group.h"
#include "domain/identity_provider.h"
#include "domain/provisioned_user.h"
#include "domain/user.h"
#include "scim/scim_error.h"

namespace cardea::scim {

/// A person within reach.
struct Person {
  User user;
  std::optional<ProvisionedUser> row;
  bool has_link = false;
  std::string upstream_id;     // of the link
  std::string upstream_name;   // the same
  bool was_signed_in = false;  // by the link

  [[nodiscard]] bool is_made() const { return row && row->is_made; }
};

/// How the client calls them.
[[nodiscard]] std::string user_name_of(const Person& person);
[[nodiscard]] std::string external_id_of(const Person& person, const IdentityProvider& provider);

/// What the client may write, as it stands.
[[nodiscard]] json::object user_attributes(const Person& person, const IdentityProvider& provider);
/// The whole resource. `base`: URL of the provider's SCIM.
[[nodiscard]] json::object user_json(const Person& person, const IdentityProvider& provider,
                                     const std::vector<SourcedGroup>& groups, std::string_view base);

/// What a client wants a person to be.
struct UserWish {
  std::string user_name{};
  std::optional<std::string> external_id{};  // absent: not said
  std::string given_name{}, family_name{};
  std::string email{};           // lower case; empty: none
  std::optional<bool> active{};  // absent: as it is
  json::object document{};       // the rest
};
/// `attributes` as read_resource or apply_patch give them.
[[nodiscard]] Result<UserWish, ScimError> read_wish(const json::object& attributes);

struct WishedUser {
  User user;
  std::vector<ProfileProblem> left_out{};  // what the profile does not take: there `user` is as it was before
};
/// `before` with the wish's names, address and attributes, checked against the realm's profile, which refuses a
/// userName and leaves anything else out. Of attributes only those change of which the wish says something else than
/// `said`, the document as it was: the others may be the person's own words. A new address is not verified. Whether a
/// name may be changed by people is another matter: here their directory changes it.
[[nodiscard]] Result<WishedUser, ScimError> wished_user(const User& before, const json::object& said,
                                                        const UserWish& wish, const Realm& realm,
                                                        const UserProfile& profile);
/// Keeps in the wish's document what was left out of the account and has its place nowhere else.
void keep_left_out(UserWish& wish, std::string_view attribute);

}  // namespace cardea::scim
