// Redirect URIs (RFC 6749 section 3.1.2, RFC 9700 section 4.1, attack class 1; keycloak.md section 1.6).
#include "oidc/redirect_uri.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/text.h"
#include "core/client_urls.h"

namespace cardea::oidc {
namespace {

constexpr std::string_view kBase = "http://localhost:18080";

Client client_with(std::vector<std::string> redirect_uris, std::string root_url = "") {
  Client client;
  client.client_id = "app";
  client.redirect_uris = std::move(redirect_uris);
  client.root_url = std::move(root_url);
  return client;
}

bool allows(const std::string& pattern, std::string_view candidate) {
  return is_redirect_allowed(client_with({pattern}), candidate, kBase);
}

TEST(RedirectUri, refuses_other_hosts_behind_tricks) {
  for (const auto* candidate : {"https://app.example@evil.example/cb/x",
                                "https://app.example:443@evil.example/cb/x",
                                "https://user@app.example/cb/x",
                                "https://app.example.evil.example/cb/x",
                                "https://app.example:8443/cb/x",
                                "https://evil.example/https://app.example/cb/x",
                                "https://evil.example#https://app.example/cb/x",
                                "https://evil.example?https://app.example/cb/x",
                                "https://app.example\\@evil.example/cb/x",
                                "https://evil.example\\app.example/cb/x",
                                "https:\\\\app.example\\cb\\x",
                                "https://app.example\t.evil.example/cb/x",
                                "https://app.example%2eevil.example/cb/x",
                                "https://app.example%00.evil.example/cb/x",
                                "https://app.example%40evil.example/cb/x",
                                "https://APP.example/cb/x",
                                "https://app.example./cb/x",
                                "HTTPS://app.example/cb/x",
                                "http://app.example/cb/x",
                                "https:app.example/cb/x",
                                "https:///app.example/cb/x",
                                "//app.example/cb/x",
                                "/cb/x",
                                "cb/x",
                                "",
                                " https://app.example/cb/x",
                                "https://app.example/cb/x ",
                                "https://app.example/cb/x\r\nSet-Cookie: a=b",
                                "https://\xC3\xA4pp.example/cb/x",
                                "https://xn--pp-uia.example/cb/x",
                                "https://app.example:/cb/x",
                                "https://app.example:00443/cb/x",
                                "https://app.example:65536/cb/x",
                                "javascript:alert(1)//https://app.example/cb/x",
                                "data:text/html,https://app.example/cb/x"}) {
    EXPECT_FALSE(allows("https://app.example/cb/*", candidate)) << candidate;
  }
}

TEST(RedirectUri, refuses_ways_out_of_the_registered_folder) {
  for (const auto* candidate :
       {"https://h/app/../x", "https://h/app/..", "https://h/app/%2e%2e/x", "https://h/app/%2E./x",
        "https://h/app/..%2fx", "https://h/app/%252e%252e/x", "https://h/app/%25252e%25252e/x",
        "https://h/app/%2525252525252e%2e/x", "https://h/app/..%5cx", "https://h/app/..;/x", "https://h/app/..;a=b/x",
        "https://h/app/x/../../y", "https://h/app/%00/x", "https://h/ap", "https://h/apple", "https://h//app/x",
        "https://h/%61pp/x"}) {
    EXPECT_FALSE(allows("https://h/app/*", candidate)) << candidate;
  }
}

TEST(RedirectUri, refuses_uris_that_carry_parameters_of_our_answer) {
  for (const auto* parameter : {"code", "id_token", "access_token", "token_type", "expires_in", "state", "iss", "error",
                                "error_description", "session_state", "response", "kc_action", "kc_action_status"}) {
    const auto query = std::string("https://h/app/x?a=b&") + parameter + "=1";
    EXPECT_FALSE(allows("https://h/app/*", query)) << query;
    EXPECT_FALSE(allows(query, query)) << query;
    EXPECT_FALSE(allows("https://h/app/*", std::string("https://h/app/x#") + parameter + "=1")) << parameter;
  }
  EXPECT_FALSE(allows("https://h/app/*", "https://h/app/x?%63ode=1"));
  EXPECT_TRUE(allows("https://h/app/*", "https://h/app/x?codex=1&b=code"));
}

TEST(RedirectUri, refuses_scripting_schemes_even_when_registered) {
  for (const auto* uri : {"javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "vbscript:x", "blob:x",
                          "file:///etc/passwd"}) {
    EXPECT_FALSE(allows(uri, uri)) << uri;
    EXPECT_FALSE(allows("*", uri)) << uri;
  }
}

TEST(RedirectUri, refuses_wildcards_before_the_path) {
  EXPECT_FALSE(allows("https://*", "https://any.example/x"));
  EXPECT_FALSE(allows("http*", "https://any.example/x"));
  EXPECT_FALSE(allows("https://*.h.example/x", "https://a.h.example/x"));
  EXPECT_FALSE(allows("https://h*", "https://h.evil.example/"));
  EXPECT_FALSE(allows("https://h:84*", "https://h:8443/"));
  EXPECT_FALSE(allows("https://user@h/*", "https://user@h/x"));
  EXPECT_FALSE(allows("https://user@h/*", "https://h/x"));
}

TEST(RedirectUri, refuses_everything_for_a_client_without_redirect_uris) {
  EXPECT_FALSE(is_redirect_allowed(client_with({}), "https://h/", kBase));
  EXPECT_FALSE(is_redirect_allowed(client_with({""}), "https://h/", kBase));
  EXPECT_FALSE(is_redirect_allowed(client_with({""}), "", kBase));
}

class StrictPolicy : public ::testing::TestWithParam<const char*> {};

TEST_P(StrictPolicy, refuses_all_but_the_exact_uri) {
  auto client = client_with({"https://h/app/*", "https://h/cb", "http://localhost/cb", "https://h/f#x"});
  client.attributes["cardea.policy"] = GetParam();
  for (const auto* candidate :
       {"https://h/app/x", "https://h/app/", "https://h/cb/", "https://h/cb?x=1", "https://h/cb#f", "https://h:443/cb",
        "https://H/cb", "http://localhost:1234/cb", "https://h/f#x"}) {
    EXPECT_FALSE(is_redirect_allowed(client, candidate, kBase)) << candidate;
  }
  EXPECT_TRUE(is_redirect_allowed(client, "https://h/cb", kBase));
}

// standards.md AZ-8 and AZ-9 (RFC 9700 section 2.6; RFC 8252 section 7.1).
TEST_P(StrictPolicy, refuses_plain_http_and_schemes_without_a_dot_unless_in_development) {
  const std::vector<std::string> unsafe = {"http://h/cb", "http://h.localhost/cb", "HTTP://h/cb", "myapp://cb",
                                           "urn:x:oob"};
  auto client = client_with(unsafe);
  client.attributes["cardea.policy"] = GetParam();
  for (const auto& uri : unsafe) {
    EXPECT_FALSE(is_redirect_allowed(client, uri, kBase)) << uri;
    EXPECT_TRUE(is_redirect_allowed(client, uri, kBase, false)) << uri;
    client.attributes.erase("cardea.policy");
    EXPECT_TRUE(is_redirect_allowed(client, uri, kBase)) << "classic: " << uri;
    client.attributes["cardea.policy"] = GetParam();
    client.redirect_uris = {uri};
    EXPECT_FALSE(only_redirect_uri(client, kBase)) << uri;
    EXPECT_TRUE(only_redirect_uri(client, kBase, false)) << uri;
    client.redirect_uris = unsafe;
  }
  client.redirect_uris = {"http://localhost:1/cb", "com.example.app:/cb", "/cb"};
  for (const auto* uri : {"http://localhost:1/cb", "com.example.app:/cb", "http://localhost:18080/cb"})
    EXPECT_TRUE(is_redirect_allowed(client, uri, kBase)) << uri;
  EXPECT_FALSE(is_redirect_allowed(client, "http://id.example/cb", "http://id.example"));
}

// RFC 8252 section 7.3: any port, but only on a loopback address and with the same path.
TEST_P(StrictPolicy, allows_another_port_on_loopback_addresses_only) {
  auto client = client_with({"http://127.0.0.1:8000/cb", "http://[::1]/cb", "http://h:1/cb"});
  client.attributes["cardea.policy"] = GetParam();
  for (const auto* candidate :
       {"http://127.0.0.1:9/other", "http://127.0.0.2:9/cb", "http://localhost:9/cb", "https://127.0.0.1:9/cb",
        "http://u@127.0.0.1:9/cb", "http://h:1/cb", "http://h:2/cb", "http://127.0.0.1:9/cb?x=1"}) {
    EXPECT_FALSE(is_redirect_allowed(client, candidate, kBase)) << candidate;
  }
  for (const auto* candidate : {"http://127.0.0.1:9/cb", "http://127.0.0.1/cb", "http://[::1]:9/cb"}) {
    EXPECT_TRUE(is_redirect_allowed(client, candidate, kBase)) << candidate;
  }
}

INSTANTIATE_TEST_SUITE_P(Policies, StrictPolicy, ::testing::Values("oauth21", "fapi2"));

std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      ++i;
      out += text[i] == 'n' ? '\n' : text[i];
    } else {
      out += text[i];
    }
  }
  return out;
}

TEST(RedirectUri, judges_as_keycloak_does) {
  std::ifstream file("tests/vectors/redirect_uri.tsv");
  std::string line;
  int rows = 0;
  while (std::getline(file, line)) {
    if (line.empty() || line.starts_with('#')) continue;
    const auto columns = split(line, '\t');
    ASSERT_EQ(columns.size(), 5U) << line;
    std::vector<std::string> patterns;
    for (const auto word : split_words(columns[3])) {
      if (word != "-") patterns.emplace_back(word);
    }
    const auto client = client_with(patterns, columns[2] == "-" ? "" : std::string(columns[2]));
    const bool expected = (columns[1] == "=" ? columns[0] : columns[1]) == "allow";
    EXPECT_EQ(is_redirect_allowed(client, unescape(columns[4]), kBase), expected) << line;
    ++rows;
  }
  EXPECT_GT(rows, 150);
}

TEST(RedirectUri, treats_the_empty_path_on_loopback_as_the_root) {
  EXPECT_TRUE(allows("http://localhost:53000", "http://localhost:53000/"));
  EXPECT_TRUE(allows("http://localhost:53000/", "http://localhost:53000"));
  EXPECT_TRUE(allows("http://localhost", "http://localhost:53000/"));
  EXPECT_FALSE(allows("http://localhost:53000", "http://localhost:53000/x"));
  EXPECT_FALSE(allows("http://localhost:53000", "http://localhost:53000/?x=1"));
  EXPECT_FALSE(allows("https://h", "https://h/"));
}

TEST(PostLogoutRedirect, refuses_when_the_list_is_a_dash) {
  auto client = client_with({"https://h/cb"});
  client.attributes["post.logout.redirect.uris"] = "-";
  EXPECT_FALSE(is_post_logout_redirect_allowed(client, "https://h/cb", kBase));
}

TEST(PostLogoutRedirect, refuses_redirect_uris_when_another_list_is_given) {
  auto client = client_with({"https://h/cb"});
  client.attributes["post.logout.redirect.uris"] = "https://h/out##https://w/*";
  EXPECT_FALSE(is_post_logout_redirect_allowed(client, "https://h/cb", kBase));
  EXPECT_FALSE(is_post_logout_redirect_allowed(client, "https://h/out##https://w/x", kBase));
  EXPECT_FALSE(is_post_logout_redirect_allowed(client, "https://evil/", kBase));
  EXPECT_TRUE(is_post_logout_redirect_allowed(client, "https://h/out", kBase));
  EXPECT_TRUE(is_post_logout_redirect_allowed(client, "https://w/a/b", kBase));
}

TEST(PostLogoutRedirect, falls_back_to_redirect_uris) {
  for (const auto* list : {"", "+", "https://h/out##+"}) {
    auto client = client_with({"https://h/cb"});
    client.attributes["post.logout.redirect.uris"] = list;
    EXPECT_TRUE(is_post_logout_redirect_allowed(client, "https://h/cb", kBase)) << list;
  }
  EXPECT_TRUE(is_post_logout_redirect_allowed(client_with({"/out"}, "https://h"), "https://h/out", kBase));
}

TEST(OnlyRedirectUri, refuses_wildcards_and_choices) {
  EXPECT_EQ(only_redirect_uri(client_with({}), kBase), std::nullopt);
  EXPECT_EQ(only_redirect_uri(client_with({"https://h/*"}), kBase), std::nullopt);
  EXPECT_EQ(only_redirect_uri(client_with({"https://h/a", "https://h/b"}), kBase), std::nullopt);
  EXPECT_EQ(only_redirect_uri(client_with({"javascript:alert(1)"}), kBase), std::nullopt);
  EXPECT_EQ(only_redirect_uri(client_with({"https://h/a"}), kBase), "https://h/a");
  EXPECT_EQ(only_redirect_uri(client_with({"/a"}, "https://h/b"), kBase), "https://h/b/a");
  EXPECT_EQ(only_redirect_uri(client_with({"/a"}), "https://id.example/auth"), "https://id.example/a");
  EXPECT_EQ(only_redirect_uri(client_with({"/a"}, "${authBaseUrl}"), "https://id.example/auth"),
            "https://id.example/auth/a");
}

TEST(WebOrigins, resolves_plus_from_redirect_uris) {
  auto client = client_with({"https://d/*", "https://d/x", "http://H:8080/cb", "myapp://cb", "*", "/y", "https://e*"},
                            "https://root:8443");
  client.web_origins = {"+", "https://literal", "*"};
  EXPECT_EQ(web_origins(client, kBase), (std::vector<std::string>{"https://d", "http://h:8080", "https://root:8443",
                                                                  "https://e", "https://literal", "*"}));
  client.web_origins = {};
  EXPECT_TRUE(web_origins(client, kBase).empty());
}

TEST(SameRedirectUri, is_the_same_text_but_for_the_empty_path_on_loopback) {
  EXPECT_TRUE(is_same_redirect_uri("https://a.test/cb", "https://a.test/cb"));
  EXPECT_FALSE(is_same_redirect_uri("https://a.test/", "https://a.test"));
  EXPECT_FALSE(is_same_redirect_uri("https://a.test/cb", "https://a.test/cB"));
  EXPECT_TRUE(is_same_redirect_uri("http://localhost:53000/", "http://localhost:53000"));
  EXPECT_TRUE(is_same_redirect_uri("http://127.0.0.1:1", "http://127.0.0.1:1/"));
  EXPECT_FALSE(is_same_redirect_uri("http://localhost:53000/", "http://127.0.0.1:53000"));
  EXPECT_FALSE(is_same_redirect_uri("http://localhost:53000/", "http://localhost:5300"));
  EXPECT_FALSE(is_same_redirect_uri("http://localhost:53000/a", "http://localhost:53000/"));
  EXPECT_FALSE(is_same_redirect_uri("http://localhost:53000/?", "http://localhost:53000/"));
}

}  // namespace
}  // namespace cardea::oidc
