#include "base/uri.h"

#include <gtest/gtest.h>

namespace cardea {
namespace {

TEST(ParseUri, RefusesWhatBrowsersAndServersReadDifferently) {
  for (const auto* text : {
           "",
           "/relative",
           "//host/path",
           "host.example",
           "?query",
           "#fragment",
           "path/only",  // no scheme
           "https://good.example\\@evil.example/",
           "https:\\\\evil.example",
           "https://h/a\\b",  // backslash
           " https://h/",
           "https://h/ ",
           "https://h/a b",
           "ht tp://h",
           "https://h/\t",
           "https://h/\r\nX: y",  // space
           "https://h/\x01",
           "https://h/\x7F",
           "https://b\xC3\xBC.example/",
           "https://h/\xC3\xA4",  // bytes
           "https://h:/",
           "https://h:080/",
           "https://h:65536/",
           "https://h:99999999999/",
           "https://h:8a/",  // port
           "https:///path",
           "https://",
           "http://:80/",
           "https:h",
           "https:/h",
           "http://user@/",  // no host
           "https://%65vil.example/",
           "https://evil%2eexample/",  // hidden host
           "https://h/%zz",
           "https://h/%4",
           "https://[::1",
           "http://[::1]evil/",
           "http://[::1]@x/",
           "http://[::1%25eth0]/",
           "http://[v1.a]/",
           "http://1.2.3.4:80:90/",
           "https://[1:2]/",
           "https://a@b@c/",
           "1http://h/",
           "ht_tp://h/",
           "https://h/<script>",
           "https://h/\"",
           "https://h/{x}",
           "https://h/a|b",
           "https://h/^",
       }) {
    EXPECT_FALSE(parse_uri(text)) << text;
  }
  EXPECT_FALSE(parse_uri(std::string_view("https://h/\0", 11)));
  EXPECT_FALSE(parse_uri(std::string_view("https://[::1\0]/", 15)));
  EXPECT_FALSE(parse_uri("https://h/" + std::string(8 * 1024, 'a')));
}

TEST(ParseUri, KeepsPartsAsWritten) {
  const auto uri = parse_uri("HTTPS://User%20x:pw@App.Example:8443/a%2Fb/../c;d?x=1&y=%20#frag?");
  ASSERT_TRUE(uri);
  EXPECT_EQ(uri->scheme, "HTTPS");
  EXPECT_EQ(uri->userinfo, "User%20x:pw");
  EXPECT_EQ(uri->host, "App.Example");
  EXPECT_EQ(uri->port, 8443);
  EXPECT_EQ(uri->path, "/a%2Fb/../c;d");
  EXPECT_EQ(uri->query, "x=1&y=%20");
  EXPECT_EQ(uri->fragment, "frag?");
  EXPECT_TRUE(uri->has_authority);
}

TEST(ParseUri, TellsEmptyPartsFromAbsentOnes) {
  EXPECT_EQ(parse_uri("https://h")->path, "");
  EXPECT_EQ(parse_uri("https://h")->query, std::nullopt);
  EXPECT_EQ(parse_uri("https://h?")->query, "");
  EXPECT_EQ(parse_uri("https://h#")->fragment, "");
  EXPECT_EQ(parse_uri("https://@h/")->userinfo, "");
  EXPECT_EQ(parse_uri("https://h/")->port, std::nullopt);
}

TEST(ParseUri, ReadsOtherSchemes) {
  const auto app = parse_uri("com.example.app:/oauth2redirect");
  ASSERT_TRUE(app);
  EXPECT_EQ(app->scheme, "com.example.app");
  EXPECT_FALSE(app->has_authority);
  EXPECT_EQ(app->path, "/oauth2redirect");
  EXPECT_EQ(parse_uri("myapp://cb")->host, "cb");
  EXPECT_EQ(parse_uri("urn:ietf:wg:oauth:2.0:oob")->path, "ietf:wg:oauth:2.0:oob");
  EXPECT_EQ(parse_uri("http://[2001:db8::1]:80/")->host, "[2001:db8::1]");
  EXPECT_EQ(parse_uri("http://127.0.0.1.nip.example:80/x")->host, "127.0.0.1.nip.example");
  EXPECT_EQ(parse_uri("http://[::ffff:127.0.0.1]/")->host, "[::ffff:127.0.0.1]");
}

TEST(Uri, OriginIsLowerCaseWithoutDefaultPort) {
  EXPECT_EQ(parse_uri("HTTPS://u@App.Example:443/x")->origin(), "https://app.example");
  EXPECT_EQ(parse_uri("http://App.Example:80")->origin(), "http://app.example");
  EXPECT_EQ(parse_uri("http://h:443/")->origin(), "http://h:443");
  EXPECT_EQ(parse_uri("https://[::1]:8080/")->origin(), "https://[::1]:8080");
  EXPECT_EQ(parse_uri("myapp://cb")->origin(), "");
}

TEST(Uri, RefusesLookalikesOfLoopback) {
  for (const auto* text :
       {"https://localhost/", "http://localhost.evil.example/", "http://127.0.0.2/", "http://127.0.0.1.evil.example/",
        "http://localhost@evil.example/", "http://[::2]/", "http://2130706433/", "http://0.0.0.0/"}) {
    EXPECT_FALSE(parse_uri(text)->is_loopback()) << text;
  }
  for (const auto* text : {"http://localhost/", "HTTP://LocalHost:5000/cb", "http://127.0.0.1:1/", "http://[::1]"}) {
    EXPECT_TRUE(parse_uri(text)->is_loopback()) << text;
  }
}

TEST(PercentDecode, RefusesBrokenEscapesAndNul) {
  for (const auto* text : {"%", "%4", "%zz", "a%4", "%00", "x%00y", "%G0", "%%"})
    EXPECT_FALSE(percent_decode(text)) << text;
  EXPECT_FALSE(percent_decode(std::string_view("a\0", 2)));
  EXPECT_EQ(percent_decode("a%20b+%C3%a4%2525"), "a b+\xC3\xA4%25");
}

TEST(PercentEncode, KeepsUnreservedOnly) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode(" +&=/?#%\xC3\xA4\n"), "%20%2B%26%3D%2F%3F%23%25%C3%A4%0A");
  EXPECT_EQ(percent_decode(percent_encode("\x01 any/\xFF")), "\x01 any/\xFF");
}

TEST(AppendQuery, KeepsQueryAndFragment) {
  const auto appended = [](std::string uri) {
    append_query(uri, "co de", "a&b#c");
    return uri;
  };
  EXPECT_EQ(appended("https://h/cb"), "https://h/cb?co%20de=a%26b%23c");
  EXPECT_EQ(appended("https://h/cb?"), "https://h/cb?co%20de=a%26b%23c");
  EXPECT_EQ(appended("https://h/cb?x=1"), "https://h/cb?x=1&co%20de=a%26b%23c");
  EXPECT_EQ(appended("https://h/cb?x=1&"), "https://h/cb?x=1&co%20de=a%26b%23c");
  EXPECT_EQ(appended("https://h/cb#f?g"), "https://h/cb?co%20de=a%26b%23c#f?g");
}

}  // namespace
}  // namespace cardea
