#include "oidc/device/decide_poll.h"

#include <algorithm>

#include "oidc/token/grants/redeem_code.h"

namespace cardea::oidc {
namespace {

PollDecision refused(OAuthCode code, std::string_view description, std::string note) {
  return {.error = OAuthError{code, std::string(description), 400, std::move(note)}};
}

std::string poll_note(const PollWords& words, std::string_view what) {
  return std::string(words.noun).append("_").append(what);
}

/// RFC 7636 on top of RFC 8628, for clients that sent a challenge.
Result<void, OAuthError> check_verifier(const DeviceCode& code, std::optional<std::string_view> verifier) {
  AuthorizationCode as_code;
  as_code.code_challenge = code.code_challenge;
  as_code.challenge_method = code.challenge_method;
  return check_code_verifier(as_code, verifier);
}

PollDecision pending(const DeviceCode& code, TimePoint now, const PollWords& words) {
  const bool first = code.polled_at == TimePoint{};
  const bool too_fast = !first && now < code.polled_at + code.interval - kPollSlack;
  auto decision = too_fast ? refused(OAuthCode::kSlowDown, words.too_fast, "slow_down")
                           : refused(OAuthCode::kAuthorizationPending, words.pending, "authorization_pending");
  decision.is_noted = true;
  decision.interval =
      too_fast ? std::max(code.interval, std::min(code.interval + kSlowDownStep, kPollIntervalMax)) : code.interval;
  return decision;
}

}  // namespace

PollDecision decide_poll(const std::optional<DeviceCode>& code, const ClientId& client,
                         std::optional<std::string_view> code_verifier, TimePoint now, const PollWords& words) {
  if (!code) return refused(OAuthCode::kInvalidGrant, words.not_valid, poll_note(words, "unknown"));
  // Before anything else is told about it, and before its interval can be changed by others (attack class 14).
  if (code->client != client) return refused(OAuthCode::kInvalidGrant, "unauthorized client", "code_of_other_client");
  if (code->is_used) return refused(OAuthCode::kInvalidGrant, words.used, poll_note(words, "used"));
  if (now >= code->expires_at) return refused(OAuthCode::kExpiredToken, words.expired, poll_note(words, "expired"));
  if (code->state == DeviceState::kDenied) return refused(OAuthCode::kAccessDenied, words.denied, "denied_by_user");
  if (code->state == DeviceState::kPending) return pending(*code, now, words);
  if (auto proven = check_verifier(*code, code_verifier); !proven) return {.error = proven.error()};
  return {};
}

}  // namespace cardea::oidc
