#include "core/sealed_interaction.h"

#include "base/assert.h"
#include "base/limits.h"
#include "domain/interaction_json.h"

namespace cardea {
namespace {

constexpr auto kBegunAnewFor = std::chrono::hours(24);

std::string bound_to(const RealmId& realm) { return "interaction.login/" + realm.str(); }

/// Whatever its time.
std::optional<Interaction> read_sealed(const crypto::Sealer& sealer, const RealmId& realm, std::string_view text) {
  if (text.empty() || text.size() > kInteractionBytesMax) return std::nullopt;
  const auto plain = sealer.open_text(text, bound_to(realm));
  if (!plain) return std::nullopt;
  auto interaction = interaction_from_json(plain->reveal());
  if (!interaction || interaction->realm != realm || !std::holds_alternative<AwaitingLogin>(interaction->stage)) {
    return std::nullopt;
  }
  return std::move(*interaction);
}

}  // namespace

std::string_view describe(SealedInteractionError error) {
  switch (error) {
    case SealedInteractionError::kTooLarge:
      return "too_large";
    case SealedInteractionError::kUnreadable:
      return "unreadable";
    case SealedInteractionError::kExpired:
      return "expired";
  }
  return "?";
}

Result<std::string, SealedInteractionError> seal_interaction(const crypto::Sealer& sealer,
                                                             const Interaction& interaction) {
  CARDEA_ASSERT(std::holds_alternative<AwaitingLogin>(interaction.stage));
  auto text = sealer.seal_text(to_json(interaction), bound_to(interaction.realm));
  if (text.size() > kInteractionBytesMax) return refuse(SealedInteractionError::kTooLarge);
  return text;
}

Result<Interaction, SealedInteractionError> open_interaction(const crypto::Sealer& sealer, const RealmId& realm,
                                                             std::string_view text, TimePoint now) {
  auto interaction = read_sealed(sealer, realm, text);
  if (!interaction) return refuse(SealedInteractionError::kUnreadable);
  if (interaction->expires_at <= now) return refuse(SealedInteractionError::kExpired);
  return std::move(*interaction);
}

std::optional<Interaction> open_timed_out_interaction(const crypto::Sealer& sealer, const RealmId& realm,
                                                      std::string_view text, TimePoint now) {
  auto interaction = read_sealed(sealer, realm, text);
  const bool timed_out = interaction && interaction->expires_at <= now && now < interaction->expires_at + kBegunAnewFor;
  return timed_out ? std::move(interaction) : std::nullopt;
}

}  // namespace cardea
