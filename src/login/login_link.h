// The query of every login-actions URL: session_code, execution, client_id, tab_id, client_data (keycloak.md
// section 1.16).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/authorization.h"
#include "web/request.h"

namespace cardea::login {

struct LoginLink {
  std::string session_code;  // the sealed interaction, or the handle of its row
  std::string execution;     // the id of the step (domain/flow), or the alias of the required action
  std::string client_id;
  std::string tab_id;       // the interaction's id
  std::string client_data;  // as it stands in the URL; empty: none
};

[[nodiscard]] LoginLink make_link(const AuthorizationRequest& request, std::string_view interaction_id,
                                  std::string session_code, std::string_view execution);
/// `B/realms/{realm}/login-actions/{action}?...`.
[[nodiscard]] std::string link_url(std::string_view base, std::string_view realm_name, std::string_view action,
                                   const LoginLink& link);
/// Absent when the query is malformed or says something twice. What is in it is unproven.
[[nodiscard]] std::optional<LoginLink> read_link(const web::Request& request);

/// Where to tell the client that its login has expired, when nothing else of the interaction is left. Anyone can write
/// it.
struct ClientData {
  std::string redirect_uri;
  std::string response_type;
  ResponseMode response_mode = ResponseMode::kQuery;
  std::optional<std::string> state;
};
inline constexpr std::size_t kClientDataBytesMax = 2048;
/// base64url of `{"ru":...,"rt":...,"rm":...,"st":...}`; empty when it would be longer than kClientDataBytesMax.
[[nodiscard]] std::string encode_client_data(const AuthorizationRequest& request);
[[nodiscard]] std::optional<ClientData> decode_client_data(std::string_view text);

}  // namespace cardea::login
