// What leaves with a person for a provider and must come back with them (attack classes 3, 8, 14; RFC 6749 section
// 10.12, RFC 9207, OAuth 2.0 Security BCP section 4.4):
//
// - `state` is sealed: which realm and provider, the secret behind nonce and PKCE verifier, until when, and the hash of
//   the cookie below. A state of one provider opens at no other's callback (mix-up).
// - a cookie holds the login on its way. Whoever has only the state, or only the cookie, has nothing.
//
// Internal to broker.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "crypto/seal.h"
#include "domain/upstream_login.h"
#include "web/request.h"
#include "web/response.h"

namespace cardea::broker {

inline constexpr seconds kStateLife{1800};
inline constexpr std::size_t kStateBytesMax = 2048;
// Of the cookie's value: browsers drop cookies beyond 4096 bytes with name and attributes.
inline constexpr std::size_t kPausedBytesMax = 3900;
// Of one browser; an older one is dropped for a new one, or a page that begins many would make requests that are too
// long for any server of this origin.
inline constexpr std::size_t kPausedLoginsMax = 2;

struct UpstreamState {
  std::string realm;  // name
  std::string alias;
  std::string tab_id;  // which cookie
  std::string secret;  // verifier; the nonce is made from it
  std::string paused_hash;
  bool is_source = false;  // comes back to authentik's callback path
  TimePoint expires_at{};

  [[nodiscard]] TimePoint left_at() const { return expires_at - kStateLife; }
  [[nodiscard]] std::string nonce() const;
  /// What stands in the database when it was used: one login for each state.
  [[nodiscard]] std::string used_hash() const;
};

[[nodiscard]] std::string seal_state(const crypto::Sealer& sealer, const UpstreamState& state);
/// Absent: not ours, changed, or too old.
[[nodiscard]] std::optional<UpstreamState> open_state(const crypto::Sealer& sealer, std::string_view text,
                                                      TimePoint now);

/// The cookie's value for a login; empty when it is too long for a cookie.
[[nodiscard]] std::string encode_paused(const PausedLogin& paused);
[[nodiscard]] std::optional<PausedLogin> decode_paused(std::string_view text);
[[nodiscard]] std::string hash_of_paused(std::string_view text);

void set_paused_cookie(web::Response& response, const web::Request& request, std::string_view tab_id,
                       std::string_view value);
void drop_paused_cookie(web::Response& response, const web::Request& request, std::string_view tab_id);
/// The login that this state is about, from the cookie; absent: another browser, or too late.
[[nodiscard]] std::optional<PausedLogin> read_paused(const web::Request& request, const UpstreamState& state);

}  // namespace cardea::broker
