#include "login/login_link.h"

#include "base/encoding.h"
#include "base/json.h"
#include "base/uri.h"
#include "web/form.h"

namespace cardea::login {
namespace {

std::string_view wire_name(ResponseMode mode) {
  switch (mode) {
    case ResponseMode::kQuery:
      return "query";
    case ResponseMode::kFragment:
      return "fragment";
    case ResponseMode::kFormPost:
      return "form_post";
    case ResponseMode::kQueryJwt:
      return "query.jwt";
    case ResponseMode::kFragmentJwt:
      return "fragment.jwt";
    case ResponseMode::kFormPostJwt:
      return "form_post.jwt";
  }
  return "query";
}

// Keycloak leaves `rm` out where the request named no mode: then it follows from the response type.
std::optional<ResponseMode> parse_mode(std::string_view name, std::string_view response_type) {
  if (name == "query") return ResponseMode::kQuery;
  if (name == "fragment") return ResponseMode::kFragment;
  if (name == "form_post") return ResponseMode::kFormPost;
  if (name == "query.jwt") return ResponseMode::kQueryJwt;
  if (name == "fragment.jwt") return ResponseMode::kFragmentJwt;
  if (name == "form_post.jwt") return ResponseMode::kFormPostJwt;
  if (!name.empty()) return std::nullopt;
  return response_type.find("token") == std::string_view::npos ? ResponseMode::kQuery : ResponseMode::kFragment;
}

}  // namespace

LoginLink make_link(const AuthorizationRequest& request, std::string_view interaction_id, std::string session_code,
                    std::string_view execution) {
  return {.session_code = std::move(session_code),
          .execution = std::string(execution),
          .client_id = request.client_id,
          .tab_id = std::string(interaction_id),
          .client_data = encode_client_data(request)};
}

std::string link_url(std::string_view base, std::string_view realm_name, std::string_view action,
                     const LoginLink& link) {
  std::string url(base);
  url.append("/realms/").append(percent_encode(realm_name)).append("/login-actions/").append(action).append("?");
  web::append_form(url, "session_code", link.session_code);
  web::append_form(url, "execution", link.execution);
  web::append_form(url, "client_id", link.client_id);
  web::append_form(url, "tab_id", link.tab_id);
  if (!link.client_data.empty()) web::append_form(url, "client_data", link.client_data);
  return url;
}

std::optional<LoginLink> read_link(const web::Request& request) {
  const auto form = web::Form::parse(request.query);
  if (!form || form->first_repeated()) return std::nullopt;
  const auto text = [&form](std::string_view name) { return std::string(form->value_or(name, "")); };
  return LoginLink{.session_code = text("session_code"),
                   .execution = text("execution"),
                   .client_id = text("client_id"),
                   .tab_id = text("tab_id"),
                   .client_data = text("client_data")};
}

std::string encode_client_data(const AuthorizationRequest& request) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object().member("ru", request.redirect_uri).member("rt", request.response_type);
  writer.member("rm", wire_name(request.response_mode));
  if (request.state) writer.member("st", *request.state);
  writer.end_object();
  auto encoded = base64url_encode(text);
  return encoded.size() > kClientDataBytesMax ? std::string() : encoded;
}

std::optional<ClientData> decode_client_data(std::string_view text) {
  if (text.empty() || text.size() > kClientDataBytesMax) return std::nullopt;
  const auto bytes = base64url_decode(text);
  if (!bytes) return std::nullopt;
  const auto document = parse_json(*bytes, {.bytes_max = kClientDataBytesMax, .depth_max = 2});
  if (!document || !document->is_object()) return std::nullopt;
  const auto& object = document->get_object();
  ClientData out;
  out.redirect_uri = string_or(object, "ru", "");
  out.response_type = string_or(object, "rt", "code");
  const auto mode = parse_mode(string_or(object, "rm", ""), out.response_type);
  if (out.redirect_uri.empty() || !mode) return std::nullopt;
  out.response_mode = *mode;
  if (const auto* state = find_string(object, "st")) out.state = std::string(*state);
  return out;
}

}  // namespace cardea::login
