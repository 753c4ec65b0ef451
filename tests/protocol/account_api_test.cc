// The account REST API on the wire (keycloak.md section 1.18), on every engine: who may call what, what people may
// change about themselves, and signing out elsewhere.
#include <gmock/gmock.h>

#include "tests/protocol/harness.h"
#include "tests/support/stepped_flow.h"

namespace cardea::protocol {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kSecret = "12345678901234567890";
constexpr std::string_view kAccount = "/realms/demo/account";

class AccountApi : public testing::TestWithParam<Engine> {
 protected:
  void SetUp() override {
    server_.add_client("account", [](Client& client) { client.standard_flow_enabled = false; });
    for (const auto* name : {"view-profile", "manage-account", "view-applications", "view-groups", "view-consent",
                             "manage-consent", "manage-account-links"}) {
      const auto made = server_.repositories.store.write([&](Tx& tx) {
        Role role;
        role.id = RoleId(std::string("role-") + name);
        role.realm = RealmId("realm-demo");
        role.client = ClientId("client-account");
        role.name = name;
        return server_.repositories.roles.insert(tx, role);
      });
      ASSERT_TRUE(made.has_value());
    }
  }

  void give_role(std::string_view role, std::string_view user = "user-ada") {
    const auto given = server_.repositories.store.write([&](Tx& tx) {
      return server_.repositories.users.add_role(tx, UserId(std::string(user)), RoleId("role-" + std::string(role)));
    });
    ASSERT_TRUE(given.has_value());
    ASSERT_TRUE(server_.settings().check_versions());
  }

  /// A fresh login in a browser of its own.
  std::string token(const Pairs& changes = {}) {
    Browser browser(server_);
    return std::string(redeem(server_, sign_in(browser, "ada", changes)).at("access_token").as_string());
  }

  void add_otp() {
    ASSERT_TRUE(server_.repositories.store.write([&](Tx& tx) {
      return server_.repositories.credentials.insert(tx, otp_credential(UserId("user-ada"), kSecret));
    }));
  }

  web::Response call(web::Method method, std::string_view path, const std::string& token, std::string body = {}) {
    web::Request request;
    request.method = method;
    request.scheme = "https";
    request.host = "id.example";
    request.remote_address = "192.0.2.7";
    const auto mark = path.find('?');
    request.path = std::string(kAccount).append(path.substr(0, mark));
    if (mark != std::string_view::npos) request.query = path.substr(mark + 1);
    request.headers = {{"Accept", "application/json"}};
    if (!token.empty()) request.headers.push_back({"Authorization", "Bearer " + token});
    request.body = std::move(body);
    return server_.handle(std::move(request));
  }
  web::Response get(std::string_view path, const std::string& token) { return call(web::Method::kGet, path, token); }
  json::value body(const web::Response& response) {
    EXPECT_EQ(response.status, 200) << response.body_text();
    auto parsed = parse_json(response.body_text());
    EXPECT_TRUE(parsed.has_value());
    return parsed ? std::move(*parsed) : json::value();
  }

  Server server_{GetParam()};
};
INSTANTIATE_ON_EVERY_ENGINE(AccountApi);

TEST_P(AccountApi, refuses_callers_without_a_good_token_for_it) {
  give_role("manage-account");
  const auto good = token();
  EXPECT_EQ(get("", good).status, 200);
  auto broken = good;
  broken[broken.size() - 5] = broken[broken.size() - 5] == 'A' ? 'B' : 'A';
  for (const auto& bad : {std::string(), std::string("x"), broken, "  " + good, good + " x"}) {
    const auto answer = get("", bad);
    EXPECT_EQ(answer.status, 401) << bad;
    EXPECT_EQ(answer.body_text(), R"({"error":"HTTP 401 Unauthorized"})");
    EXPECT_EQ(*answer.find_header("WWW-Authenticate"), "Bearer");
  }
  server_.clock.advance(seconds{301});
  EXPECT_EQ(get("", good).status, 401) << "expired";
}

TEST_P(AccountApi, refuses_a_token_of_nobody_with_a_role_of_the_account) { EXPECT_EQ(get("", token()).status, 401); }

// As Keycloak does: the account of a client has nobody who could look at it. Neither without a session nor in one.
TEST_P(AccountApi, refuses_service_accounts) {
  server_.add_client("lasting", [](Client& client) {
    client.public_client = false;
    client.secret = SecretBytes(std::string("service-secret"));
    client.service_accounts_enabled = true;
    client.attributes["client_credentials.use_refresh_token"] = "true";
  });
  ASSERT_TRUE(server_.repositories.store.write([&](Tx& tx) {
    User user;
    user.id = UserId("user-service-account-lasting");
    user.realm = RealmId("realm-demo");
    user.username = "service-account-lasting";
    user.service_account_client = ClientId("client-lasting");
    return server_.repositories.users.insert(tx, user, false);
  }));
  for (const std::string client : {"service", "lasting"}) {
    give_role("manage-account", "user-service-account-" + client);
    const auto answer = server_.post(
        "/token", {{"grant_type", "client_credentials"}, {"client_id", client}, {"client_secret", "service-secret"}});
    ASSERT_EQ(answer.status, 200) << answer.body_text();
    const auto robot = std::string(body_of(answer).at("access_token").as_string());
    EXPECT_EQ(payload_of(robot).contains("sid"), client == "lasting");
    for (const auto* path : {"", "/sessions", "/applications", "/credentials"}) {
      EXPECT_EQ(get(path, robot).status, 401) << path;
    }
    EXPECT_EQ(call(web::Method::kPost, "", robot, R"({"firstName":"R2"})").status, 401);
    EXPECT_EQ(server_.log.count("reason=service_account"), client == "lasting" ? 10U : 5U);
  }
}

TEST_P(AccountApi, refuses_a_token_whose_session_has_ended) {
  give_role("manage-account");
  const auto gone = token();
  EXPECT_EQ(call(web::Method::kDelete, "/sessions?current=true", gone).status, 204);
  EXPECT_EQ(get("", gone).status, 401);
}

TEST_P(AccountApi, refuses_each_operation_to_each_lesser_role) {
  struct Case {
    web::Method method;
    const char *path, *role;  // one role that is enough, besides manage-account
  };
  using enum web::Method;
  const std::vector<Case> cases = {{kGet, "", "view-profile"},
                                   {kGet, "/credentials", "view-profile"},
                                   {kGet, "/sessions", "view-profile"},
                                   {kGet, "/sessions/devices", "view-profile"},
                                   {kGet, "/linked-accounts", "view-profile"},
                                   {kGet, "/applications", "view-applications"},
                                   {kGet, "/groups", "view-groups"},
                                   {kGet, "/applications/app/consent", "view-consent"},
                                   {kDelete, "/applications/app/consent", "manage-consent"},
                                   {kPost, "", "manage-account"},
                                   {kDelete, "/sessions/none", "manage-account"},
                                   {kDelete, "/sessions", "manage-account"},
                                   {kPut, "/credentials/none/label", "manage-account"},
                                   {kDelete, "/credentials/none", "manage-account"}};
  for (const auto* role :
       {"view-profile", "view-applications", "view-groups", "view-consent", "manage-account-links"}) {
    give_role(role);
    const auto caller = token();
    for (const auto& operation : cases) {
      const auto status = call(operation.method, operation.path, caller, "{}").status;
      const bool enough = std::string_view(operation.role) == role;
      EXPECT_EQ(status == 403, !enough) << name(operation.method) << " " << operation.path << " " << role;
    }
    EXPECT_EQ(get("/supportedLocales", caller).status, 200) << role;
    const auto taken = server_.repositories.store.write([&](Tx& tx) {
      return server_.repositories.users.remove_role(tx, UserId("user-ada"), RoleId(std::string("role-") + role));
    });
    ASSERT_TRUE(taken.has_value());
    ASSERT_TRUE(server_.settings().check_versions());
  }
}

// keycloak-js calls this from the application's origin (loadUserProfile).
TEST_P(AccountApi, refuses_to_share_with_origins_that_the_client_does_not_name) {  // attack class 34
  give_role("view-profile");
  const Pairs second = {{"client_id", "second"}, {"redirect_uri", "https://second.example/cb"}};
  Browser browser(server_);
  const auto good =
      std::string(redeem(server_, sign_in(browser, "ada", second), second).at("access_token").as_string());
  const auto shared_with = [&](web::Method method, const std::string& origin, const std::string& token) {
    web::Request request;
    request.method = method;
    request.scheme = "https";
    request.host = "id.example";
    request.remote_address = "192.0.2.7";
    request.path = kAccount;
    request.headers = {{"Accept", "application/json"}, {"Origin", origin}};
    if (!token.empty()) request.headers.push_back({"Authorization", "Bearer " + token});
    const auto answer = server_.handle(std::move(request));
    const auto* header = answer.find_header("Access-Control-Allow-Origin");
    return std::to_string(answer.status) + " " + (header == nullptr ? "" : *header);
  };
  EXPECT_EQ(shared_with(web::Method::kGet, "https://evil.example", good), "200 ");
  EXPECT_EQ(shared_with(web::Method::kGet, "https://second.example", good + "x"), "401 ");
  EXPECT_EQ(shared_with(web::Method::kGet, "https://second.example", ""), "401 ");
  // Its client is not known yet, and its token does not say `allowed-origins`.
  EXPECT_EQ(shared_with(web::Method::kPost, "https://second.example", good), "403 ");
  EXPECT_EQ(shared_with(web::Method::kGet, "https://second.example", good), "200 https://second.example");
  EXPECT_EQ(shared_with(web::Method::kOptions, "https://any.example", ""), "200 https://any.example");
}

TEST_P(AccountApi, a_browser_gets_the_page_and_a_program_the_api) {
  web::Request request;
  request.scheme = "https";
  request.host = "id.example";
  request.path = std::string(kAccount) + "/sessions";
  request.headers = {{"Accept", "text/html,*/*;q=0.8"}};
  auto page = server_.handle(request);
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(std::string(page.body_text()), HasSubstr("\"clientId\":\"account-console\""));
  request.headers = {{"Content-Type", "application/json"}};
  EXPECT_EQ(server_.handle(request).status, 401);
  request.path = "/realms/none/account";
  EXPECT_EQ(server_.handle(request).body_text(), R"({"error":"Realm does not exist"})");
}

TEST_P(AccountApi, refuses_a_profile_with_every_problem_at_once) {
  give_role("manage-account");
  const auto caller = token();
  const auto post = [&](std::string text) { return call(web::Method::kPost, "", caller, std::move(text)); };
  EXPECT_EQ(post("x").body_text(), R"({"error":"invalid_request","error_description":"Cannot parse the JSON"})");
  EXPECT_EQ(post("[]").body_text(), R"({"error":"unknown_error","error_description":"Cannot parse the JSON"})");
  const auto bad = post(R"({"email":"bad","firstName":"","lastName":"L"})");
  EXPECT_EQ(bad.status, 400);
  const std::string problems(bad.body_text());
  EXPECT_THAT(problems, HasSubstr(R"({"field":"email","errorMessage":"error-invalid-email","params":["${email}")"));
  EXPECT_THAT(problems, HasSubstr(R"({"field":"firstName","errorMessage":"error-user-attribute-required")"));
  const auto name = post(R"({"firstName":"<b>","lastName":"L","email":"ada@demo.example"})");
  EXPECT_THAT(std::string(name.body_text()), HasSubstr("error-person-name-invalid-character"));
  EXPECT_EQ(post(R"({"username":"other","firstName":"A","lastName":"L","email":"a@b.c"})").status, 400);
  const auto taken = post(R"({"firstName":"A","lastName":"L","email":"bob@demo.example"})");
  EXPECT_EQ(taken.status, 409);
  EXPECT_THAT(std::string(taken.body_text()), HasSubstr("emailExistsMessage"));
  EXPECT_EQ(body(get("", caller)).as_object().at("firstName").as_string(), "Test") << "nothing of it was stored";
}

TEST_P(AccountApi, refuses_a_new_address_where_the_realm_has_an_action_for_it_and_says_so) {
  give_role("manage-account");
  const auto address = [&] {
    const auto profile = body(get("?userProfileMetadata=true", token())).as_object();
    for (const auto& attribute : profile.at("userProfileMetadata").at("attributes").as_array()) {
      if (attribute.at("name") == "email") return std::pair(attribute.as_object(), profile.at("email"));
    }
    return std::pair(json::object(), json::value());
  };
  EXPECT_EQ(address().first.at("readOnly"), false);
  EXPECT_FALSE(address().first.at("annotations").as_object().contains("kc.required.action.supported"));
  server_.change_realm([](Realm& realm) {
    realm.extra["requiredActions"] = json::parse(R"([{"alias":"UPDATE_EMAIL","enabled":true}])");
  });
  const auto [field, before] = address();
  EXPECT_EQ(field.at("readOnly"), true);
  EXPECT_EQ(field.at("annotations").at("kc.required.action.supported"), true);
  EXPECT_EQ(
      call(web::Method::kPost, "", token(), R"({"firstName":"A","lastName":"L","email":"new@demo.example"})").status,
      204);
  EXPECT_EQ(address().second, before);
}

TEST_P(AccountApi, stores_a_profile_and_keeps_what_it_does_not_know) {
  give_role("manage-account");
  server_.change_realm([](Realm& realm) {
    realm.internationalization_enabled = true;
    realm.extra["supportedLocales"] = json::array{"en", "de"};
  });
  const auto caller = token();
  EXPECT_EQ(body(get("/supportedLocales", caller)), (json::array{"de", "en"}));
  const auto done = call(web::Method::kPost, "", caller,
                         R"({"firstName":"Augusta","lastName":"King","email":"New@Demo.Example",)"
                         R"("attributes":{"locale":["de"],"role":["admin"]}})");
  EXPECT_EQ(done.status, 204) << done.body_text();
  const auto profile = body(get("?userProfileMetadata=true", caller)).as_object();
  EXPECT_EQ(profile.at("firstName").as_string(), "Augusta");
  EXPECT_EQ(profile.at("email").as_string(), "new@demo.example");
  EXPECT_FALSE(profile.at("emailVerified").as_bool()) << "a new address is not proven";
  EXPECT_EQ(profile.at("attributes"), (json::object{{"locale", json::array{"de"}}}));
  EXPECT_EQ(profile.at("userProfileMetadata").at("attributes").as_array().size(), 5u);
  EXPECT_EQ(call(web::Method::kPost, "", caller,
                 R"({"firstName":"A","lastName":"B","email":"a@b.c",)"
                 R"("attributes":{"locale":["xx"]}})")
                .status,
            400);
}

TEST_P(AccountApi, refuses_to_remove_a_password_and_what_is_not_ones_own) {
  give_role("manage-account");
  const auto caller = token();
  const auto remove = [&](std::string_view id) {
    return call(web::Method::kDelete, "/credentials/" + std::string(id), caller);
  };
  EXPECT_EQ(remove("credential-ada").body_text(), R"({"error":"Credential type cannot be removed"})");
  EXPECT_EQ(remove("credential-bob").body_text(), R"({"error":"Credential not found"})");
  EXPECT_EQ(call(web::Method::kPut, "/credentials/credential-bob/label", caller, "\"x\"").status, 404);
  EXPECT_EQ(call(web::Method::kPut, "/credentials/credential-ada/label", caller, "x").body_text(),
            R"({"errorMessage":"invalidRequestMessage"})");
  EXPECT_EQ(call(web::Method::kPut, "/credentials/credential-ada/label", caller, "\"Home\"").status, 204);
  const auto kinds = body(get("/credentials?type=password", caller)).as_array();
  ASSERT_EQ(kinds.size(), 1u);
  const auto& shown = kinds[0].at("userCredentialMetadatas").as_array().at(0).at("credential").as_object();
  EXPECT_EQ(shown.at("userLabel").as_string(), "Home");
  EXPECT_FALSE(shown.contains("secretData"));
}

// Attack class 6: the password alone, or a session from before, must not take away what stands against it.
TEST_P(AccountApi, refuses_to_remove_a_second_factor_that_the_login_did_not_pass) {
  give_role("manage-account");
  const auto caller = token();
  add_otp();
  const auto refused = call(web::Method::kDelete, "/credentials/otp-1", caller);
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.body_text(),
            R"({"error":"Insufficient level of authentication for removing credential of type 'otp'."})");
  EXPECT_THAT(std::string(get("/credentials", caller).body_text()), HasSubstr("otp-1"));
}

TEST_P(AccountApi, a_removed_second_factor_is_asked_for_no_more) {
  give_role("manage-account");
  add_otp();
  Browser browser(server_);
  const auto sent = browser.submit(browser.get(authorize_url()), {{"username", "ada"}, {"password", "correct-horse"}});
  const auto page = browser.get(location(sent));
  const auto code = crypto::otp_code(crypto::HashAlgorithm::kSha1, kSecret,
                                     static_cast<std::uint64_t>(epoch_seconds(server_.clock.now()) / 30), 6);
  const auto answer = browser.submit(page, {{"otp", code}});
  const auto caller = std::string(redeem(server_, location_parameter(answer, "code")).at("access_token").as_string());
  EXPECT_THAT(std::string(get("/credentials", caller).body_text()), HasSubstr("otp-1"));
  EXPECT_EQ(call(web::Method::kDelete, "/credentials/otp-1", caller).status, 204);
  EXPECT_THAT(std::string(get("/credentials", caller).body_text()), Not(HasSubstr("otp-1")));
  EXPECT_FALSE(token().empty()) << "the password is enough again";
}

TEST_P(AccountApi, refuses_to_end_a_session_of_somebody_else) {
  give_role("manage-account");
  give_role("manage-account", "user-bob");
  const auto mine = token();
  const auto other = token();
  const auto sid = std::string(payload_of(other).at("sid").as_string());
  const auto moved = server_.repositories.store.write([&](Tx& tx) -> Stored<void> {
    auto session = server_.repositories.sessions.find(tx, RealmId("realm-demo"), SessionId(sid));
    if (!session) return refuse(session.error());
    auto foreign = **session;
    foreign.id = SessionId("session-of-bob");
    foreign.user = UserId("user-bob");
    return server_.repositories.sessions.insert(tx, foreign, server_.clock.now() + seconds{3600});
  });
  ASSERT_TRUE(moved.has_value());
  EXPECT_EQ(call(web::Method::kDelete, "/sessions/session-of-bob", mine).status, 204) << "as for one that is gone";
  const auto kept = read_from(server_.repositories.store, [&](Rows& rows) {
    return server_.repositories.sessions.find(rows, RealmId("realm-demo"), SessionId("session-of-bob"));
  });
  EXPECT_TRUE(kept && kept->has_value());
  EXPECT_THAT(std::string(get("/sessions", mine).body_text()), Not(HasSubstr("session-of-bob")));
}

TEST_P(AccountApi, signing_out_elsewhere_leaves_the_session_of_the_call) {
  give_role("manage-account");
  const auto here = token();
  const auto there = token();
  const auto sessions = body(get("/sessions", here)).as_array();
  ASSERT_EQ(sessions.size(), 2u);
  EXPECT_EQ(sessions[0].at("clients").at(0).at("clientId").as_string(), "app");
  EXPECT_EQ(sessions[0].at("ipAddress").as_string(), "192.0.2.7");
  const auto devices = body(get("/sessions/devices", here)).as_array();
  ASSERT_EQ(devices.size(), 1u);
  EXPECT_EQ(devices[0].at("sessions").at(0).at("id").as_string(), payload_of(here).at("sid").as_string())
      << "the session of the call comes first";
  EXPECT_TRUE(devices[0].at("current").as_bool());
  EXPECT_EQ(call(web::Method::kDelete, "/sessions", here).status, 204);
  EXPECT_EQ(get("", here).status, 200);
  EXPECT_EQ(get("", there).status, 401);
}

TEST_P(AccountApi, lists_the_applications_in_use_and_takes_offline_access_away) {
  give_role("manage-account");
  server_.allow_offline();
  server_.add_client("shown", [](Client& client) {
    client.extra["alwaysDisplayInConsole"] = true;
    client.base_url = "/home";
    client.root_url = "https://shown.example";
  });
  Browser browser(server_);
  const auto tokens = redeem(server_, sign_in(browser, "ada", {{"scope", "openid offline_access"}}));
  const auto caller = token();
  const auto applications = [&] {
    std::map<std::string, json::object> found;
    for (const auto& row : body(get("/applications", caller)).as_array()) {
      found.emplace(row.at("clientId").as_string(), row.as_object());
    }
    return found;
  };
  auto found = applications();
  ASSERT_TRUE(found.contains("app") && found.contains("shown"));
  EXPECT_TRUE(found["app"].at("inUse").as_bool());
  EXPECT_TRUE(found["app"].at("offlineAccess").as_bool());
  EXPECT_EQ(found["shown"].at("effectiveUrl").as_string(), "https://shown.example/home");
  EXPECT_FALSE(found["shown"].at("inUse").as_bool());

  EXPECT_EQ(call(web::Method::kDelete, "/applications/none/consent", caller).body_text(),
            R"({"errorMessage":"No client with clientId: none found."})");
  EXPECT_EQ(call(web::Method::kDelete, "/applications/app/consent", caller).status, 204);
  EXPECT_FALSE(applications()["app"].at("offlineAccess").as_bool());
  (void)refresh(server_, std::string(tokens.at("refresh_token").as_string()), 400);
}

TEST_P(AccountApi, refuses_a_consent_to_what_the_client_may_not_have) {
  give_role("manage-account");
  const auto caller = token();
  const auto put = [&](std::string text) {
    return call(web::Method::kPut, "/applications/app/consent", caller, std::move(text));
  };
  EXPECT_EQ(put("x").status, 400);
  EXPECT_EQ(put("{}").status, 400);
  EXPECT_EQ(put(R"({"grantedScopes":[{"id":"none"}]})").body_text(),
            R"({"errorMessage":"Scope id none does not exist for client app."})");
  const auto profile = server_.realm()->scopes_by_name.at("profile")->id.str();
  EXPECT_EQ(put(R"({"grantedScopes":[{"id":")" + profile + R"(:acme"}]})").status, 400) << "it has no parameter";
  EXPECT_EQ(get("/applications/app/consent", caller).status, 204);
}

TEST_P(AccountApi, a_consent_is_shown_and_taken_back) {
  give_role("manage-account");
  const auto caller = token();
  const auto scope = server_.realm()->scopes_by_name.at("profile")->id.str();
  const auto body_text = R"({"grantedScopes":[{"id":")" + scope + R"("},{"id":")" + scope + R"("}]})";
  const auto granted = body(call(web::Method::kPost, "/applications/app/consent", caller, body_text)).as_object();
  EXPECT_EQ(granted.at("grantedScopes").as_array().size(), 1u);
  EXPECT_EQ(granted.at("grantedScopes").at(0).at("id").as_string(), scope);
  EXPECT_EQ(body(get("/applications/app/consent", caller)), json::value(granted));
  EXPECT_THAT(std::string(get("/applications", caller).body_text()), HasSubstr("\"consent\":{\"grantedScopes\""));
  EXPECT_EQ(call(web::Method::kDelete, "/applications/app/consent", caller).status, 204);
  EXPECT_EQ(get("/applications/app/consent", caller).status, 204);
}

TEST_P(AccountApi, shows_the_organizations_that_one_is_in_and_no_others) {
  give_role("manage-account");
  const auto caller = token();
  EXPECT_EQ(get("/organizations", caller).status, 404);
  server_.change_realm([](Realm& realm) { realm.extra["organizationsEnabled"] = true; });
  for (const auto* name : {"acme", "beta", "closed"}) {
    Organization organization;
    organization.id = OrganizationId(std::string("id-") + name);
    organization.realm = RealmId("realm-demo");
    organization.name = organization.alias = name;
    organization.enabled = organization.name != "closed";
    ASSERT_TRUE(server_.repositories.store.write([&](Tx& tx) -> Stored<void> {
      auto inserted = server_.repositories.organizations.insert(tx, organization);
      if (!inserted || organization.name == "beta") return inserted;
      return server_.repositories.memberships.insert(tx, organization.id, UserId("user-ada"), Membership::kUnmanaged);
    }));
  }
  EXPECT_EQ(get("/organizations", caller).body_text(),
            R"([{"id":"id-acme","name":"acme","alias":"acme","enabled":true}])");
}

TEST_P(AccountApi, answers_for_what_this_server_does_not_have) {
  give_role("manage-account");
  const auto caller = token();
  EXPECT_EQ(get("/organizations", caller).status, 404);
  EXPECT_EQ(get("/resources", caller).body_text(), R"({"errorMessage":"User-managed access not enabled"})");
  EXPECT_EQ(get("/linked-accounts", caller).body_text(), "[]");
  EXPECT_EQ(get("/groups", caller).body_text(), "[]");
  EXPECT_EQ(get("/none", caller).status, 404);
}

TEST_P(AccountApi, texts_of_the_realm_stand_over_ours) {
  const auto texts = [&](std::string_view url) {
    web::Request request;
    request.host = "id.example";
    request.scheme = "https";
    const auto mark = url.find('?');
    request.path = url.substr(0, mark);
    if (mark != std::string_view::npos) request.query = url.substr(mark + 1);
    return server_.handle(std::move(request));
  };
  EXPECT_EQ(texts("/resources/none/account/en").status, 404);
  EXPECT_EQ(texts("/resources/demo/none/en").status, 404);
  EXPECT_THAT(std::string(texts("/resources/demo/account/de").body_text()), HasSubstr(R"("value":"A")"));
  server_.change_realm([](Realm& realm) {
    realm.extra["localizationTexts"] = json::object{{"de", json::object{{"a", "Eigen"}, {"c", "Neu"}}}};
  });
  EXPECT_EQ(texts("/resources/demo/account/de?source=true").body_text(),
            "[{\"key\":\"a\",\"value\":\"Eigen\",\"source\":\"REALM\"},{\"key\":\"b\",\"value\":\"\u00c4 B\","
            "\"source\":\"THEME\"},{\"key\":\"c\",\"value\":\"Neu\",\"source\":\"REALM\"}]");
  EXPECT_EQ(texts("/resources/demo/login/de").body_text(),
            R"([{"key":"a","value":"Eigen"},{"key":"c","value":"Neu"}])");
  EXPECT_EQ(texts("/resources/demo/login/en").body_text(), "[]");
}

}  // namespace
}  // namespace cardea::protocol
