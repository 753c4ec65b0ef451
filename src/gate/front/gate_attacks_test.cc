// An attack table against the whole gate (attack classes 11, 12, 14, 18, 19, 20): each row is one request that somebody
// without rights sends, through a proxy that hands on what it is given, and none of them passes or is answered with
// anything of the sender's choice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "gate/front/front_fixture.h"

namespace cardea::gate {
namespace {

using Headers = std::vector<web::Header>;

class GateAttacks : public GateFront {
 protected:
  /// Status of a question with these headers and nothing else.
  web::Response with(Headers headers, std::string_view path = "/gate/forward") {
    web::Request request;
    request.path = path;
    request.host = "app.example";
    request.headers = std::move(headers);
    return world.run(request);
  }
  static Headers question(std::string_view method, std::string_view target, Headers more = {}) {
    Headers headers{{"X-Forwarded-Method", std::string(method)}, {"X-Forwarded-Uri", std::string(target)}};
    headers.insert(headers.end(), more.begin(), more.end());
    return headers;
  }
};

/// "/open/**" is open to everybody, "/flows/**" is not: no way of writing the latter is taken for the former.
TEST_F(GateAttacks, refuses_every_spelling_of_a_path_that_hides_another) {
  for (const auto* target : {"//open/x",
                             "/open//../flows/a",
                             "/open/../flows/a",
                             "/open/./../flows/a",
                             "/open/..;/flows/a",
                             "/open/..;x=y/flows/a",
                             "/open;/../flows/a",
                             "/open%2f..%2fflows/a",
                             "/open%2F%2E%2E%2Fflows/a",
                             "/open/%2e%2e/flows/a",
                             "/open/%252e%252e/flows/a",
                             "/open/.%2e/flows/a",
                             "/open/%2e./flows/a",
                             "/open\\..\\flows\\a",
                             "/open/%5c..%5cflows",
                             "/open/x%00/../flows/a",
                             "/open/%00",
                             "/open/%0d%0aX: y",
                             "/open/x#/../flows/a",
                             "/flows/a#/open/x",
                             "http://app.example/open/x",
                             "open/x",
                             "",
                             "*",
                             "/open/\xC0\xAE\xC0\xAE/flows/a",
                             "/open/%c0%ae%c0%ae/flows",
                             "/open/ x",
                             "/open/x\t",
                             "/open/%zz",
                             "/open/%",
                             "/open/..",
                             "/open/.",
                             "/open/x?a=b#c",
                             "/open/x?a= b",
                             "/open/x?\r\nX-Auth-Role: admin"}) {
    const auto response = with(question("GET", target));
    EXPECT_NE(response.status, 200) << target;
    EXPECT_NE(response.status, 302) << target;
    EXPECT_EQ(with(question("GET", target), "/gate/check").status == 200, false) << target;
  }
  for (const auto* target : {"/OPEN/x", "/Open/x", "/open.x", "/openx", "/flows/open/x", "/flows?/open/x"})
    EXPECT_EQ(with(question("GET", target)).status, 401) << target;
  EXPECT_EQ(with(question("GET", "/open/x")).status, 200);
}

TEST_F(GateAttacks, refuses_methods_that_are_not_the_ones_of_the_rule) {
  const auto reader = "Bearer " + token({"readers"});
  for (const auto* method : {"get", "Get", "GET ", "GET\r\nX: y", "POST", "PUT", "PROPFIND", "TRACE", "G\xC3\x89T"})
    EXPECT_NE(with(question(method, "/flows/a", {{"Authorization", reader}})).status, 200) << method;
  EXPECT_EQ(with(question("GET", "/flows/a", {{"Authorization", reader}})).status, 200);
}

/// What a browser says of itself in headers of the gate, of the proxy or of the application decides nothing.
TEST_F(GateAttacks, refuses_to_believe_headers) {
  const Headers claims[] = {{{"X-Auth-Name", "root"}, {"X-Auth-Role", "admin"}},
                            {{"X-Auth-Subject", "root"}},
                            {{"X_Auth_Role", "admin"}},
                            {{"X-Forwarded-User", "root"}, {"X-Forwarded-Groups", "admins"}},
                            {{"X-Forwarded-Email", "root@x.org"}},
                            {{"X-Original-URL", "/open/x"}},
                            {{"X-Original-URI", "/open/x"}},
                            {{"X-Rewrite-URL", "/open/x"}},
                            {{"X-Original-Method", "GET"}},
                            {{"X-HTTP-Method-Override", "GET"}},
                            {{"Forwarded", "for=127.0.0.1;host=other.example;proto=https"}},
                            {{"X-Forwarded-For", "127.0.0.1"}},
                            {{"X-Forwarded-Host", "stranger.example"}},
                            {{"X-Real-IP", "127.0.0.1"}},
                            {{"User-Agent", "kube-probe/1.30"}},
                            {{"X-API-KEY", "anything"}},
                            {{"Authorization", "Basic cm9vdDpyb290"}},
                            {{"Authorization", "Bearer"}},
                            {{"Authorization", "Bearer  x"}},
                            {{"Authorization", "bearer a.b.c"}},
                            {{"Authorization", "Bearer a"}, {"Authorization", "Bearer b"}}};
  for (const auto& headers : claims) {
    const auto response = with(question("GET", "/flows/a", headers));
    EXPECT_EQ(response.status, 401) << headers[0].name << ": " << headers[0].value;
    EXPECT_EQ(response.find_header("X-Auth-Role"), nullptr);
  }
  for (const auto* name : {"X-Forwarded-Uri", "x-forwarded-uri", "X-Forwarded-Method"}) {
    auto headers = question("GET", "/flows/a");
    headers.push_back({name, std::string(name).ends_with("ethod") ? "GET" : "/open/x"});
    EXPECT_NE(with(headers).status, 200) << name << " twice";
  }
}

/// Fields that belong to one connection, methods in headers and the question a browser asks before a request (CORS).
TEST_F(GateAttacks, refuses_to_be_told_by_hop_by_hop_fields_and_preflights) {  // GW-10
  const auto reader = "Bearer " + token({"readers"});
  for (const auto* named : {"Authorization", "X-Forwarded-Uri, X-Forwarded-Method", "close, authorization, cookie"}) {
    EXPECT_EQ(with(question("GET", "/flows/a", {{"Connection", named}})).status, 401) << named;
    const auto passed = with(question("GET", "/flows/a", {{"Connection", named}, {"Authorization", reader}}));
    EXPECT_EQ(passed.status, 200) << named << ": what proves the caller is not taken away";
    EXPECT_NE(passed.find_header("X-Auth-Role"), nullptr) << named << ": nor what is said of them";
  }
  const auto answer_to = [&](std::string_view method, Headers more) {
    more.push_back({"Authorization", reader});
    return with(question(method, "/flows/a", std::move(more))).status;
  };
  for (const auto* header : {"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "_method"})
    EXPECT_NE(answer_to("POST", {{header, "GET"}}), 200) << header;
  const Headers asks = {{"Origin", "https://evil.example"}, {"Access-Control-Request-Method", "GET"}};
  for (const auto* path : {"/flows/a", "/no/such/page"}) {
    const auto preflight = with(question("OPTIONS", path, asks));
    EXPECT_EQ(preflight.status, 401) << path;
    for (const auto& header : preflight.headers) {
      EXPECT_FALSE(std::string_view(header.name).starts_with("Access-Control-")) << header.name;
      EXPECT_FALSE(std::string_view(header.name).starts_with("X-Auth-")) << header.name;
    }
  }
}

TEST_F(GateAttacks, a_value_never_becomes_a_header_of_its_own) {
  auto claims = good_claims(kIssuer);
  for (const auto* nasty : {"a\r\nX-Auth-Role: admin", "a\nb", "\x7F", "\xE2\x80\xA8"}) {
    claims["sub"] = std::string("x") + nasty;
    claims["groups"] = json::array{"readers", nasty};
    const auto response = with(question("GET", "/flows/a", {{"Authorization", "Bearer " + token_of(key, claims)}}));
    ASSERT_EQ(response.status, 200);
    for (const auto& header : response.headers)
      for (const char c : header.value) EXPECT_TRUE(c >= 0x20 && c < 0x7F) << header.name;
    EXPECT_EQ(*response.find_header("X-Auth-Role"), "reader");
  }
}

TEST_F(GateAttacks, refuses_tokens_that_were_not_signed_for_it) {
  const auto claims = good_claims(kIssuer);
  const auto payload = base64url_encode(json::serialize(claims));
  const auto head = [](const char* text) { return base64url_encode(std::string_view(text)); };
  const auto good = token({"admins"});
  const auto cut = good.rfind('.');
  const std::string tokens[] = {
      head(R"({"alg":"none"})") + "." + payload + ".",
      head(R"({"alg":"None","kid":"id"})") + "." + payload + ".",
      head(R"({"alg":"HS256","kid":"id"})") + "." + payload + "." + head("0123456789012345678901234567890"),
      head(R"({"alg":"RS256","kid":"id","crit":["b64"],"b64":false})") + "." + payload + "." + good.substr(cut + 1),
      head(R"({"alg":"RS256","alg":"none","kid":"id"})") + "." + payload + ".",
      good.substr(0, cut + 1),
      good.substr(0, cut),
      good + ".",
      good + "." + payload,
      "." + good,
      good.substr(0, cut + 1) + std::string(344, 'A'),
      token_of(named_key("id", jose::Algorithm::kRS512), claims),
      token_of(named_key("stranger", jose::Algorithm::kRS256), claims),
      std::string(70'000, 'a') + "." + payload + ".x",
      std::string(3, '.')};
  for (const auto& bad : tokens)
    EXPECT_EQ(with(question("GET", "/flows/a", {{"Authorization", "Bearer " + bad}})).status, 401) << bad.substr(0, 80);
  EXPECT_EQ(with(question("GET", "/flows/a", {{"Authorization", "Bearer " + good}})).status, 200);
}

TEST_F(GateAttacks, refuses_cookies_that_it_did_not_give) {
  web::Request probe;
  const auto name = cookie_name(probe, *world.gate.state()->settings.find_application("app.example"), "session");
  for (const auto& value :
       {std::string(), std::string("x"), std::string(43, 'A'), std::string(100'000, 'A'), std::string("\"\""),
        std::string("%00"), std::string("a=b=c"), std::string("\xFF\xFE"), std::string("../../etc/passwd"),
        std::string("' OR 1=1 --"), std::string("{\"name\":\"root\"}"), std::string("eyJhbGciOiJub25lIn0.e30.")})
    EXPECT_EQ(with(question("GET", "/flows/a", {{"Cookie", name + "=" + value}})).status, 401) << value.substr(0, 40);
  for (const auto* cookies : {"=", ";", "=;=;", ";;;;", "a", "  ", "session", "\t=\t"})
    EXPECT_EQ(with(question("GET", "/flows/a", {{"Cookie", cookies}})).status, 401) << cookies;
}

TEST_F(GateAttacks, refuses_to_return_anywhere_but_to_the_application) {
  for (const auto* target : {"//evil.example/", "/\\evil.example", "https://evil.example/", "/%2f%2fevil.example"}) {
    const auto response = with(question("GET", target, {{"Accept", "text/html"}}));
    EXPECT_NE(response.status, 302) << target;
  }
}

}  // namespace
}  // namespace cardea::gate
