// Secrets of clients that are renewed by the executor secret-rotation (core/client_policies.h): the one before the
// present one stands among the client's attributes, as in Keycloak, and is taken until its end. The record of a client
// is sealed as a whole.
#pragma once

#include <optional>

#include "base/clock.h"
#include "base/random.h"
#include "base/secret.h"
#include "core/client_policies.h"

namespace cardea {

struct RotatedSecret {
  SecretBytes secret;
  TimePoint until;
};
/// Absent: there is none, or its attributes cannot be read. It may have ended.
[[nodiscard]] std::optional<RotatedSecret> rotated_secret(const Client& client);
/// When the present secret ends; absent: it does not say.
[[nodiscard]] std::optional<TimePoint> secret_end(const Client& client);

/// A new secret. With a rotation the present one, where there is one, becomes the rotated one.
void renew_secret(Client& client, const std::optional<SecretRotation>& rotation, TimePoint now, Random& random);
/// For a client that is written: one that the rotation is new to begins its time, one near its end is renewed.
void keep_rotating(Client& client, const SecretRotation& rotation, TimePoint now, Random& random);
void drop_rotated_secret(Client& client);

/// Attributes that only these functions write.
[[nodiscard]] bool is_secret_attribute(std::string_view name);

}  // namespace cardea
