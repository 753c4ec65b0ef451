#include "core/source_claims.h"

#include <gtest/gtest.h>

#include "core/frontend_url.h"

namespace cardea {
namespace {

Realm realm(const std::string& name, const std::string& address = {}, const std::string& paths = "true") {
  Realm made;
  made.id = RealmId(name);
  made.name = name;
  made.enabled = true;
  made.attributes[std::string(kSourcePaths)] = paths;
  if (!address.empty()) made.attributes[std::string(kFrontendUrl)] = address;
  return made;
}

std::string two(const std::vector<Realm>& realms, std::string_view server_host = "id.example") {
  const auto [first, second] = find_two_claims(realms, server_host);
  EXPECT_EQ(first == nullptr, second == nullptr);
  return first == nullptr ? std::string() : first->name + second->name;
}

TEST(SourceClaims, refuses_a_host_that_two_realms_claim) {
  const std::vector same = {realm("a", "https://login.example"), realm("b", "https://LOGIN.example:443/sub"),
                            realm("c")};
  EXPECT_EQ(two(same), "ab");
  EXPECT_EQ(find_rival(same[0], same, "id.example"), &same[1]);
  EXPECT_EQ(find_rival(same[2], same, "id.example"), nullptr);
  const std::vector everywhere = {realm("a"), realm("b")};
  EXPECT_EQ(two(everywhere), "ab");
  EXPECT_EQ(two(everywhere, ""), "ab");
}

TEST(SourceClaims, refuses_the_servers_own_host_to_two) {
  const std::vector realms = {realm("a"), realm("b", "https://id.example")};
  EXPECT_EQ(find_rival(realms[0], realms, "id.example"), &realms[1]);
  EXPECT_EQ(find_rival(realms[1], realms, "id.example"), &realms[0]);
  EXPECT_EQ(two(realms), "ab");
  EXPECT_EQ(find_rival(realms[0], realms, ""), nullptr) << "the server says of no host that it is its own";
  EXPECT_EQ(two(realms, ""), "");
}

TEST(SourceClaims, realms_that_do_not_ask_for_the_paths_claim_nothing) {
  const std::vector realms = {realm("a", "https://a.example", "false"), realm("b", "https://a.example"),
                              realm("c", "", "yes"), realm("d")};
  EXPECT_EQ(two(realms), "");
  EXPECT_EQ(find_rival(realms[0], realms, "id.example"), nullptr);
  EXPECT_EQ(find_rival(realms[1], realms, "id.example"), nullptr);
  EXPECT_EQ(source_host(realms[0]), std::nullopt);
  EXPECT_EQ(source_host(realms[1]), "a.example");
  EXPECT_EQ(source_host(realm("e", "https://b.example:8443/auth")), "b.example:8443");
}

}  // namespace
}  // namespace cardea
