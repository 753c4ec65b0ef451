#include "core/client_secret.h"

#include <algorithm>

#include "base/text.h"

namespace cardea {
namespace {

constexpr const char* kMadeAt = "client.secret.creation.time";
constexpr const char* kEndsAt = "client.secret.expiration.time";
constexpr const char* kRotated = "client.secret.rotated";
constexpr const char* kRotatedMadeAt = "client.secret.rotated.creation.time";
constexpr const char* kRotatedEndsAt = "client.secret.rotated.expiration.time";
constexpr std::string_view kOwn[] = {kMadeAt, kEndsAt, kRotated, kRotatedMadeAt, kRotatedEndsAt};
constexpr std::int64_t kTimeMax = 253'402'300'799;  // the end of the year 9999

std::optional<TimePoint> time_of(const Client& client, std::string_view name) {
  const auto read = parse_integer<std::int64_t>(client.attribute(name));
  if (!read || *read <= 0 || *read > kTimeMax) return std::nullopt;
  return from_epoch_seconds(*read);
}

std::string text_of(TimePoint at) { return std::to_string(epoch_seconds(at)); }

}  // namespace

std::optional<RotatedSecret> rotated_secret(const Client& client) {
  const auto until = time_of(client, kRotatedEndsAt);
  const auto secret = client.attribute(kRotated);
  if (!until || secret.empty()) return std::nullopt;
  return RotatedSecret{.secret = SecretBytes::copy_of(secret), .until = *until};
}

std::optional<TimePoint> secret_end(const Client& client) { return time_of(client, kEndsAt); }

void renew_secret(Client& client, const std::optional<SecretRotation>& rotation, TimePoint now, Random& random) {
  const auto made_at = client.attributes.find(kMadeAt);
  const auto before_made_at = made_at == client.attributes.end() ? text_of(now) : made_at->second;
  drop_rotated_secret(client);
  client.attributes.erase(kEndsAt);
  if (rotation) {
    client.attributes[kEndsAt] = text_of(now + rotation->lifetime);
    if (!client.secret.empty()) {
      client.attributes[kRotated] = client.secret.reveal();
      client.attributes[kRotatedMadeAt] = before_made_at;
      client.attributes[kRotatedEndsAt] = text_of(now + rotation->rotated_lifetime);
    }
  }
  client.secret = SecretBytes(random_handle(random));
  client.attributes[kMadeAt] = text_of(now);
}

void keep_rotating(Client& client, const SecretRotation& rotation, TimePoint now, Random& random) {
  const auto end = secret_end(client);
  if (!end) {
    client.attributes[kEndsAt] = text_of(now + rotation.lifetime);
  } else if (*end - now <= rotation.remaining) {
    renew_secret(client, rotation, now, random);
  }
}

void drop_rotated_secret(Client& client) {
  for (const auto* name : {kRotated, kRotatedMadeAt, kRotatedEndsAt}) client.attributes.erase(name);
}

bool is_secret_attribute(std::string_view name) { return std::ranges::find(kOwn, name) != std::end(kOwn); }

}  // namespace cardea
