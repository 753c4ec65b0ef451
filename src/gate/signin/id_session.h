// From the answer of a token endpoint to a session: the ID token checked whole, and the claims that decide taken from
// where the application says. Internal to sign_in.
#pragma once

#include <string>

#include "gate/settings/gate_settings.h"
#include "gate/signin/sessions.h"
#include "upstream/code_flow.h"
#include "upstream/id_token.h"
#include "upstream/metadata.h"

namespace cardea::gate {

struct TokenFacts {
  const Application& application;
  const upstream::Metadata& metadata;
  const upstream::ProviderKeys& keys;
  std::string nonce;  // as sent
  TimePoint now;
};

/// The one that the settings name, or where they name a template that of one of their tenants.
[[nodiscard]] bool is_issuer(const SignInSettings& settings, std::string_view issuer);

/// How ID tokens and logout tokens of its provider are checked; what was sent (nonce, access token) is still to be
/// added.
[[nodiscard]] upstream::IdTokenPolicy id_token_policy(const Application& application,
                                                      const upstream::Metadata& metadata, TimePoint now);

/// The error is a word for the log.
[[nodiscard]] Result<Session, std::string> session_of(const TokenFacts& facts, upstream::TokenAnswer answer);

/// Claims that the application's rules look for, which are in the access token and not in the ID token that decides: a
/// mapper at the provider lacks "Add to ID token" (guides.md G3-05). For the log.
[[nodiscard]] std::vector<std::string> claims_left_out(const TokenFacts& facts, const std::string& access_token,
                                                       const Session& session);

/// A refresh may come without an ID token: then the old one stays (OpenID Connect Core section 12.2). One that comes
/// must be about the same person.
[[nodiscard]] Result<Session, std::string> refreshed_session(const TokenFacts& facts, upstream::TokenAnswer answer,
                                                             const Session& before);

}  // namespace cardea::gate
