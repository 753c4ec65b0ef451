#include "oidc/keys_at_address.h"

#include <gtest/gtest.h>

namespace cardea::oidc {
namespace {

web::OutboundUrl configured(std::string_view text) { return *web::ConfiguredUrl::parse(text); }

TEST(ClientKeys, refuses_to_forget_what_other_clients_published) {
  ClientKeys keys;
  const auto ours = configured("https://app.example/keys");
  const std::vector<std::string> forgotten = {"https://app.example/keys\n1RS256", "https://app.example/keys\n1PS256"};
  const std::vector<std::string> kept = {"https://app.example/keys/2\n1RS256", "https://app.example/keys\n0RS256",
                                         "https://app.example/key\n1RS256"};
  ASSERT_EQ(ours.index(), 1U);
  const auto known = std::make_shared<const jose::KeySet>();
  for (const auto* list : {&forgotten, &kept}) {
    for (const auto& address : *list) keys.put(address, known, std::chrono::nanoseconds{1});
  }
  keys.forget({ours});
  for (const auto& address : forgotten) EXPECT_EQ(keys.find(address, std::chrono::nanoseconds{2}).keys, nullptr);
  for (const auto& address : kept) EXPECT_EQ(keys.find(address, std::chrono::nanoseconds{2}).keys, known) << address;
  EXPECT_TRUE(keys.find(forgotten.front(), std::chrono::nanoseconds{2}).may_fetch) << "at once";
  keys.forget({});
  EXPECT_EQ(keys.find(kept.front(), std::chrono::nanoseconds{2}).keys, known);
}

}  // namespace
}  // namespace cardea::oidc
