#include "login/login_fixture.h"

#include "base/uri.h"
#include "core/realm_defaults.h"
#include "crypto/password.h"
#include "web/form.h"

namespace cardea::login {
namespace {

std::vector<SecretBytes> seal_keys() {
  std::vector<SecretBytes> keys;
  keys.emplace_back(std::string(crypto::kSealKeyBytes, 'k'));
  return keys;
}

std::string unescape(std::string text) {
  const std::pair<std::string_view, std::string_view> kEntities[] = {{"&quot;", "\""}, {"&apos;", "'"}, {"&#39;", "'"},
                                                                     {"&lt;", "<"},    {"&gt;", ">"},   {"&amp;", "&"}};
  for (const auto& [from, to] : kEntities) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
      text.replace(at, from.size(), to);
    }
  }
  return text;
}

void keep_cookies(std::map<std::string, std::string>& cookies, const web::Response& response) {
  for (const auto& header : response.headers) {
    if (header.name != "Set-Cookie") continue;
    const auto equals = header.value.find('=');
    const auto end = header.value.find(';');
    const auto name = header.value.substr(0, equals);
    if (header.value.find("Max-Age=0") != std::string::npos) {
      cookies.erase(name);
    } else {
      cookies[name] = header.value.substr(equals + 1, end - equals - 1);
    }
  }
}

}  // namespace

std::string query_of(std::string_view url) {
  const auto at = url.find('?');
  return at == std::string_view::npos ? std::string() : std::string(url.substr(at + 1));
}

std::string query_value(std::string_view url, std::string_view name) {
  const auto form = web::Form::parse(query_of(url));
  return form ? std::string(form->value_or(name, "")) : std::string("(malformed)");
}

std::string attribute_after(std::string_view html, std::string_view marker, std::string_view attribute) {
  auto at = html.find(marker);
  if (at == std::string_view::npos) return {};
  at = html.find(std::string(attribute) + "=\"", at);
  if (at == std::string_view::npos) return {};
  at += attribute.size() + 2;
  return unescape(std::string(html.substr(at, html.find('"', at) - at)));
}

LoginTest::LoginTest()
    : sealer_(seal_keys()),
      login_({.repositories = repositories_,
              .settings = settings_,
              .sealer = sealer_,
              .pages = pages_,
              .base_url = base_url_,
              .clock = clock_,
              .random = random_,
              .log = log_,
              .login_guard = login_guard_,
              .complete = [this](const web::Request&, std::shared_ptr<const RealmEntry> realm,
                                 const AuthorizationRequest& request, const Authentication& proven) -> web::Outcome {
                return web::then(web::Lane::kStore, [this, realm, request, proven]() -> web::Outcome {
                  if (complete_status_ != 302) return web::text_response(complete_status_, "not now");
                  completed_.push_back({realm->realm.name, request, proven});
                  return web::redirect(request.redirect_uri + "?code=1");
                });
              },
              .deny = [this](const web::Request&, std::shared_ptr<const RealmEntry>,
                             const AuthorizationRequest& request) -> web::Outcome {
                ++denied_;
                return web::redirect(request.redirect_uri + "?error=access_denied");
              },
              .why_client_may_not = [this](const ClientEntry* client, const AuthorizationRequest& request,
                                           std::string_view) -> std::optional<std::string> {
                if (client == nullptr) return "client_not_found";
                if (!client->client.enabled) return "client_disabled";
                if (client->client.id != request.client) return "client_replaced";
                if (request.device_user_code.empty() && request.redirect_uri != allowed_redirect_)
                  return "redirect_uri_not_registered";
                return client_may_not_;
              },
              .is_redirect_allowed = [this](const Client&, std::string_view redirect_uri,
                                            std::string_view) { return redirect_uri == allowed_redirect_; },
              .answer_with_error = [](const web::Request&, const RealmEntry&, const Client&,
                                      const AuthorizationRequest& request, std::string_view error,
                                      std::string_view description) -> web::Response {
                auto target = request.redirect_uri + "?error=" + std::string(error);
                target.append("&error_description=").append(description);
                target.append("&mode=").append(std::to_string(static_cast<int>(request.response_mode)));
                if (request.state) target.append("&state=").append(*request.state);
                return web::redirect(std::move(target));
              }}) {
  login_.add_routes(router_);
  realm_.id = RealmId("realm-1");
  realm_.name = "demo";
  realm_.extra = default_realm("demo").realm.extra;
  write([&](Tx& tx) { return repositories_.realms.insert(tx, realm_); });
  Client client;
  client.id = ClientId("client-1");
  client.client_id = "app";
  client.name = "The App";
  client.redirect_uris = {std::string(kRedirectUri)};
  write([&](Tx& tx) { return repositories_.clients.insert(tx, realm_.id, client); });
}

AuthorizationRequest LoginTest::authorization() {
  AuthorizationRequest out;
  out.client = ClientId("client-1");
  out.client_id = "app";
  out.redirect_uri = std::string(kRedirectUri);
  out.scope = "openid";
  out.state = "s-1";
  return out;
}

web::Request LoginTest::make_request(const Browser& browser, web::Method method, std::string_view url) const {
  const auto uri = parse_uri(url);
  web::Request request;
  EXPECT_TRUE(uri.has_value()) << url;
  if (!uri) return request;
  request.method = method;
  request.scheme = browser.scheme;
  request.host = "id.example.com";
  request.remote_address = "192.0.2.7";
  request.correlation_id = "c-1";
  request.path = uri->path;
  request.query = uri->query.value_or("");
  std::string cookies;
  for (const auto& [name, value] : browser.cookies) cookies.append(name).append("=").append(value).append("; ");
  if (!cookies.empty()) request.headers.push_back({"Cookie", cookies.substr(0, cookies.size() - 2)});
  for (const auto& [name, value] : browser.headers) request.headers.push_back({name, value});
  return request;
}

web::Response LoginTest::run_in(Browser& browser, web::Request&, web::Outcome outcome) {
  auto response = web::run(std::move(outcome));
  keep_cookies(browser.cookies, response);
  return response;
}

web::Response LoginTest::start(Browser& browser, AuthorizationRequest authorization, std::string username_shown) {
  settings_.check_versions();
  auto realm = settings_.load_realm(realm_.name);
  EXPECT_TRUE(realm && *realm);
  EXPECT_TRUE(settings_.load_client(*realm, authorization.client_id).has_value());  // oidc has looked it up
  auto request = make_request(browser, web::Method::kGet,
                              browser.scheme + "://id.example.com/realms/demo/protocol/openid-connect/auth");
  return run_in(browser, request, login_.start(request, *realm, std::move(authorization), std::move(username_shown)));
}

web::Response LoginTest::get(Browser& browser, std::string_view url) {
  auto request = make_request(browser, web::Method::kGet, url);
  return run_in(browser, request, router_.handle(request));
}

web::Response LoginTest::post(Browser& browser, std::string_view url, std::string body) {
  auto request = make_request(browser, web::Method::kPost, url);
  if (!browser.headers.contains("Content-Type")) {
    request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  }
  request.body = std::move(body);
  return run_in(browser, request, router_.handle(request));
}

web::Response LoginTest::submit(Browser& browser, const web::Response& page, std::string_view username,
                                std::string_view password, std::string_view more) {
  std::string body;
  web::append_form(body, "username", username);
  web::append_form(body, "password", password);
  body.append("&credentialId=").append(more);
  return post(browser, form_action(page), std::move(body));
}

std::string LoginTest::form_action(const web::Response& page) {
  auto action = attribute_after(page.body_text(), "<form id=\"kc-", "action");
  return action.empty() ? attribute_after(page.body_text(), "<form id=\"register\"", "action") : action;
}

std::string LoginTest::location(const web::Response& response) {
  const auto* found = response.find_header("Location");
  return found == nullptr ? std::string() : *found;
}

void LoginTest::save_realm() {
  write([&](Tx& tx) { return repositories_.realms.update(tx, realm_); });
  ASSERT_TRUE(settings_.check_versions());
}

User LoginTest::add_user(std::string username, std::string_view password, std::vector<std::string> actions,
                         bool enabled, std::string email) {
  User user;
  user.id = UserId("user-" + username);
  user.realm = realm_.id;
  user.username = username;
  user.email = email.empty() ? username + "@example.com" : std::move(email);
  user.first_name = "Test";  // a profile as the realm wants it
  user.last_name = "Person";
  user.enabled = enabled;
  user.required_actions = std::move(actions);
  write([&](Tx& tx) { return repositories_.users.insert(tx, user, false); });
  const auto json = crypto::to_keycloak_credential(*crypto::hash_password(password, random_));
  Credential credential;
  credential.id = CredentialId("credential-" + username);
  credential.user = user.id;
  credential.type = "password";
  credential.created_at = clock_.now();
  credential.credential_data = json.credential_data;
  credential.secret_data = SecretBytes::copy_of(json.secret_data);
  write([&](Tx& tx) { return repositories_.credentials.insert(tx, credential); });
  return user;
}

std::optional<User> LoginTest::find_user(const UserId& id) {
  auto found = read_from(store_, [&](Rows& rows) { return repositories_.users.find(rows, realm_.id, id); });
  return found ? *found : std::nullopt;
}

}  // namespace cardea::login
