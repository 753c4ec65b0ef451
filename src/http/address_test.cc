#include "http/address.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace cardea::http {
namespace {

TEST(Address, refuses_what_is_no_address) {
  for (const auto* text :
       {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4:80", "[::1]", "::1%lo", "localhost", "1.2.3.4 "}) {
    EXPECT_FALSE(parse_address(text)) << text;
  }
  EXPECT_FALSE(parse_address(std::string_view("1.2.3.4\0", 8)));
  EXPECT_FALSE(parse_address(std::string(100, '1')));
}

TEST(Address, refuses_bad_nodes) {
  for (const auto* text : {"[::1", "[::1]x", "[::1]:0", "[::1]:99999", "1.2.3.4:", "1.2.3.4:x", "unknown", ":80"}) {
    EXPECT_FALSE(parse_node(text)) << text;
  }
}

TEST(Address, refuses_bad_ranges) {
  for (const auto* text : {"10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10/8", "/8", "10.0.0.0/8/8"}) {
    EXPECT_FALSE(parse_address_range(text)) << text;
  }
}

TEST(Address, refuses_implausible_authorities) {
  for (const auto* text :
       {"",          "a b",    "a/b",    "a@b",  "a:",   "a:0", "a:65536", "a:b",      "a:1:2", ".a",   "a..b", "[::1",
        "[1.2.3.4]", "[::1]x", "[::1]:", "[zz]", "a\\b", "a?b", "a#b",     "\xC3\xA9", ":80",   "a%2e", "<a>"}) {
    EXPECT_FALSE(is_plausible_authority(text)) << text;
  }
  EXPECT_FALSE(is_plausible_authority(std::string(kHostBytesMax + 1, 'a')));
}

TEST(Address, accepts_plausible_authorities) {
  for (const auto* text :
       {"localhost", "id.example.com:8443", "my_host", "10.0.0.1:80", "[::1]", "[2001:db8::1]:443", "a."}) {
    EXPECT_TRUE(is_plausible_authority(text)) << text;
  }
}

TEST(Address, writes_the_shortest_spelling) {
  EXPECT_EQ(parse_address("192.0.2.1")->to_string(), "192.0.2.1");
  EXPECT_EQ(parse_address("::ffff:192.0.2.1")->to_string(), "192.0.2.1");
  EXPECT_EQ(parse_address("2001:0DB8:0:0::1")->to_string(), "2001:db8::1");
  EXPECT_EQ(parse_address("::ffff:10.0.0.1"), parse_address("10.0.0.1"));
}

TEST(Address, reads_nodes_with_and_without_port) {
  EXPECT_EQ(parse_node("192.0.2.1:4711"), parse_address("192.0.2.1"));
  EXPECT_EQ(parse_node("192.0.2.1"), parse_address("192.0.2.1"));
  EXPECT_EQ(parse_node("[2001:db8::1]:80"), parse_address("2001:db8::1"));
  EXPECT_EQ(parse_node("2001:db8::1"), parse_address("2001:db8::1"));
}

TEST(Address, knows_what_a_range_contains) {
  const auto contains = [](std::string_view range, std::string_view address) {
    return parse_address_range(range)->contains(*parse_address(address));
  };
  EXPECT_TRUE(contains("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(contains("172.16.0.0/12", "172.31.255.255"));
  EXPECT_FALSE(contains("172.16.0.0/12", "172.32.0.0"));
  EXPECT_TRUE(contains("0.0.0.0/0", "1.2.3.4"));
  EXPECT_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(contains("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(contains("::1", "::1"));
  EXPECT_FALSE(contains("::1", "::2"));
}

}  // namespace
}  // namespace cardea::http
