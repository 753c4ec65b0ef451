#include "core/sealed_note.h"

#include "base/assert.h"
#include "base/text.h"

namespace cardea {
namespace {

constexpr char kSeparator = ':';

std::string bound_to(const Interaction& interaction, std::string_view purpose) {
  return "note/" + interaction.realm.str() + "/" + interaction.id + "/" + std::string(purpose);
}

}  // namespace

std::string seal_note(const crypto::Sealer& sealer, const Interaction& interaction, std::string_view purpose,
                      std::string_view bytes, TimePoint expires_at) {
  CARDEA_ASSERT(!interaction.id.empty() && !purpose.empty());
  auto plain = std::to_string(epoch_milliseconds(expires_at)) + kSeparator;
  plain += bytes;
  auto text = sealer.seal_text(plain, bound_to(interaction, purpose));
  wipe(plain);
  CARDEA_ASSERT(text.size() <= kNoteBytesMax);
  return text;
}

std::optional<SecretBytes> open_note(const crypto::Sealer& sealer, const Interaction& interaction,
                                     std::string_view purpose, std::string_view text, TimePoint now) {
  if (text.empty() || text.size() > kNoteBytesMax) return std::nullopt;
  const auto plain = sealer.open_text(text, bound_to(interaction, purpose));
  if (!plain) return std::nullopt;
  const auto whole = plain->reveal();
  const auto at = whole.find(kSeparator);
  if (at == std::string_view::npos) return std::nullopt;
  const auto expires_at = parse_integer<std::int64_t>(whole.substr(0, at));
  if (!expires_at || from_epoch_milliseconds(*expires_at) <= now) return std::nullopt;
  return SecretBytes::copy_of(whole.substr(at + 1));
}

}  // namespace cardea
