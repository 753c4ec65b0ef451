// Implicit and hybrid flows, response_type none (OpenID Connect Core sections 3.2 and 3.3; OAuth 2.0 Multiple Response
// Types) and signed answers (JARM; standards.md section 14).
#include <gtest/gtest.h>

#include "jose/algorithm.h"
#include "jose/jws.h"
#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

std::string fragment_parameter(const web::Response& response, std::string_view name) {
  auto url = location(response);
  const auto hash = url.find('#');
  if (hash == std::string::npos) return {};
  url[hash] = '?';
  web::Response as_query;
  as_query.add("Location", url);
  return location_parameter(as_query, name);
}

class ResponseTypes : public testing::TestWithParam<Engine> {
 protected:
  ResponseTypes() {
    server_.add_client("spa", [](Client& client) {
      client.redirect_uris = {"https://app.example/cb"};
      client.implicit_flow_enabled = true;
    });
  }
  web::Response answer(Browser& browser, const Pairs& changes) {
    Pairs all = {{"client_id", "spa"}, {"nonce", "n-1"}, {"code_challenge", ""}, {"code_challenge_method", ""}};
    for (const auto& [name, value] : changes) {
      std::erase_if(all, [&wanted = name](const auto& pair) { return pair.first == wanted; });
      all.emplace_back(name, value);
    }
    auto page = browser.get(authorize_url(all));
    if (page.status != 200) return page;
    return browser.submit(page, {{"username", "ada"}, {"password", "correct-horse"}});
  }
  web::Response answer(const Pairs& changes) {
    Browser browser(server_);
    return answer(browser, changes);
  }

  Server server_{GetParam()};
};

TEST_P(ResponseTypes, refuses_tokens_to_clients_that_may_not_have_them_this_way) {
  const auto implicit = answer({{"client_id", "app"}, {"response_type", "id_token"}});
  EXPECT_EQ(fragment_parameter(implicit, "error"), "unauthorized_client");
  EXPECT_EQ(fragment_parameter(implicit, "error_description"),
            "Client is not allowed to initiate browser login with given response_type. Implicit flow is disabled for "
            "the client.");
  server_.add_client("only-implicit", [](Client& client) {
    client.redirect_uris = {"https://app.example/cb"};
    client.implicit_flow_enabled = true;
    client.standard_flow_enabled = false;
  });
  EXPECT_EQ(fragment_parameter(answer({{"client_id", "only-implicit"}, {"response_type", "code token"}}), "error"),
            "unauthorized_client");
  for (const auto* attribute : {"dpop.bound.access.tokens", "tls.client.certificate.bound.access.tokens"}) {
    const auto id = std::string("bound-") + attribute[0];
    server_.add_client(id, [&](Client& client) {
      client.redirect_uris = {"https://app.example/cb"};
      client.implicit_flow_enabled = true;
      client.attributes[attribute] = "true";
    });
    EXPECT_EQ(fragment_parameter(answer({{"client_id", id}, {"response_type", "token"}}), "error"),
              "unauthorized_client")
        << attribute;  // RFC 8705 section 6.4
  }
}

TEST_P(ResponseTypes, refuses_everything_but_code_by_policy) {  // O21 section 10.1, FA-9
  for (const auto* policy : {"oauth21", "fapi2"}) {
    server_.add_client(policy, [&](Client& client) {
      client.redirect_uris = {"https://app.example/cb"};
      client.implicit_flow_enabled = true;
      client.attributes["cardea.policy"] = policy;
    });
    EXPECT_EQ(fragment_parameter(answer({{"client_id", policy}, {"response_type", "token"}}), "error"),
              "unsupported_response_type");
  }
}

TEST_P(ResponseTypes, refuses_tokens_in_the_query) {  // AZ-16, JM-4
  for (const auto* mode : {"query", "query.jwt"}) {
    const auto refused = answer({{"response_type", "code token"}, {"response_mode", mode}});
    EXPECT_EQ(fragment_parameter(refused, "error"), "invalid_request") << location(refused);
  }
}

TEST_P(ResponseTypes, refuses_unknown_types_and_doubled_words) {
  for (const auto* type : {"code none", "code code", "magic", "code magic", "none token"}) {
    const auto refused = answer({{"response_type", type}});
    EXPECT_EQ(location_parameter(refused, "error"), "unsupported_response_type") << type;  // wherever it stands
  }
}

TEST_P(ResponseTypes, refuses_an_id_token_without_nonce_or_openid) {  // OP-2, OP-3
  EXPECT_EQ(fragment_parameter(answer({{"response_type", "id_token"}, {"nonce", ""}}), "error_description"),
            "Missing parameter: nonce");
  EXPECT_EQ(fragment_parameter(answer({{"response_type", "id_token"}, {"scope", "profile"}}), "error"),
            "invalid_scope");
  EXPECT_FALSE(fragment_parameter(answer({{"response_type", "code token"}, {"nonce", ""}}), "code").empty());
}

TEST_P(ResponseTypes, answers_each_type_with_what_it_names) {
  for (const auto* type :
       {"id_token", "token", "id_token token", "code id_token", "code token", "code id_token token"}) {
    const auto granted = answer({{"response_type", type}});
    const std::string_view text = type;
    ASSERT_EQ(granted.status, 302) << type;
    EXPECT_EQ(!fragment_parameter(granted, "code").empty(), text.find("code") != std::string_view::npos) << type;
    EXPECT_EQ(!fragment_parameter(granted, "id_token").empty(), text.find("id_token") != std::string_view::npos);
    const bool wants_access = text == "token" || text.ends_with(" token");
    EXPECT_EQ(!fragment_parameter(granted, "access_token").empty(), wants_access) << type;
    EXPECT_EQ(fragment_parameter(granted, "state"), "st");
    EXPECT_EQ(fragment_parameter(granted, "iss"), kIssuer);
    if (wants_access) EXPECT_EQ(fragment_parameter(granted, "token_type"), "Bearer");
  }
}

TEST_P(ResponseTypes, the_words_of_a_type_have_no_order) {  // AZ-17
  EXPECT_FALSE(fragment_parameter(answer({{"response_type", "token id_token"}}), "access_token").empty());
}

TEST_P(ResponseTypes, hashes_bind_the_id_token_to_what_came_with_it) {
  const auto granted = answer({{"response_type", "code id_token token"}});
  const auto claims = payload_of(fragment_parameter(granted, "id_token"));
  const auto hash = [](std::string_view of) { return jose::left_half_hash(jose::Algorithm::kES256, of); };
  EXPECT_EQ(string_or(claims, "c_hash", ""), hash(fragment_parameter(granted, "code")));
  EXPECT_EQ(string_or(claims, "at_hash", ""), hash(fragment_parameter(granted, "access_token")));
  EXPECT_EQ(string_or(claims, "s_hash", ""), hash("st"));
  EXPECT_EQ(string_or(claims, "nonce", ""), "n-1");
}

TEST_P(ResponseTypes, implicit_tokens_live_as_the_realm_says_and_work) {
  server_.change_realm([](Realm& realm) { realm.lifespans.access_token_implicit = seconds(700); });
  const auto granted = answer({{"response_type", "token"}});
  EXPECT_EQ(fragment_parameter(granted, "expires_in"), "700");
  const auto token = fragment_parameter(granted, "access_token");
  EXPECT_EQ(server_.get("/userinfo", {{"Authorization", "Bearer " + token}}).status, 200);
  EXPECT_EQ(fragment_parameter(answer({{"response_type", "code token"}}), "expires_in"), "300")
      << "with a code they are the usual ones";
}

TEST_P(ResponseTypes, single_sign_on_answers_the_same_way) {
  Browser browser(server_);
  (void)answer(browser, {{"response_type", "code"}});
  const auto granted = browser.get(authorize_url({{"client_id", "spa"},
                                                  {"response_type", "id_token token"},
                                                  {"nonce", "n-2"},
                                                  {"prompt", "none"},
                                                  {"code_challenge", ""},
                                                  {"code_challenge_method", ""}}));
  EXPECT_EQ(granted.status, 302);
  EXPECT_EQ(string_or(payload_of(fragment_parameter(granted, "id_token")), "nonce", ""), "n-2");
}

TEST_P(ResponseTypes, a_code_of_the_hybrid_flow_is_redeemed_once) {
  const auto code = fragment_parameter(answer({{"response_type", "code id_token"}}), "code");
  const Pairs form = {{"grant_type", "authorization_code"},
                      {"code", code},
                      {"redirect_uri", "https://app.example/cb"},
                      {"client_id", "spa"}};
  EXPECT_EQ(server_.post("/token", form).status, 200);
  EXPECT_EQ(server_.post("/token", form).status, 400);
}

TEST_P(ResponseTypes, none_gives_neither_code_nor_token) {  // AZ-18
  const auto granted = answer({{"response_type", "none"}});
  EXPECT_EQ(location(granted).find("code="), std::string::npos);
  EXPECT_EQ(location(granted).find("token="), std::string::npos);
  EXPECT_EQ(location_parameter(granted, "state"), "st");
}

TEST_P(ResponseTypes, a_signed_answer_says_whose_it_is) {  // JM-1, JM-2
  for (const auto& [mode, in_query] :
       std::vector<std::pair<std::string, bool>>{{"jwt", true}, {"query.jwt", true}, {"fragment.jwt", false}}) {
    const auto granted = answer({{"response_type", "code"}, {"response_mode", mode}});
    const auto jwt = in_query ? location_parameter(granted, "response") : fragment_parameter(granted, "response");
    const auto verified = jose::verify(jwt, server_.realm()->public_keys);
    ASSERT_TRUE(verified) << mode << " " << location(granted);
    EXPECT_EQ(verified->iss(), kIssuer);
    EXPECT_TRUE(verified->has_audience("spa"));
    EXPECT_LE(*verified->exp(), server_.clock.now() + seconds(600));
    EXPECT_EQ(verified->text("state"), "st");
    EXPECT_FALSE(verified->text("code").empty());
    EXPECT_EQ(location(granted).find("state="), std::string::npos) << "nothing beside the JWT";
    EXPECT_EQ(location(granted).find("iss="), std::string::npos);  // AZ-12
  }
  const auto posted = answer({{"response_type", "code"}, {"response_mode", "form_post.jwt"}});
  EXPECT_EQ(posted.status, 200);
  EXPECT_NE(posted.body_text().find("name=\"response\""), std::string_view::npos);
}

TEST_P(ResponseTypes, a_signed_error_is_signed_too) {  // JM-2
  const auto refused = answer({{"response_type", "code"}, {"response_mode", "jwt"}, {"scope", "nope"}});
  const auto verified = jose::verify(location_parameter(refused, "response"), server_.realm()->public_keys);
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->text("error"), "invalid_scope");
}

TEST_P(ResponseTypes, a_login_page_of_another_browser_is_told_of_in_a_signed_answer_too) {
  Browser browser(server_), other(server_);
  const auto page = browser.get(authorize_url({{"client_id", "spa"}, {"response_mode", "jwt"}}));
  (void)other.get(authorize_url({{"client_id", "spa"}, {"response_mode", "jwt"}}));
  const auto late = other.submit(page, {{"username", "ada"}, {"password", "correct-horse"}});
  const auto verified = jose::verify(location_parameter(late, "response"), server_.realm()->public_keys);
  ASSERT_TRUE(verified) << location(late);
  EXPECT_EQ(verified->text("error_description"), "authentication_expired");
}

TEST_P(ResponseTypes, refuses_claims_that_cannot_be_read_or_reached) {  // OP-18, OP-19
  for (const auto* claims : {"{", "[]", R"({"id_token":[]})", R"({"id_token":{"acr":"x"}})"}) {
    EXPECT_EQ(location_parameter(answer({{"response_type", "code"}, {"claims", claims}}), "error"), "invalid_request")
        << claims;
  }
  const auto essential =
      answer({{"response_type", "code"}, {"claims", R"({"id_token":{"acr":{"essential":true,"values":["gold"]}}})"}});
  EXPECT_EQ(essential.status, 400);
  EXPECT_NE(essential.body_text().find("Invalid parameter: claims"), std::string_view::npos);
  const auto voluntary =
      answer({{"response_type", "code"}, {"claims", R"({"id_token":{"acr":{"values":["gold"]},"name":null}})"}});
  EXPECT_FALSE(location_parameter(voluntary, "code").empty()) << location(voluntary);
}

// keycloak.md section 4.2: "Claims parameter Token". What was asked for stays with the client's share of the session.
TEST_P(ResponseTypes, what_the_claims_parameter_asks_for_is_said_until_the_next_request) {
  server_.add_client("asks", [](Client& client) {
    client.redirect_uris = {"https://app.example/cb"};
    client.default_scopes.clear();
    client.optional_scopes.clear();
    ProtocolMapper mapper;
    mapper.provider = "oidc-claims-param-token-mapper";
    mapper.config = {{"id.token.claim", "true"}, {"userinfo.token.claim", "true"}};
    client.mappers.push_back(mapper);
  });
  Browser browser(server_);
  const auto tokens = [&](const Pairs& changes) {
    Pairs all = {{"client_id", "asks"}, {"response_type", "code"}, {"scope", "openid"}};
    all.insert(all.end(), changes.begin(), changes.end());
    const auto granted = answer(browser, all);
    return body_of(server_.post("/token", {{"grant_type", "authorization_code"},
                                           {"code", location_parameter(granted, "code")},
                                           {"redirect_uri", "https://app.example/cb"},
                                           {"client_id", "asks"}}));
  };
  const auto name_in_id = [](const json::object& answer) {
    return string_or(payload_of(string_or(answer, "id_token", "")), "preferred_username", "absent");
  };
  const auto name_in_userinfo = [&](const json::object& answer) {
    const auto said = server_.get("/userinfo", {{"Authorization", "Bearer " + string_or(answer, "access_token", "")}});
    EXPECT_EQ(said.status, 200) << said.body_text();
    return string_or(body_of(said), "preferred_username", "absent");
  };
  const auto refreshed = [&](const json::object& answer) {
    return body_of(server_.post("/token", {{"grant_type", "refresh_token"},
                                           {"client_id", "asks"},
                                           {"refresh_token", string_or(answer, "refresh_token", "")}}));
  };
  const auto id = tokens({{"claims", R"({"id_token":{"preferred_username":{"essential":true}}})"}});
  EXPECT_EQ(name_in_id(id), "ada");
  EXPECT_EQ(name_in_userinfo(id), "absent");
  EXPECT_EQ(name_in_id(refreshed(id)), "ada");
  const auto userinfo = tokens({{"claims", R"({"userinfo":{"preferred_username":{"essential":true}}})"}});
  EXPECT_EQ(name_in_id(userinfo), "absent");
  EXPECT_EQ(name_in_userinfo(userinfo), "ada");
  const auto nothing = tokens({});
  EXPECT_EQ(name_in_userinfo(nothing), "absent") << "the last request counts";
  EXPECT_EQ(name_in_id(refreshed(nothing)), "absent");
}

TEST_P(ResponseTypes, never_answers_for_another_person_than_was_asked_for) {  // OP-20
  const auto other = answer({{"response_type", "code"}, {"claims", R"({"id_token":{"sub":{"value":"user-bob"}}})"}});
  EXPECT_EQ(location_parameter(other, "error"), "login_required") << location(other);
  const auto same = answer({{"response_type", "code"}, {"claims", R"({"id_token":{"sub":{"value":"user-ada"}}})"}});
  EXPECT_FALSE(location_parameter(same, "code").empty());
}

TEST_P(ResponseTypes, refuses_resources_that_are_none_or_not_the_clients) {  // RFC 8707 section 2
  for (const auto* resource : {"https://api.example/#f", "api", "/api", "https://a b"}) {
    EXPECT_EQ(location_parameter(answer({{"response_type", "code"}, {"resource", resource}}), "error"),
              "invalid_target")
        << resource;
  }
  const auto granted = answer({{"response_type", "code"}, {"resource", "https://api.example/"}});
  const auto tokens = server_.post("/token", {{"grant_type", "authorization_code"},
                                              {"code", location_parameter(granted, "code")},
                                              {"redirect_uri", "https://app.example/cb"},
                                              {"client_id", "spa"}});
  EXPECT_EQ(string_or(body_of(tokens), "error", ""), "invalid_target");
}

TEST_P(ResponseTypes, a_token_is_for_the_resource_that_was_asked_for) {  // RI-2, RI-3, RI-4, AT-4
  server_.add_client("rs", [](Client& client) {
    client.redirect_uris = {"https://app.example/cb"};
    for (const auto* audience : {"https://one.example", "https://two.example"}) {
      ProtocolMapper mapper;
      mapper.provider = "oidc-audience-mapper";
      mapper.config = {{"included.custom.audience", audience}, {"access.token.claim", "true"}};
      client.mappers.push_back(mapper);
    }
  });
  const auto granted = answer({{"client_id", "rs"}, {"response_type", "code"}, {"resource", "https://one.example"}});
  const auto tokens = body_of(server_.post("/token", {{"grant_type", "authorization_code"},
                                                      {"code", location_parameter(granted, "code")},
                                                      {"redirect_uri", "https://app.example/cb"},
                                                      {"client_id", "rs"}}));
  EXPECT_EQ(string_or(payload_of(string_or(tokens, "access_token", "")), "aud", ""), "https://one.example");
  const auto refreshed = [&](const std::string& resource) {
    Pairs form = {{"grant_type", "refresh_token"},
                  {"refresh_token", string_or(tokens, "refresh_token", "")},
                  {"client_id", "rs"}};
    if (!resource.empty()) form.emplace_back("resource", resource);
    return body_of(server_.post("/token", form));
  };
  EXPECT_EQ(string_or(payload_of(string_or(refreshed(""), "access_token", "")), "aud", ""), "https://one.example");
  EXPECT_EQ(string_or(refreshed("https://two.example"), "error", ""), "invalid_target") << "not granted";
  const auto unasked = answer({{"client_id", "rs"}, {"response_type", "code"}});
  const auto usual = body_of(server_.post("/token", {{"grant_type", "authorization_code"},
                                                     {"code", location_parameter(unasked, "code")},
                                                     {"redirect_uri", "https://app.example/cb"},
                                                     {"client_id", "rs"}}));
  EXPECT_EQ(json::serialize(payload_of(string_or(usual, "access_token", "")).at("aud")),
            R"(["https://one.example","https://two.example"])")
      << "without a resource what the client's settings give";
}

INSTANTIATE_ON_EVERY_ENGINE(ResponseTypes);

}  // namespace
}  // namespace cardea::protocol
