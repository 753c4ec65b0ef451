// Rules of the standards that no other suite shows, endpoint by endpoint; the ids are those of tests/standards.txt.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/encoding.h"
#include "crypto/key.h"
#include "tests/protocol/harness.h"
#include "web/form.h"

namespace cardea::protocol {
namespace {

class Required : public testing::TestWithParam<Engine> {
 protected:
  web::Response ask(const Pairs& changes = {}) { return browser_.get(authorize_url(changes)); }
  json::object tokens(const Pairs& changes = {}) { return redeem(server_, sign_in(browser_, "ada", changes)); }
  static std::string text(const json::object& object, std::string_view name) { return string_or(object, name, ""); }
  json::object metadata() {
    return body_of(server_.handle([] {
      web::Request request;
      request.scheme = "https";
      request.host = "id.example";
      request.path = "/realms/demo/.well-known/openid-configuration";
      return request;
    }()));
  }
  static bool lists(const json::object& object, std::string_view name, std::string_view value) {
    const auto* list = object.if_contains(name);
    return list != nullptr && list->is_array() && std::ranges::any_of(list->get_array(), [&](const json::value& item) {
             return item.is_string() && item.get_string() == value;
           });
  }

  Server server_{GetParam()};
  Browser browser_{server_};
};

// ---- The authorization endpoint

TEST_P(Required, refuses_challenges_of_another_shape) {  // PK-4, PK-6
  for (const auto& challenge : {std::string(42, 'a'), std::string(129, 'a'), std::string(42, 'a') + "!"}) {
    EXPECT_EQ(location_parameter(ask({{"code_challenge", challenge}}), "error"), "invalid_request") << challenge;
  }
  EXPECT_EQ(location_parameter(ask({{"code_challenge_method", "S512"}}), "error"), "invalid_request");
}

TEST_P(Required, takes_requests_by_get_and_post) {  // AZ-1
  EXPECT_EQ(ask().status, 200);
  const auto url = authorize_url();
  const auto form = web::Form::parse(std::string_view(url).substr(url.find('?') + 1));
  ASSERT_TRUE(form);
  Pairs pairs;
  for (const auto* name : {"client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge",
                           "code_challenge_method"}) {
    pairs.emplace_back(name, form->value_or(name, ""));
  }
  EXPECT_EQ(browser_.post(url.substr(0, url.find('?')), pairs).status, 200);
}

TEST_P(Required, passes_over_what_it_does_not_know) {  // GEN-3, OP-16, CL-4
  EXPECT_EQ(ask({{"no_such_parameter", "x"},
                 {"display", "wap"},
                 {"ui_locales", "xx tlh"},
                 {"claims_locales", "xx"},
                 {"acr_values", "no-such-level"},
                 {"login_hint", "nobody at all"}})
                .status,
            200);
  EXPECT_NE(text(redeem(server_, sign_in(browser_), {{"no_such_parameter", "x"}}), "access_token"), "");
}

TEST_P(Required, state_and_nonce_come_back_as_they_were) {  // AZ-10, FA-12, ID-2
  const std::string state = "a b+c%2F&d=\"é\" " + std::string(64, 's');
  const std::string nonce = std::string(64, 'n');
  const auto page = ask({{"state", state}, {"nonce", nonce}});
  const auto answer = browser_.submit(page, {{"username", "ada"}, {"password", "correct-horse"}});
  EXPECT_EQ(location_parameter(answer, "state"), state);
  EXPECT_EQ(location_parameter(ask({{"state", state}, {"response_type", "none none"}}), "state"), state);
  const auto granted = redeem(server_, location_parameter(answer, "code"));
  EXPECT_EQ(text(payload_of(text(granted, "id_token")), "nonce"), nonce);
}

TEST_P(Required, never_redirects_with_307_or_308_nor_shares_with_other_origins) {  // GEN-12, GEN-13, FA-13
  const auto page = ask();
  EXPECT_EQ(page.find_header("Access-Control-Allow-Origin"), nullptr);
  const auto answer = browser_.submit(page, {{"username", "ada"}, {"password", "correct-horse"}});
  EXPECT_TRUE(answer.status == 302 || answer.status == 303) << answer.status;
  EXPECT_EQ(answer.find_header("Access-Control-Allow-Origin"), nullptr);
}

TEST_P(Required, the_challenge_and_the_verifier_appear_nowhere) {  // PK-10
  const auto code = sign_in(browser_);
  EXPECT_EQ(code.find(kVerifier), std::string::npos);
  const auto granted = json::serialize(redeem(server_, code));
  EXPECT_EQ(granted.find(kVerifier), std::string::npos);
  EXPECT_EQ(granted.find("challenge"), std::string::npos);
}

TEST_P(Required, refuses_prompts_that_contradict_themselves) {  // OP-8
  for (const auto* prompt : {"none login", "consent none", "none create", "login none consent"}) {
    EXPECT_EQ(location_parameter(ask({{"prompt", prompt}}), "error"), "invalid_request") << prompt;
  }
  EXPECT_EQ(location_parameter(ask({{"prompt", "none"}}), "error"), "login_required");
}

TEST_P(Required, refuses_scopes_that_are_no_scopes_in_any_order) {  // CL-8
  for (const auto* scope : {"openid \"profile\"", "openid pro\\file", "openid prof\xc3\xa9l", "OPENID"}) {
    EXPECT_EQ(location_parameter(ask({{"scope", scope}}), "error"), "invalid_scope") << scope;
  }
  EXPECT_EQ(ask({{"scope", "  profile   openid "}}).status, 200);
}

TEST_P(Required, an_error_answer_holds_nothing_else) {  // AZ-19
  for (const auto& changes : {Pairs{{"prompt", "none"}}, Pairs{{"response_type", "code magic"}},
                              Pairs{{"scope", "openid no-such-scope"}}, Pairs{{"claims", "x"}}}) {
    const auto answer = ask(changes);
    EXPECT_NE(location_parameter(answer, "error"), "") << changes.front().second;
    for (const auto* name : {"code", "access_token", "id_token", "session_state"}) {
      EXPECT_EQ(location_parameter(answer, name), "") << name;
    }
  }
}

/// Rows in memory alone can be made to fail.
TEST(RequiredOfTheStore, a_failure_is_told_to_the_client) {  // AZ-21
  Server server;
  Browser browser(server);
  EXPECT_NE(sign_in(browser), "");
  const auto error_of = [&](StoreError error) {
    server.fail_writes(error);
    const auto answer = browser.get(authorize_url());
    EXPECT_TRUE(location(answer).starts_with("https://app.example/cb?")) << location(answer);
    EXPECT_EQ(location_parameter(answer, "code"), "");
    EXPECT_EQ(location_parameter(answer, "state"), "st");
    return location_parameter(answer, "error");
  };
  EXPECT_EQ(error_of(StoreError::kBusy), "temporarily_unavailable");
  EXPECT_EQ(error_of(StoreError::kUnavailable), "temporarily_unavailable");
  EXPECT_EQ(error_of(StoreError::kCorrupt), "server_error");
}

TEST_P(Required, members_of_claims_that_mean_nothing_are_passed_over) {  // CL-3
  const auto granted =
      tokens({{"claims", R"({"purpose":"x","id_token":{"phone_number":{"essential":true},)"
                         R"("https://x.example/y":null},"userinfo":{"birthdate":{"essential":true}}})"}});
  EXPECT_NE(text(granted, "id_token"), "");
  EXPECT_FALSE(payload_of(text(granted, "id_token")).contains("phone_number"));
}

// ---- The token endpoint

TEST_P(Required, the_answer_says_which_scope_was_granted) {  // TK-4
  const auto scope = " " + text(tokens({{"scope", "openid"}}), "scope") + " ";
  EXPECT_NE(scope.find(" openid "), std::string::npos) << scope;
  EXPECT_NE(scope.find(" profile "), std::string::npos) << "what is given without asking is said";
}

TEST_P(Required, refuses_the_password_grant_where_it_is_off) {  // CC-4
  server_.add_client("pages-only", [](Client& client) { client.direct_access_grants_enabled = false; });
  const auto answer = server_.post(
      "/token",
      {{"grant_type", "password"}, {"client_id", "pages-only"}, {"username", "ada"}, {"password", "correct-horse"}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(text(body_of(answer), "error"), "unauthorized_client");
}

TEST_P(Required, refuses_public_clients_that_do_not_say_who_they_are) {  // AC-7
  const auto answer = server_.post("/token", {{"grant_type", "authorization_code"},
                                              {"code", sign_in(browser_)},
                                              {"redirect_uri", "https://app.example/cb"},
                                              {"code_verifier", kVerifier}});
  EXPECT_EQ(answer.status, 401) << answer.body_text();
}

TEST_P(Required, answers_are_json_that_nobody_keeps) {  // TK-1, TK-2, TK-5, TK-6, GEN-9
  const auto code = sign_in(browser_);
  const auto answer = server_.post("/token", {{"grant_type", "authorization_code"},
                                              {"client_id", "app"},
                                              {"code", code},
                                              {"redirect_uri", "https://app.example/cb"},
                                              {"code_verifier", kVerifier}});
  ASSERT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.find_header("Content-Type")->starts_with("application/json"));
  EXPECT_NE(answer.find_header("Cache-Control")->find("no-store"), std::string::npos);
  const auto body = body_of(answer);
  EXPECT_EQ(text(body, "token_type"), "Bearer");
  EXPECT_TRUE(body.at("expires_in").is_int64());
  EXPECT_NE(text(body, "id_token"), "");
  EXPECT_TRUE(std::ranges::all_of(text(body, "access_token"), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("-._~+/=").find(c) != std::string::npos;
  }));
  const auto again =
      server_.post("/token", {{"grant_type", "authorization_code"}, {"client_id", "app"}, {"code", code}});
  EXPECT_NE(again.find_header("Cache-Control")->find("no-store"), std::string::npos) << "refusals neither";
}

TEST_P(Required, a_refreshed_id_token_is_about_the_same_login) {  // RT-8, ID-13
  const auto first = tokens();
  server_.clock.advance(seconds{5});
  const auto second = refresh(server_, text(first, "refresh_token"));
  const auto before = payload_of(text(first, "id_token"));
  const auto after = payload_of(text(second, "id_token"));
  for (const auto* name : {"iss", "sub", "aud", "azp", "auth_time"}) EXPECT_EQ(after.at(name), before.at(name)) << name;
  EXPECT_GT(after.at("iat").as_int64(), before.at("iat").as_int64());
  if (after.contains("nonce")) EXPECT_EQ(after.at("nonce"), before.at("nonce"));
}

// ---- Tokens and claims

TEST_P(Required, a_login_that_was_limited_in_age_says_when_it_was) {  // ID-3
  const auto id = payload_of(text(tokens({{"max_age", "60"}}), "id_token"));
  EXPECT_EQ(id.at("auth_time").as_int64(), epoch_seconds(server_.clock.now()));
}

// ---- Metadata and keys

TEST_P(Required, metadata_says_what_is_true_of_issuer_modes_and_challenges) {  // DS-3, JM-5, PK-1, AZ-11, MT-3
  const auto document = metadata();
  EXPECT_EQ(text(document, "issuer"), kIssuer);
  EXPECT_TRUE(lists(document, "code_challenge_methods_supported", "S256"));
  for (const auto* mode : {"query", "fragment", "form_post", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt"}) {
    EXPECT_TRUE(lists(document, "response_modes_supported", mode)) << mode;
  }
  EXPECT_TRUE(bool_or(document, "authorization_response_iss_parameter_supported", false));
  EXPECT_TRUE(bool_or(document, "tls_client_certificate_bound_access_tokens", false));
}

TEST_P(Required, keys_have_names_of_their_own_and_a_use) {  // JK-2, ID-9
  const auto set = body_of(server_.get("/certs"));
  std::set<std::string> names;
  for (const auto& key : set.at("keys").as_array()) {
    names.insert(text(key.as_object(), "kid"));
    EXPECT_EQ(text(key.as_object(), "use"), "sig");
  }
  EXPECT_EQ(names.size(), set.at("keys").as_array().size());
  const auto id = text(tokens(), "id_token");
  const auto head = parse_json(base64url_decode(id.substr(0, id.find('.'))).value())->as_object();
  EXPECT_TRUE(names.contains(text(head, "kid")));
}

TEST_P(Required, a_new_key_is_published_before_it_signs_and_the_old_one_stays) {  // JK-3
  const auto realm = server_.realm()->realm.id;
  auto& keys = server_.repositories.keys;
  const auto change = [&](const std::function<Stored<void>(Tx&)>& write) {
    ASSERT_TRUE(server_.repositories.store.write(write));
    server_.change_realm([](Realm&) {});
  };
  const auto issue = [&] {
    Browser another(server_);
    return text(redeem(server_, sign_in(another)), "access_token");
  };
  const auto signs = [&] {
    const auto access = issue();
    return text(parse_json(base64url_decode(access.substr(0, access.find('.'))).value())->as_object(), "kid");
  };
  const auto published = [&](std::string_view kid) {
    const auto set = body_of(server_.get("/certs"));
    return std::ranges::any_of(set.at("keys").as_array(),
                               [&](const json::value& key) { return text(key.as_object(), "kid") == kid; });
  };
  const auto works = [&](const std::string& access) {
    return server_.get("/userinfo", {{"Authorization", "Bearer " + access}}).status;
  };
  auto old = read_from(server_.repositories.store, [&](Rows& rows) { return keys.list(rows, realm); });
  const auto before = std::ranges::find(*old, "ES256", &RealmKey::algorithm);
  const auto issued = issue();

  auto next = crypto::PrivateKey::generate(crypto::KeyType::kEcP256).value();
  RealmKey fresh;
  fresh.id = KeyId("fresh");
  fresh.kid = crypto::key_id(next);
  fresh.algorithm = "ES256";
  fresh.use = "sig";
  fresh.priority = before->priority - 1;
  fresh.secret = next.to_pem();
  change([&](Tx& tx) { return keys.insert(tx, realm, fresh); });
  EXPECT_TRUE(published(fresh.kid));
  EXPECT_EQ(signs(), before->kid) << "known to verifiers before it signs";

  fresh.priority = before->priority + 1;
  change([&](Tx& tx) { return keys.update(tx, realm, fresh); });
  EXPECT_EQ(signs(), fresh.kid);
  EXPECT_TRUE(published(before->kid));
  EXPECT_EQ(works(issued), 200);

  auto passive = std::move(*before);
  passive.status = KeyStatus::kPassive;
  change([&](Tx& tx) { return keys.update(tx, realm, passive); });
  EXPECT_TRUE(published(passive.kid)) << "as long as tokens of it may be shown";
  EXPECT_EQ(works(issued), 200);
  passive.status = KeyStatus::kDisabled;
  change([&](Tx& tx) { return keys.update(tx, realm, passive); });
  EXPECT_FALSE(published(passive.kid));
  EXPECT_EQ(works(issued), 401);
}

// ---- The other endpoints

TEST_P(Required, a_hint_that_is_wrong_or_unknown_is_no_error) {  // IN-4
  const auto access = text(tokens(), "access_token");
  server_.add_client("looker", [](Client& client) {
    client.public_client = false;
    client.secret = SecretBytes(std::string("looker-secret"));
    client.attributes["allow.token.introspection.without.audience.check"] = "true";
  });
  const auto active = [&](const std::string& hint) {
    const auto answer = server_.post(
        "/token/introspect",
        {{"token", access}, {"token_type_hint", hint}, {"client_id", "looker"}, {"client_secret", "looker-secret"}});
    EXPECT_EQ(answer.status, 200) << hint;
    return bool_or(body_of(answer), "active", false);
  };
  EXPECT_TRUE(active("access_token"));
  EXPECT_TRUE(active("no_such_type"));
  EXPECT_FALSE(active("refresh_token")) << "where Keycloak, too, looks for that alone";
  const auto revoked =
      server_.post("/revoke", {{"token", access}, {"token_type_hint", "no_such_type"}, {"client_id", "app"}});
  EXPECT_EQ(revoked.status, 200);
  EXPECT_FALSE(active("access_token"));
}

TEST_P(Required, a_refusal_says_how_a_token_is_brought) {  // DP-18
  const auto answer = server_.get("/userinfo", {{"Authorization", "Bearer x"}});
  EXPECT_EQ(answer.status, 401);
  ASSERT_NE(answer.find_header("WWW-Authenticate"), nullptr);
  EXPECT_TRUE(answer.find_header("WWW-Authenticate")->starts_with("Bearer "));
}

TEST_P(Required, the_scheme_of_a_token_is_written_in_any_case) {  // GEN-6, FA-18, GW-2, UI-1
  const auto access = text(tokens(), "access_token");
  for (const auto* scheme : {"Bearer ", "bearer ", "BEARER "}) {
    EXPECT_EQ(server_.get("/userinfo", {{"Authorization", scheme + access}}).status, 200) << scheme;
  }
}

TEST_P(Required, after_a_logout_nobody_is_signed_on) {  // LO-1, LO-9
  const auto granted = tokens();
  EXPECT_EQ(browser_.post(std::string(kP) + "/logout", {{"id_token_hint", text(granted, "id_token")}}).status, 200);
  EXPECT_EQ(location_parameter(ask({{"prompt", "none"}}), "error"), "login_required");
  (void)refresh(server_, text(granted, "refresh_token"), 400);
}

TEST_P(Required, refuses_other_methods_and_names_those_there_are) {  // GEN-8, PA-6, IN-7
  for (const auto* path : {"/token", "/token/introspect", "/revoke", "/ext/par/request"}) {
    const auto answer = server_.get(path, {});
    EXPECT_EQ(answer.status, 405) << path;
    ASSERT_NE(answer.find_header("Allow"), nullptr) << path;
    EXPECT_NE(answer.find_header("Allow")->find("POST"), std::string::npos) << path;
  }
}

INSTANTIATE_ON_EVERY_ENGINE(Required);

}  // namespace
}  // namespace cardea::protocol
