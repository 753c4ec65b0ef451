// The authorization code flow from the client's side (RFC 6749 section 4.1, OpenID Connect Core section 3.1, RFC 7636,
// RFC 9207): the URL a person is sent to, what comes back with them, and the token request. Values in and out; who
// keeps state, nonce and verifier is the caller's business.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "web/fetch.h"
#include "web/form.h"

namespace cardea::upstream {

struct AuthorizationCall {
  std::string endpoint;  // may have a query of its own
  std::string client_id;
  std::string redirect_uri;
  std::string scope;
  std::string state;
  std::string nonce;                                           // empty: not sent
  std::string code_challenge;                                  // S256; empty: not sent
  std::string response_mode;                                   // empty: the provider's default
  std::vector<std::pair<std::string, std::string>> more = {};  // prompt, login_hint ...; empty values are left out
};
[[nodiscard]] std::string authorization_url(const AuthorizationCall& call);
/// RFC 7636 section 4.2.
[[nodiscard]] std::string challenge_of(std::string_view verifier);

/// What came back: a code or an error, never both.
struct Callback {
  std::string state;
  std::string code;
  std::string error;
  std::string error_description;
  std::string iss;
};
enum class CallbackError { kRepeated, kNoState, kNeither, kBoth };
[[nodiscard]] std::string_view describe(CallbackError error);
[[nodiscard]] Result<Callback, CallbackError> read_callback(const web::Form& form);

/// RFC 9207 section 2.4: a callback from one provider must not be taken for another's. `issuer`: the provider's, empty
/// when it has none; `must_say`: its metadata promises the parameter. A template fits no `iss`, so there the parameter
/// is not compared.
[[nodiscard]] bool is_from_issuer(const Callback& callback, std::string_view issuer, bool must_say);

enum class ClientAuthentication {
  kSecretPost,
  kSecretBasic,
  kSecretBasicUnencoded,  // id and secret as they are, as providers want it that never read RFC 6749 section 2.3.1
  kAssertion,
  kNone
};
/// Keycloak's and RFC 7591's names; absent: not one we speak.
[[nodiscard]] std::optional<ClientAuthentication> parse_client_authentication(std::string_view name);

struct ClientProof {
  ClientAuthentication method = ClientAuthentication::kSecretPost;
  std::string client_id;
  std::string secret;     // of the two secret methods
  std::string assertion;  // client_assertion.h
};
/// POST of `form` (encoded, without the client's parameters), authenticated by one method, never two (guides.md G2.3).
[[nodiscard]] web::FetchRequest token_request(web::OutboundUrl endpoint, std::string form, const ClientProof& proof);
/// The form of grant_type=authorization_code. Empty `verifier`: none.
[[nodiscard]] std::string code_form(std::string_view code, std::string_view redirect_uri, std::string_view verifier);

/// The form of grant_type=refresh_token (RFC 6749 section 6).
[[nodiscard]] std::string refresh_form(std::string_view refresh_token);

inline constexpr std::size_t kTokenAnswerBytesMax = 256 * 1024;
struct TokenAnswer {
  std::string access_token;
  std::string id_token;
  std::string refresh_token;
  std::string scope;
  std::optional<std::int64_t> expires_in;  // seconds
  std::string text;                        // the whole answer, to be kept when the realm asks for it
};
/// Why there is no token: `error` is a word for the log, the provider's own when it gave one; `description` is its
/// text, cut off, for the log alone.
struct TokenRefusal {
  std::string error;
  std::string description;
};
[[nodiscard]] Result<TokenAnswer, TokenRefusal> read_token_answer(const web::Fetched& fetched);

/// GET with a bearer token.
[[nodiscard]] web::FetchRequest bearer_request(web::OutboundUrl url, std::string_view access_token);
/// A JSON object, from userinfo or Graph. The error is a word for the log.
[[nodiscard]] Result<json::object, std::string> read_object(const web::Fetched& fetched);

}  // namespace cardea::upstream
