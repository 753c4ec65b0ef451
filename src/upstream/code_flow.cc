#include "upstream/code_flow.h"

#include "base/encoding.h"
#include "base/text.h"
#include "base/uri.h"
#include "crypto/hash.h"
#include "upstream/issuer.h"

namespace cardea::upstream {
namespace {

constexpr std::size_t kErrorCharsMax = 64;
constexpr std::size_t kDescriptionCharsMax = 512;
constexpr std::size_t kJsonDepth = 32;

// What a provider says of itself goes into the log: short, and without characters that would break a line.
std::string clipped(std::string_view text, std::size_t chars_max) {
  std::string out;
  for (const char c : text.substr(0, chars_max)) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7f ? ' ' : c;
  }
  return out;
}

// v1 endpoints of Entra ID write numbers as texts.
std::optional<std::int64_t> read_seconds(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return parse_integer<std::int64_t>(std::string_view(value->get_string()));
  if (const auto* number = value->if_int64()) return *number;
  return std::nullopt;
}

TokenRefusal refusal_of(int status, const json::object* answer) {
  TokenRefusal out{.error = "token_status_" + std::to_string(status), .description = {}};
  if (answer == nullptr) return out;
  if (const auto error = string_or(*answer, "error", ""); !error.empty()) out.error = clipped(error, kErrorCharsMax);
  out.description = clipped(string_or(*answer, "error_description", ""), kDescriptionCharsMax);
  return out;
}

std::string basic(std::string_view id, std::string_view secret) {
  std::string pair, encoded;
  web::append_form(pair, "", id);  // "=id"
  web::append_form(encoded, "", secret);
  return "Basic " + base64_encode(pair.substr(1) + ":" + encoded.substr(1));
}

std::string basic_unencoded(const std::string& id, const std::string& secret) {
  return "Basic " + base64_encode(id + ":" + secret);
}

}  // namespace

std::string authorization_url(const AuthorizationCall& call) {
  std::string url = call.endpoint;
  const auto add = [&url](std::string_view name, std::string_view value) {
    if (!value.empty()) append_query(url, name, value);
  };
  add("client_id", call.client_id);
  add("response_type", "code");
  add("redirect_uri", call.redirect_uri);
  add("scope", call.scope);
  add("state", call.state);
  add("nonce", call.nonce);
  add("code_challenge", call.code_challenge);
  if (!call.code_challenge.empty()) add("code_challenge_method", "S256");
  add("response_mode", call.response_mode);
  for (const auto& [name, value] : call.more) add(name, value);
  return url;
}

std::string challenge_of(std::string_view verifier) { return crypto::sha256_base64url(verifier); }

std::string_view describe(CallbackError error) {
  switch (error) {
    case CallbackError::kRepeated:
      return "parameter_repeated";
    case CallbackError::kNoState:
      return "no_state";
    case CallbackError::kNeither:
      return "no_code_and_no_error";
    case CallbackError::kBoth:
      return "code_and_error";
  }
  return "?";
}

Result<Callback, CallbackError> read_callback(const web::Form& form) {
  if (form.first_repeated()) return refuse(CallbackError::kRepeated);
  Callback out;
  out.state = std::string(form.value_or("state", ""));
  out.code = std::string(form.value_or("code", ""));
  out.error = clipped(form.value_or("error", ""), kErrorCharsMax);
  out.error_description = clipped(form.value_or("error_description", ""), kDescriptionCharsMax);
  out.iss = std::string(form.value_or("iss", ""));
  if (out.state.empty()) return refuse(CallbackError::kNoState);
  if (out.code.empty() && out.error.empty()) return refuse(CallbackError::kNeither);
  if (!out.code.empty() && !out.error.empty()) return refuse(CallbackError::kBoth);
  return out;
}

bool is_from_issuer(const Callback& callback, std::string_view issuer, bool must_say) {
  if (callback.iss.empty()) return !must_say;
  if (issuer.empty()) return true;
  return is_template(issuer) || callback.iss == issuer;
}

std::optional<ClientAuthentication> parse_client_authentication(std::string_view name) {
  if (name.empty() || name == "client_secret_post") return ClientAuthentication::kSecretPost;
  if (name == "client_secret_basic") return ClientAuthentication::kSecretBasic;
  if (name == "client_secret_basic_unencoded") return ClientAuthentication::kSecretBasicUnencoded;
  if (name == "private_key_jwt") return ClientAuthentication::kAssertion;
  if (name == "none") return ClientAuthentication::kNone;
  return std::nullopt;
}

web::FetchRequest token_request(web::OutboundUrl endpoint, std::string form, const ClientProof& proof) {
  std::string authorization;
  switch (proof.method) {
    case ClientAuthentication::kSecretBasic:
      authorization = basic(proof.client_id, proof.secret);
      break;
    case ClientAuthentication::kSecretBasicUnencoded:
      authorization = basic_unencoded(proof.client_id, proof.secret);
      break;
    case ClientAuthentication::kSecretPost:
      web::append_form(form, "client_id", proof.client_id);
      web::append_form(form, "client_secret", proof.secret);
      break;
    case ClientAuthentication::kAssertion:
      web::append_form(form, "client_id", proof.client_id);
      web::append_form(form, "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
      web::append_form(form, "client_assertion", proof.assertion);
      break;
    case ClientAuthentication::kNone:
      web::append_form(form, "client_id", proof.client_id);
      break;
  }
  auto request = web::form_request(std::move(endpoint), std::move(form));
  request.headers.push_back({"Accept", "application/json"});
  if (!authorization.empty()) request.headers.push_back({"Authorization", std::move(authorization)});
  request.body_bytes_max = kTokenAnswerBytesMax;
  return request;
}

std::string code_form(std::string_view code, std::string_view redirect_uri, std::string_view verifier) {
  std::string form;
  web::append_form(form, "grant_type", "authorization_code");
  web::append_form(form, "code", code);
  web::append_form(form, "redirect_uri", redirect_uri);
  if (!verifier.empty()) web::append_form(form, "code_verifier", verifier);
  return form;
}

std::string refresh_form(std::string_view refresh_token) {
  std::string form;
  web::append_form(form, "grant_type", "refresh_token");
  web::append_form(form, "refresh_token", refresh_token);
  return form;
}

Result<TokenAnswer, TokenRefusal> read_token_answer(const web::Fetched& fetched) {
  if (!fetched) {
    return refuse(TokenRefusal{.error = "token_" + std::string(web::describe(fetched.error())), .description = {}});
  }
  const auto document = parse_json(fetched->body, {.bytes_max = kTokenAnswerBytesMax, .depth_max = kJsonDepth});
  const auto* answer = document && document->is_object() ? &document->get_object() : nullptr;
  // GitHub says errors with 200.
  if (fetched->status != 200 || answer == nullptr || answer->contains("error")) {
    return refuse(refusal_of(fetched->status, answer));
  }
  TokenAnswer out;
  out.access_token = string_or(*answer, "access_token", "");
  out.id_token = string_or(*answer, "id_token", "");
  out.refresh_token = string_or(*answer, "refresh_token", "");
  out.scope = string_or(*answer, "scope", "");
  out.expires_in = read_seconds(*answer, "expires_in");
  const auto type = string_or(*answer, "token_type", "Bearer");
  if (out.access_token.empty() || !equal_ignoring_ascii_case(type, "bearer")) {
    return refuse(TokenRefusal{.error = "token_answer_without_bearer_token", .description = {}});
  }
  out.text = fetched->body;
  return out;
}

web::FetchRequest bearer_request(web::OutboundUrl url, std::string_view access_token) {
  auto request = web::get_request(std::move(url), "application/json");
  request.headers.push_back({"Authorization", "Bearer " + std::string(access_token)});
  return request;
}

Result<json::object, std::string> read_object(const web::Fetched& fetched) {
  if (!fetched) return refuse(std::string(web::describe(fetched.error())));
  if (fetched->status != 200) return refuse("status_" + std::to_string(fetched->status));
  auto document = parse_json(fetched->body, {.bytes_max = web::kFetchBodyBytesMax, .depth_max = kJsonDepth});
  if (!document || !document->is_object()) return refuse(std::string("not_json"));
  return std::move(document->get_object());
}

}  // namespace cardea::upstream
