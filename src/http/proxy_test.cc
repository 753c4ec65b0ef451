#include "http/proxy.h"

#include <gtest/gtest.h>

namespace cardea::http {
namespace {

struct ProxyTest : testing::Test {
  ProxyTest() {
    request.host = "inside:8080";
    request.remote_address = "10.0.0.1";
  }

  bool apply(std::vector<web::Header> headers) {
    request.headers = std::move(headers);
    return apply_proxy_rule(rule, *parse_address("10.0.0.1"), request);
  }
  void trust(ForwardHeader header, std::vector<std::string> ranges = {}) {
    rule.header = header;
    for (const auto& range : ranges) rule.trusted.push_back(*parse_address_range(range));
  }
  void expect_untouched() {
    EXPECT_EQ(request.scheme, "http");
    EXPECT_EQ(request.host, "inside:8080");
    EXPECT_EQ(request.remote_address, "10.0.0.1");
  }

  ProxyRule rule;
  web::Request request;
  const std::vector<web::Header> x_headers = {
      {"X-Forwarded-For", "192.0.2.7"}, {"X-Forwarded-Proto", "https"}, {"X-Forwarded-Host", "ID.example.com"}};
};

constexpr std::string_view kEscapedPem =
    "-----BEGIN%20CERTIFICATE-----%0AAAEC%0A-----END%20CERTIFICATE-----%0A";  // bytes 0, 1, 2

TEST_F(ProxyTest, refuses_certificates_that_no_trusted_proxy_passes_on) {  // MT-6
  rule.certificate_header = "ssl-client-cert";
  EXPECT_TRUE(apply({{"SSL-Client-Cert", std::string(kEscapedPem)}, {"ssl_client_cert", "x"}}));
  EXPECT_EQ(request.client_certificate, "");
  EXPECT_TRUE(request.headers.empty()) << "removed, whoever sent it";
  trust(ForwardHeader::kNone, {"10.9.0.0/16"});
  EXPECT_TRUE(apply({{"ssl-client-cert", std::string(kEscapedPem)}}));
  EXPECT_EQ(request.client_certificate, "");
}

TEST_F(ProxyTest, refuses_certificates_of_a_trusted_proxy_that_are_none) {
  rule.certificate_header = "ssl-client-cert";
  trust(ForwardHeader::kNone, {"10.0.0.0/8"});
  const std::string good(kEscapedPem);
  for (const auto& bad : {std::string("x"), std::string("%"), good + good, good.substr(0, good.size() - 10),
                          std::string("-----BEGIN%20CERTIFICATE-----%0A%0A-----END%20CERTIFICATE-----%0A")}) {
    EXPECT_FALSE(apply({{"ssl-client-cert", bad}})) << bad;
  }
  EXPECT_FALSE(apply({{"ssl-client-cert", good}, {"ssl-client-cert", good}}));
}

TEST_F(ProxyTest, takes_a_certificate_from_a_trusted_proxy) {
  rule.certificate_header = "ssl-client-cert";
  trust(ForwardHeader::kNone, {"10.0.0.0/8"});
  EXPECT_TRUE(apply({{"Ssl-Client-Cert", std::string(kEscapedPem)}}));
  EXPECT_EQ(request.client_certificate, std::string("\0\1\2", 3));
  EXPECT_TRUE(request.headers.empty());
  request.client_certificate.clear();
  EXPECT_TRUE(apply({{"ssl-client-cert", ""}})) << "the client sent none to the proxy";
  EXPECT_EQ(request.client_certificate, "");
}

TEST_F(ProxyTest, refuses_headers_without_a_rule_and_removes_them) {
  auto headers = x_headers;
  headers.push_back({"forwarded", "for=192.0.2.7"});
  headers.push_back({"X-Other", "kept"});
  headers.push_back({"From", "kept"});
  EXPECT_TRUE(apply(headers));
  expect_untouched();
  ASSERT_EQ(request.headers.size(), 2U);
  EXPECT_EQ(request.headers[0].name, "X-Other");
}

TEST_F(ProxyTest, refuses_headers_of_peers_that_are_not_trusted) {
  trust(ForwardHeader::kXForwarded, {"10.1.0.0/16"});
  EXPECT_TRUE(apply(x_headers));
  expect_untouched();
  EXPECT_TRUE(request.headers.empty());
}

TEST_F(ProxyTest, refuses_the_header_that_was_not_chosen) {
  trust(ForwardHeader::kForwarded);
  EXPECT_TRUE(apply(x_headers));
  expect_untouched();
}

TEST_F(ProxyTest, refuses_values_that_cannot_be) {
  trust(ForwardHeader::kXForwarded);
  EXPECT_FALSE(apply({{"X-Forwarded-For", "evil"}}));
  EXPECT_FALSE(apply({{"X-Forwarded-For", "1.2.3.4, "}, {"X-Forwarded-Proto", "ftp"}}));
  EXPECT_FALSE(apply({{"X-Forwarded-Proto", "javascript"}}));
  EXPECT_FALSE(apply({{"X-Forwarded-Host", "a/b"}}));
  EXPECT_FALSE(apply({{"X-Forwarded-Host", "a"}, {"X-Forwarded-Port", "8x"}}));
  rule.header = ForwardHeader::kForwarded;
  EXPECT_FALSE(apply({{"Forwarded", "for=evil"}}));
  EXPECT_FALSE(apply({{"Forwarded", "host=\"a b\""}}));
}

TEST_F(ProxyTest, refuses_addresses_that_the_client_made_up) {
  trust(ForwardHeader::kXForwarded, {"10.0.0.0/8"});
  EXPECT_TRUE(apply({{"X-Forwarded-For", "6.6.6.6, 192.0.2.7, 10.0.0.9"}}));
  EXPECT_EQ(request.remote_address, "192.0.2.7");
}

TEST_F(ProxyTest, refuses_all_but_the_last_entry_without_a_list) {
  trust(ForwardHeader::kXForwarded);
  EXPECT_TRUE(apply({{"X-Forwarded-For", "6.6.6.6"}, {"X-Forwarded-For", "192.0.2.7"}}));
  EXPECT_EQ(request.remote_address, "192.0.2.7");
}

TEST_F(ProxyTest, takes_scheme_host_and_address_of_x_forwarded) {
  trust(ForwardHeader::kXForwarded, {"10.0.0.1"});
  EXPECT_TRUE(apply(x_headers));
  EXPECT_EQ(request.scheme, "https");
  EXPECT_EQ(request.host, "id.example.com");
  EXPECT_EQ(request.remote_address, "192.0.2.7");
}

TEST_F(ProxyTest, adds_forwarded_port_where_it_is_not_the_usual_one) {
  trust(ForwardHeader::kXForwarded);
  const auto host = [&](std::string scheme, std::string host_value, std::string port) {
    EXPECT_TRUE(apply({{"X-Forwarded-Proto", scheme}, {"X-Forwarded-Host", host_value}, {"X-Forwarded-Port", port}}));
    return request.host;
  };
  EXPECT_EQ(host("https", "a.example", "443"), "a.example");
  EXPECT_EQ(host("https", "a.example", "8443"), "a.example:8443");
  EXPECT_EQ(host("http", "a.example:81", "8443"), "a.example:81");
  EXPECT_EQ(host("https", "[::1]", "8443"), "[::1]:8443");
}

TEST_F(ProxyTest, takes_forwarded_of_rfc_7239) {
  trust(ForwardHeader::kForwarded, {"10.0.0.0/8"});
  EXPECT_TRUE(
      apply({{"Forwarded",
              "for=6.6.6.6;proto=http;host=evil, For=\"[2001:db8::7]:4711\";Proto=HTTPS;host=\"id.example:8443\""},
             {"Forwarded", "for=10.2.3.4;by=10.0.0.1"}}));
  EXPECT_EQ(request.scheme, "https");
  EXPECT_EQ(request.host, "id.example:8443");
  EXPECT_EQ(request.remote_address, "2001:db8::7");
}

TEST_F(ProxyTest, keeps_the_nearest_address_when_a_proxy_does_not_tell) {
  trust(ForwardHeader::kForwarded);
  EXPECT_TRUE(apply({{"Forwarded", "for=unknown;proto=https"}}));
  EXPECT_EQ(request.remote_address, "10.0.0.1");
  EXPECT_EQ(request.scheme, "https");
  EXPECT_TRUE(apply({{"Forwarded", "for=_hidden"}}));
}

}  // namespace
}  // namespace cardea::http
