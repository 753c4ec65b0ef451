// Whatever the claims behind a good signature, and whatever the text: no crash, and what is read names a user, an id,
// and actions only where actions belong.
#include "base/assert.h"
#include "core/action_token.h"
#include "jose/signing_key.h"

namespace {

using namespace cardea;

constexpr std::string_view kIssuer = "https://i";

const RealmEntry& realm() {
  static const auto entry = [] {
    auto made = std::make_unique<RealmEntry>();
    auto key = jose::SigningKey::make_hmac(SecretBytes(std::string(64, 's')), "h", jose::Algorithm::kHS512).value();
    made->private_keys.add(key.verification_key());
    made->signing_keys.emplace("HS512", std::make_shared<const jose::SigningKey>(std::move(key)));
    return made;
  }();
  return *entry;
}

void check(std::string_view text) {
  const auto token = read_action_token(realm(), kIssuer, text, from_epoch_seconds(1'800'000'000));
  if (!token) return;
  CARDEA_ASSERT(!token->id.empty() && !token->user.str().empty());
  CARDEA_ASSERT(token->actions.empty() == (token->kind != ActionKind::kExecuteActions));
  CARDEA_ASSERT(token->invitation.empty() == (token->kind != ActionKind::kJoinOrganization));
  CARDEA_ASSERT(token->expires_at > from_epoch_seconds(1'800'000'000));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(text);
  check(jose::sign_jwt(*realm().signing_key("HS512"), "JWT", text));
  return 0;
}
