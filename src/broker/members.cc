#include "broker/members.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"

namespace cardea::broker {
namespace {

void take_email(User& user, std::string email, bool is_verified) {
  email = ascii_lower(email);
  if (email.empty() || email.size() > kUsernameBytesMax) return;
  const bool is_same = user.email == email;
  user.email = std::move(email);
  user.email_verified = is_verified || (is_same && user.email_verified);
}

}  // namespace

std::string new_username(const Realm& realm, const UpstreamIdentity& identity, const Mapped& mapped) {
  if (realm.registration_email_as_username && !identity.email.empty()) return identity.email;
  auto name = ascii_lower(mapped.username.empty() ? identity.username : mapped.username);
  std::ranges::replace(name, '#', '_');
  return name;
}

void take_members(User& user, const IdentityProvider& provider, const UpstreamIdentity& identity, const Mapped& mapped,
                  bool is_first) {
  if (is_first || sync_mode_of(provider) == SyncMode::kForce) {
    if (!identity.first_name.empty()) user.first_name = limited(identity.first_name);
    if (!identity.last_name.empty()) user.last_name = limited(identity.last_name);
    take_email(user, identity.email, identity.email_verified);
  }
  for (const auto& [name, value] : mapped.members) {
    if (name == "firstName") user.first_name = limited(value);
    if (name == "lastName") user.last_name = limited(value);
    if (name == "email") take_email(user, value, identity.email_verified && ascii_lower(value) == identity.email);
    if (name == "email" && value.empty()) {
      user.email.clear();
      user.email_verified = false;
    }
  }
  for (const auto& [name, values] : mapped.attributes) {
    if (values.empty()) {
      user.attributes.erase(name);
    } else {
      user.attributes[name] = values;
    }
  }
}

std::optional<User> refreshed(const std::optional<User>& current, const IdentityProvider& provider,
                              const UpstreamIdentity& identity, const Mapped& mapped) {
  if (!current || !current->is_active()) return std::nullopt;
  auto after = *current;
  take_members(after, provider, identity, mapped, false);
  return after;
}

bool has_same_members(const User& a, const User& b) {
  return a.first_name == b.first_name && a.last_name == b.last_name && a.email == b.email &&
         a.email_verified == b.email_verified && a.attributes == b.attributes;
}

}  // namespace cardea::broker
