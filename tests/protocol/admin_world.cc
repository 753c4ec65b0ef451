#include "tests/protocol/admin_world.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "broker/broker.h"
#include "core/realm_import.h"
#include "crypto/password.h"
#include "login/login.h"
#include "oidc/redirect_uri.h"
#include "oidc/registration/token.h"
#include "oidc/routes.h"
#include "oidc/session_cookies.h"
#include "web/form.h"

namespace cardea::protocol {
namespace {

/// Quick keys, so that a test does not wait for RSA.
constexpr std::string_view kKeys =
    R"("defaultSignatureAlgorithm":"ES256","components":{"org.keycloak.keys.KeyProvider":[)"
    R"({"name":"ec","providerId":"ecdsa-generated","config":{"priority":["100"]}},)"
    R"({"name":"hmac","providerId":"hmac-generated","config":{"priority":["100"],"algorithm":["HS512"]}}]})";

const crypto::KeycloakCredential& correct_horse() {
  static const auto credential = [] {
    SeededRandom random(1);
    return crypto::to_keycloak_credential(*crypto::hash_password("correct-horse", random));
  }();
  return credential;
}

std::string person(std::string_view username, std::string_view more) {
  json::object credential;
  credential["type"] = "password";
  credential["credentialData"] = correct_horse().credential_data;
  credential["secretData"] = correct_horse().secret_data;
  json::object user = parse_json(more).value().as_object();
  user["username"] = username;
  user["enabled"] = true;
  user["firstName"] = "Test";
  user["lastName"] = "Person";
  user["email"] = std::string(username) + "@example.org";
  user["credentials"] = json::array{credential};
  return json::serialize(user);
}

}  // namespace

json::value AdminWorld::Sent::parsed() const {
  auto value = parse_json(body);
  EXPECT_TRUE(value) << status << " " << body;
  return value ? std::move(*value) : json::value();
}
json::object AdminWorld::Sent::object() const {
  auto value = parsed();
  EXPECT_TRUE(value.is_object()) << status << " " << body;
  return value.is_object() ? value.get_object() : json::object();
}
json::array AdminWorld::Sent::array() const {
  auto value = parsed();
  EXPECT_TRUE(value.is_array()) << status << " " << body;
  return value.is_array() ? value.get_array() : json::array();
}
std::string AdminWorld::Sent::made_id() const { return location.substr(location.rfind('/') + 1); }

AdminWorld::AdminWorld() {
  settings_.use_frontends(frontends_);
  import(std::string(R"({"realm":"master","enabled":true,)")
             .append(kKeys)
             .append(R"(,"users":[)")
             .append(person("root", R"({"realmRoles":["admin","default-roles-master"]})"))
             .append("]}"));
  import(std::string(R"({"realm":"demo","enabled":true,)")
             .append(kKeys)
             .append(R"(,"users":[)")
             .append(person("ada", R"({"realmRoles":["default-roles-demo"]})"))
             .append("]}"));
  oidc_ = std::make_unique<oidc::Dependencies>(oidc::Dependencies{
      repositories, settings_, pages_, base_url_, clock, random, events, login_guard_,
      [](const web::Request&, std::shared_ptr<const RealmEntry>, AuthorizationRequest, std::string,
         std::optional<SessionId>) -> web::Outcome { return web::empty_response(500); },
      [](const web::Request&, std::shared_ptr<const RealmEntry>, AuthorizationRequest, Authentication,
         std::vector<std::string>) -> web::Outcome { return web::empty_response(500); }});
  admin_ = std::make_unique<admin::Dependencies>(admin::Dependencies{
      .repositories = repositories,
      .settings = settings_,
      .base_url = base_url_,
      .clock = clock,
      .random = random,
      .log = events,
      .mailer = login::make_theme_mailer(),
      .mail_base = [this](const web::Request& request,
                          std::string_view realm) { return base_url_.of_realm(request, realm); },
      .is_redirect_allowed = [](const Client& client, std::string_view uri,
                                std::string_view base) { return oidc::is_redirect_allowed(client, uri, base); },
      .make_registration_token =
          [](const RealmEntry& realm, std::string_view issuer, const admin::RegistrationTokenOrder& order,
             TimePoint now) {
            return oidc::make_registration_token(realm, issuer, {order.kind, order.ticket}, now, order.expires_at);
          },
      .add_session_cookies =
          [this](web::Response& response, const web::Request& request, const RealmEntry& realm,
                 const UserSession& session, TimePoint now) {
            oidc::add_session_cookies(response, request, realm, session, base_url_.issuer(request, realm.realm.name),
                                      base_url_, "s", now);
          },
      .tell_clients =
          [this](std::vector<admin::ClientMessage> messages) {
            std::vector<bool> taken(messages.size(), true);
            for (auto& message : messages) told.push_back(std::move(message));
            return taken;
          },
      .forget_keys =
          [this](const std::vector<admin::ClientKeysAddress>& clients, const std::vector<IdentityProvider>&) {
            for (const auto& client : clients) keys_forgotten.push_back(client.url);
          },
      .issuer_of_links = &broker::issuer_of_links});
  oidc::add_routes(router_, *oidc_);
  admin::add_routes(router_, *admin_);
  events.attach(settings_);
  root_ = token("master", "root");
}

AdminWorld::~AdminWorld() = default;

void AdminWorld::import(std::string_view text) {
  const auto done = import_realm({repositories, clock, random}, parse_json(text).value().as_object());
  EXPECT_TRUE(done) << done.error().describe();
}

std::string AdminWorld::full(std::string_view path) {
  if (path.starts_with("/admin/")) return std::string(path);
  return std::string("/admin/realms/demo").append(path);
}

AdminWorld::Sent AdminWorld::send(web::Method method, std::string_view path, std::string_view token,
                                  std::string_view body, std::string_view content_type) {
  web::Request request;
  request.method = method;
  request.scheme = "https";
  request.host = "id.example";
  request.remote_address = "192.0.2.7";
  request.correlation_id = "test";
  const auto mark = path.find('?');
  request.path = path.substr(0, mark);
  if (mark != std::string_view::npos) request.query = path.substr(mark + 1);
  if (!token.empty()) request.headers.push_back({"Authorization", std::string("Bearer ").append(token)});
  if (!body.empty()) request.headers.push_back({"Content-Type", std::string(content_type)});
  request.body = body;
  const auto response = web::run(router_.handle(request));
  const auto* location = response.find_header("Location");
  return {.status = response.status,
          .body = std::string(response.body_text()),
          .location = location == nullptr ? std::string() : *location};
}

std::string AdminWorld::token(std::string_view realm, std::string_view username, std::string_view client,
                              std::string_view scope) {
  std::string form;
  web::append_form(form, "grant_type", "password");
  web::append_form(form, "client_id", client);
  web::append_form(form, "username", username);
  web::append_form(form, "password", "correct-horse");
  web::append_form(form, "scope", scope);
  const auto sent = send(web::Method::kPost, std::string("/realms/").append(realm) + "/protocol/openid-connect/token",
                         {}, form, "application/x-www-form-urlencoded");
  EXPECT_EQ(sent.status, 200) << sent.body;
  return string_or(sent.object(), "access_token", "");
}

std::string AdminWorld::admin_token(const std::vector<std::string>& roles) {
  const auto name = "person" + std::to_string(++people_);
  const auto made = post("/users", person(name, "{}"));
  EXPECT_EQ(made.status, 201) << made.body;
  const auto management = client_uuid("realm-management");
  json::array list;
  for (const auto& role : roles) {
    const auto found = get("/clients/" + management + "/roles/" + role).object();
    list.push_back(json::object{{"id", found.at("id")}, {"name", role}});
  }
  if (!list.empty()) {
    const auto mapped =
        post("/users/" + made.made_id() + "/role-mappings/clients/" + management, json::serialize(list));
    EXPECT_EQ(mapped.status, 204) << mapped.body;
  }
  return token("demo", name);
}

std::string AdminWorld::client_uuid(std::string_view client_id) {
  const auto found = get(std::string("/clients?clientId=").append(client_id)).array();
  EXPECT_EQ(found.size(), 1U) << client_id;
  return found.empty() ? std::string() : string_or(found.front().get_object(), "id", "");
}

std::string AdminWorld::user_id(std::string_view username) {
  const auto found = get(std::string("/users?exact=true&username=").append(username)).array();
  EXPECT_EQ(found.size(), 1U) << username;
  return found.empty() ? std::string() : string_or(found.front().get_object(), "id", "");
}

void expect(const AdminWorld::Sent& sent, int status, std::string_view body) {
  EXPECT_EQ(sent.status, status);
  EXPECT_EQ(sent.body, body);
}

}  // namespace cardea::protocol
