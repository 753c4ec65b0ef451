#include "tool/api/admin_api.h"

#include <algorithm>

#include "base/text.h"
#include "base/uri.h"
#include "web/form.h"

namespace cardea::tool {
namespace {

constexpr JsonLimits kAnswerLimits{.bytes_max = kAnswerBytesMax, .depth_max = kDocumentDepthMax};
constexpr std::chrono::seconds kRenewBefore{5};  // a call on its way must not outlive its token

/// The server's own words about a refusal: the members in which the admin API and the token endpoint put them.
std::string words_of(const web::FetchResponse& answer) {
  const auto document = parse_json(answer.body, kAnswerLimits);
  if (!document || !document->is_object()) return {};
  const auto& members = document->as_object();
  for (const auto* name : {"errorMessage", "error_description", "error"}) {
    if (const auto* text = find_string(members, name); text != nullptr && !text->empty()) return std::string(*text);
  }
  return {};
}

std::string sentence(std::string_view what, const web::FetchResponse& answer) {
  auto text = std::string(what) + ": " + std::to_string(answer.status);
  if (const auto words = words_of(answer); !words.empty()) text += " " + words;
  return text;
}

std::string unreached(std::string_view server, web::FetchError error) {
  auto text = std::string(server) + " was not reached: " + std::string(web::describe(error));
  if (error == web::FetchError::kRefusedAddress)
    text += " (without TLS only this machine and private addresses are called: a password would be read on the way)";
  return text;
}

}  // namespace

std::string ApiAnswer::created_id() const {
  for (const auto& header : headers) {
    if (equal_ignoring_ascii_case(header.name, "Location")) return header.value.substr(header.value.rfind('/') + 1);
  }
  return {};
}

AdminApi::AdminApi(ServerOptions options, const Dependencies& deps) : options_(std::move(options)), deps_(&deps) {}

Result<AdminApi, std::string> AdminApi::sign_in(const ServerOptions& options, const Dependencies& deps) {
  AdminApi api(options, deps);
  complete_from_environment(api.options_, deps);
  auto& o = api.options_;
  if (auto problem = api.trust()) return refuse(std::move(*problem));
  api.kept_ = o.user.empty() && o.secret.empty() && o.token.empty();
  if (!o.token.empty()) {
    if (o.server.empty()) o.server = string_or(read_session(o, deps), "server", "");
    if (o.server.empty()) return refuse(std::string("--server is missing"));
  } else if (api.kept_) {
    if (auto problem = api.load_session()) return refuse(std::move(*problem));
  } else if (o.server.empty()) {
    return refuse(std::string("--server is missing"));
  } else if (!o.user.empty() && o.password.empty()) {
    return refuse(std::string("the password is missing: set CARDEA_ADMIN_PASSWORD, or give --password"));
  } else if (!o.secret.empty() && o.user.empty() && o.client.empty()) {
    return refuse(std::string("--client is missing: whose is the secret?"));
  }
  if (o.realm.empty()) o.realm = kLoginRealm;
  if (o.client.empty()) o.client = kLoginClient;
  api.server_ = o.server.substr(0, o.server.find_last_not_of('/') + 1);
  if (!o.token.empty()) {
    api.access_token_ = o.token;
    api.renew_at_ = std::chrono::nanoseconds::max();  // it cannot be
    return api;
  }
  if (auto problem = api.renew()) return refuse(std::move(*problem));
  return api;
}

json::object read_session(const ServerOptions& options, const Dependencies& deps) {
  if (options.no_config) return {};
  const auto text = deps.read_file(options.config);
  const auto document = text ? parse_json(*text) : refuse(JsonError::kMalformed);
  return document && document->is_object() ? document->as_object() : json::object();
}

std::optional<std::string> AdminApi::trust() {
  auto path = options_.truststore;
  if (path.empty()) path = string_or(read_session(options_, *deps_), "truststore", "");
  return path.empty() ? std::nullopt : deps_->trust(path);
}

std::optional<std::string> AdminApi::load_session() {
  const auto session = read_session(options_, *deps_);
  const auto server = string_or(session, "server", "");
  if (server.empty()) return "nobody is signed in: run `cardea admin login`, or give --server and --user";
  if (!options_.server.empty() && options_.server != server)
    return "the session of `cardea admin login` is for " + server + "; sign in to " + options_.server + " first";
  options_.server = server;
  options_.realm = string_or(session, "realm", kLoginRealm);
  options_.client = string_or(session, "client", kLoginClient);
  options_.secret = string_or(session, "secret", "");
  refresh_token_ = string_or(session, "refreshToken", "");
  return std::nullopt;
}

bool AdminApi::keep_session() const {
  json::object session{{"server", server_}, {"realm", options_.realm}, {"client", options_.client}};
  if (!options_.secret.empty()) session["secret"] = options_.secret;
  if (!refresh_token_.empty()) session["refreshToken"] = refresh_token_;
  if (const auto trusted = string_or(read_session(options_, *deps_), "truststore", ""); !trusted.empty())
    session["truststore"] = trusted;
  return deps_->write_private_file(options_.config, json::serialize(session) + "\n");
}

/// A new access token; what went wrong otherwise.
std::optional<std::string> AdminApi::renew() {
  std::string form;
  web::append_form(form, "client_id", options_.client);
  if (!options_.secret.empty()) web::append_form(form, "client_secret", options_.secret);
  if (!refresh_token_.empty()) {
    web::append_form(form, "grant_type", "refresh_token");
    web::append_form(form, "refresh_token", refresh_token_);
  } else if (!options_.user.empty()) {
    web::append_form(form, "grant_type", "password");
    web::append_form(form, "username", options_.user);
    web::append_form(form, "password", options_.password);
  } else {
    web::append_form(form, "grant_type", "client_credentials");
  }
  const auto url = web::ConfiguredUrl::parse(server_ + "/realms/" + percent_encode(options_.realm) +
                                             "/protocol/openid-connect/token");
  if (!url) return "--server must be an http or https URL, such as https://sso.example.test";
  auto request = web::form_request(*url, std::move(form));
  request.timeout = kCallTimeout;
  const auto answer = deps_->call(std::move(request));
  if (!answer) return unreached(server_, answer.error());
  if (answer->status != 200) {
    auto text = sentence("sign-in refused", *answer);
    if (!refresh_token_.empty()) text += "; run `cardea admin login` again";
    return text;
  }
  const auto document = parse_json(answer->body);
  if (!document || !document->is_object()) return server_ + " does not answer like an OAuth token endpoint";
  const auto& members = document->as_object();
  access_token_ = string_or(members, "access_token", "");
  refresh_token_ = string_or(members, "refresh_token", "");
  renew_at_ = deps_->clock.steady() + std::chrono::seconds(int_or(members, "expires_in", 60)) - kRenewBefore;
  if (kept_ && !refresh_token_.empty() && !keep_session()) return "cannot write " + options_.config;
  return std::nullopt;
}

Result<ApiAnswer, ApiError> AdminApi::call(web::Method method, std::string_view path, std::string body,
                                           const std::vector<web::Header>& headers) {
  if (deps_->clock.steady() >= renew_at_) {
    if (auto problem = renew()) return refuse(ApiError{0, std::move(*problem)});
  }
  constexpr std::string_view kRoot = "/admin";
  const auto& root = options_.admin_root;
  const bool is_elsewhere = !root.empty() && path.starts_with(kRoot);
  const auto url = web::ConfiguredUrl::parse(is_elsewhere ? root.substr(0, root.find_last_not_of('/') + 1) +
                                                                std::string(path.substr(kRoot.size()))
                                                          : server_ + std::string(path));
  if (!url) return refuse(ApiError{0, std::string(path) + " is not the path of a resource"});
  web::FetchRequest request{.url = *url, .method = method, .headers = headers, .body = std::move(body)};
  request.headers.push_back({"Authorization", "Bearer " + access_token_});
  const auto has_type = std::ranges::any_of(
      headers, [](const web::Header& h) { return equal_ignoring_ascii_case(h.name, "Content-Type"); });
  if (!request.body.empty() && !has_type) request.headers.push_back({"Content-Type", "application/json"});
  request.timeout = kCallTimeout;
  request.body_bytes_max = kAnswerBytesMax;
  auto answer = deps_->call(std::move(request));
  if (!answer) return refuse(ApiError{0, unreached(server_, answer.error())});
  if (answer->status >= 400) {
    auto what = std::string(web::name(method)) + " " + std::string(path);
    return refuse(ApiError{answer->status, sentence(what, *answer)});
  }
  return ApiAnswer{answer->status, std::move(answer->headers), std::move(answer->body)};
}

Result<json::value, ApiError> AdminApi::get(std::string_view path) {
  auto answer = call(web::Method::kGet, path, {}, {{"Accept", "application/json"}});
  if (!answer) return refuse(std::move(answer.error()));
  auto document = parse_json(answer->body, kAnswerLimits);
  if (!document) return refuse(ApiError{answer->status, "GET " + std::string(path) + ": the answer is no JSON"});
  return std::move(*document);
}

Result<std::optional<json::value>, ApiError> AdminApi::find(std::string_view path) {
  auto found = get(path);
  if (found) return std::optional(std::move(*found));
  if (found.error().status == 404) return std::optional<json::value>();
  return refuse(std::move(found.error()));
}

Result<ApiAnswer, ApiError> AdminApi::post(std::string_view path, const json::value& body) {
  return call(web::Method::kPost, path, json::serialize(body));
}

Result<ApiAnswer, ApiError> AdminApi::put(std::string_view path, const json::value& body) {
  return call(web::Method::kPut, path, json::serialize(body));
}

Result<ApiAnswer, ApiError> AdminApi::remove(std::string_view path, std::string body) {
  return call(web::Method::kDelete, path, std::move(body));
}

}  // namespace cardea::tool
