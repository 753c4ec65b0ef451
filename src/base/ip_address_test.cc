#include "base/ip_address.h"

#include <gtest/gtest.h>

namespace cardea {
namespace {

TEST(IpAddress, refuses_public_addresses) {
  for (const auto* text : {"8.8.8.8", "172.15.0.1", "172.32.0.1", "192.169.0.1", "11.0.0.1", "169.253.0.1", "128.0.0.1",
                           "0.0.0.0", "255.255.255.255", "2001:db8::1", "::2", "::", "fec0::1", "fe00::1", "ff02::1",
                           "::ffff:8.8.8.8", "64:ff9b::10.0.0.1"}) {
    EXPECT_FALSE(is_private_address(text)) << text;
  }
}

TEST(IpAddress, refuses_what_is_no_literal_address) {
  for (const std::string_view text :
       {std::string_view(""), std::string_view("localhost"), std::string_view("127.0.0.1:80"),
        std::string_view("127.1"), std::string_view("0x7f.0.0.1"), std::string_view("010.0.0.1"),
        std::string_view(" 10.0.0.1"), std::string_view("10.0.0.1 "), std::string_view("[::1]"),
        std::string_view("10.0.0.1.evil.example"), std::string_view("10.0.0.1\0", 9)}) {
    EXPECT_FALSE(is_private_address(text)) << text;
  }
}

TEST(IpAddress, knows_private_and_loopback_addresses) {
  for (const auto* text :
       {"127.0.0.1", "127.255.0.9", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.1.1", "::1",
        "0:0:0:0:0:0:0:1", "fe80::1", "fe80::1%eth0", "fd00::1", "fc00::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(is_private_address(text)) << text;
  }
}

}  // namespace
}  // namespace cardea
