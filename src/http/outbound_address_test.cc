#include "http/outbound_address.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

namespace cardea::http {
namespace {

AddressKind kind(std::string_view text) {
  const auto address = parse_address(text);
  EXPECT_TRUE(address) << text;
  return kind_of(*address);
}

TEST(OutboundAddress, refuses_every_range_that_is_not_the_public_network) {
  for (const auto* text : {"10.0.0.1",
                           "10.255.255.255",
                           "100.64.0.1",
                           "100.127.255.255",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.0.0.170",
                           "192.0.2.1",
                           "192.88.99.1",
                           "192.168.1.1",
                           "198.18.0.1",
                           "198.19.255.255",
                           "198.51.100.7",
                           "203.0.113.7",
                           "fc00::1",
                           "fd12:3456::1",
                           "fe80::1",
                           "fec0::1",
                           "2001::1",
                           "2001:db8::1",
                           "3fff::1",
                           "100::1",
                           "5f00::1",
                           "::2",
                           "::7f00:1",
                           "64:ff9b:1::1",
                           "2002:a00:1::",
                           "64:ff9b::10.0.0.1",
                           "::ffff:10.0.0.1",
                           "::ffff:169.254.169.254"}) {
    EXPECT_EQ(kind(text), AddressKind::kPrivate) << text;
  }
}

TEST(OutboundAddress, refuses_loopback_however_it_is_written) {
  for (const auto* text :
       {"127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b::127.0.0.1"}) {
    EXPECT_EQ(kind(text), AddressKind::kLoopback) << text;
  }
}

TEST(OutboundAddress, calls_nobody_at_addresses_of_nobody) {
  OutboundRules everything;
  everything.listed = {*parse_address_range("0.0.0.0/0"), *parse_address_range("::/0")};
  everything.loopback_allowed = true;
  for (const auto* text : {"0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
                           "::", "ff02::1", "::ffff:0.0.0.0", "2002:e000:1::"}) {
    EXPECT_EQ(kind(text), AddressKind::kNever) << text;
    EXPECT_FALSE(may_connect(everything, ChosenBy::kConfiguration, true, *parse_address(text))) << text;
  }
}

TEST(OutboundAddress, knows_the_public_network) {
  for (const auto* text : {"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.255.255",
                           "172.32.0.0", "192.167.255.255", "223.255.255.255", "2606:4700::1111", "2a00::1",
                           "2002:101:101::", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8"}) {
    EXPECT_EQ(kind(text), AddressKind::kPublic) << text;
  }
}

TEST(OutboundAddress, refuses_clients_all_but_encrypted_public_addresses) {
  OutboundRules rules;
  rules.listed = {*parse_address_range("10.0.0.0/8"), *parse_address_range("127.0.0.1")};
  rules.loopback_allowed = true;
  const auto may = [&](const char* text, bool encrypted) {
    return may_connect(rules, ChosenBy::kClient, encrypted, *parse_address(text));
  };
  EXPECT_FALSE(may("10.0.0.1", true));
  EXPECT_FALSE(may("127.0.0.1", true));
  EXPECT_FALSE(may("::1", true));
  EXPECT_FALSE(may("8.8.8.8", false));
  EXPECT_TRUE(may("8.8.8.8", true));
}

TEST(OutboundAddress, refuses_configuration_what_nobody_listed) {
  OutboundRules rules;
  const auto may = [&](const char* text, bool encrypted = true) {
    return may_connect(rules, ChosenBy::kConfiguration, encrypted, *parse_address(text));
  };
  EXPECT_FALSE(may("10.0.0.1"));
  EXPECT_FALSE(may("127.0.0.1"));
  EXPECT_FALSE(may("8.8.8.8", false));
  EXPECT_TRUE(may("8.8.8.8"));
  rules.loopback_allowed = true;
  EXPECT_TRUE(may("127.0.0.1", false));
  EXPECT_TRUE(may("::1", false));
  EXPECT_FALSE(may("10.0.0.1"));
  rules.listed = {*parse_address_range("10.1.0.0/16")};
  EXPECT_TRUE(may("10.1.2.3", false));
  EXPECT_FALSE(may("10.2.0.1"));
}

TEST(OutboundAddress, reads_socket_addresses) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_addr.s_addr = htonl(0x7f000001);
  EXPECT_EQ(address_of(reinterpret_cast<sockaddr*>(&v4))->to_string(), "127.0.0.1");
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_addr = in6addr_loopback;
  EXPECT_EQ(address_of(reinterpret_cast<sockaddr*>(&v6))->to_string(), "::1");
  sockaddr local{};
  local.sa_family = AF_UNIX;
  EXPECT_FALSE(address_of(&local));
}

}  // namespace
}  // namespace cardea::http
