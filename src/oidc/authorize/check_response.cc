#include <algorithm>
#include <array>

#include "base/text.h"
#include "core/policy_requests.h"
#include "oidc/authorize/check_request.h"

namespace cardea::oidc {
namespace {

OAuthError invalid_request(std::string description, std::string note) {
  return {OAuthCode::kInvalidRequest, std::move(description), 0, std::move(note)};
}

/// The words in one order (a response type is a set: OAuth 2.0 Multiple Response Types section 3), or nothing when one
/// is unknown, stands twice, or does not go with the others.
std::string normal_response_type(std::string_view text) {
  constexpr std::array<std::string_view, 3> kWords = {"code", "id_token", "token"};
  const auto words = split_words(text);
  if (words.size() == 1 && words.front() == "none") return "none";
  std::string type;
  std::size_t known = 0;
  for (const auto word : kWords) {
    const auto times = static_cast<std::size_t>(std::ranges::count(words, word));
    if (times == 0) continue;
    known += times == 1 ? 1 : words.size() + 1;
    type.append(type.empty() ? "" : " ").append(word);
  }
  return known == words.size() ? type : std::string();
}

/// The mode, or the default of the type while it is not known yet (AZ-20: whoever asks for tokens looks for errors in
/// the fragment).
Result<void, OAuthError> read_mode(const web::Form& form, AuthorizationRequest& request) {
  struct Name {
    std::string_view name;
    ResponseMode mode;
  };
  static constexpr std::array kNames = {Name{"query", ResponseMode::kQuery},
                                        Name{"fragment", ResponseMode::kFragment},
                                        Name{"form_post", ResponseMode::kFormPost},
                                        Name{"query.jwt", ResponseMode::kQueryJwt},
                                        Name{"fragment.jwt", ResponseMode::kFragmentJwt},
                                        Name{"form_post.jwt", ResponseMode::kFormPostJwt}};
  const auto type = form.value_or("response_type", "");
  const bool by_fragment = has_word(type, "token") || has_word(type, "id_token");
  request.response_mode = by_fragment ? ResponseMode::kFragment : ResponseMode::kQuery;
  const auto asked = form.value("response_mode");
  if (!asked) return {};
  if (*asked == "jwt") {
    request.response_mode = by_fragment ? ResponseMode::kFragmentJwt : ResponseMode::kQueryJwt;
    return {};
  }
  const auto* found = std::ranges::find(kNames, *asked, &Name::name);
  if (found == kNames.end()) return refuse(invalid_request("Invalid parameter: response_mode", "bad_response_mode"));
  const bool in_query = found->mode == ResponseMode::kQuery || found->mode == ResponseMode::kQueryJwt;
  if (in_query && by_fragment) {  // tokens must not get into logs and Referer headers (AZ-16, JM-4)
    return refuse(invalid_request("Response_mode '" + std::string(*asked) + "' not allowed for implicit or hybrid flow",
                                  "tokens_in_query"));
  }
  request.response_mode = found->mode;
  return {};
}

/// Executor secure-response-type: what comes back is signed, as an ID token beside the code or as a whole (JARM).
bool is_answer_signed(std::string_view held, const AuthorizationRequest& request) {
  if (!request.asks_for("code")) return false;
  if (request.asks_for("id_token")) return held == "token" || !request.asks_for("token");
  const bool is_jwt = request.response_mode == ResponseMode::kQueryJwt ||
                      request.response_mode == ResponseMode::kFragmentJwt ||
                      request.response_mode == ResponseMode::kFormPostJwt;
  return is_jwt && !request.asks_for("token");
}

OAuthError flow_off(std::string_view flow) {
  return {OAuthCode::kUnauthorizedClient,
          "Client is not allowed to initiate browser login with given response_type. " + std::string(flow) +
              " flow is disabled for the client.",
          0, std::string(flow) + "_flow_off"};
}

}  // namespace

Result<void, OAuthError> check_allowed(const Client& client, const AuthorizationRequest& request) {
  const bool tokens = wants_tokens(request);
  if (client.policy() != ClientPolicy::kClassic && request.response_type != "code") {  // FA-9; O21 section 10.1
    return refuse(OAuthError{OAuthCode::kUnsupportedResponseType, "", 0, "policy_allows_code_only"});
  }
  if (const auto held = client.attribute(kHeldResponse); !held.empty() && !is_answer_signed(held, request)) {
    return refuse(invalid_request("invalid response_type", "policy_secure_response_type"));
  }
  if ((request.asks_for("code") || !tokens) && !client.standard_flow_enabled) return refuse(flow_off("Standard"));
  if (tokens && !client.implicit_flow_enabled) return refuse(flow_off("Implicit"));
  const bool bound = client.attribute_is_true("dpop.bound.access.tokens") ||
                     client.attribute_is_true("tls.client.certificate.bound.access.tokens");
  if (request.asks_for("token") && bound) {  // RFC 8705 section 6.4: nothing binds a token that comes this way
    return refuse(OAuthError{OAuthCode::kUnauthorizedClient, "Client requires sender-constrained access tokens", 0,
                             "unbound_token"});
  }
  return {};
}

Result<void, OAuthError> check_response(const web::Form& form, const Client& client, AuthorizationRequest& request) {
  if (auto done = read_mode(form, request); !done) return done;
  const auto type = form.value("response_type");
  if (!type) return refuse(invalid_request("Missing parameter: response_type", "no_response_type"));
  auto normal = normal_response_type(*type);
  if (normal.empty())
    return refuse(OAuthError{OAuthCode::kUnsupportedResponseType, "", 0, "unsupported_response_type"});
  request.response_type = std::move(normal);
  if (auto done = check_allowed(client, request); !done) return done;
  if (request.asks_for("id_token") && request.nonce.empty()) {
    return refuse(invalid_request("Missing parameter: nonce", "no_nonce"));
  }
  return {};
}

}  // namespace cardea::oidc
