#include "account/user_agent.h"

#include <gtest/gtest.h>

namespace cardea::account {
namespace {

TEST(UserAgent, what_is_not_known_is_other) {
  for (const auto* header : {"", "Mozilla", "\xff\xfe", "Chrome"}) {
    const auto device = read_user_agent(header);
    EXPECT_EQ(device.system, "Other") << header;
    EXPECT_EQ(device.browser, "Other/Unknown") << header;
    EXPECT_FALSE(device.mobile);
  }
  EXPECT_EQ(read_user_agent("Firefox/").browser, "Firefox/Unknown");
  EXPECT_LE(read_user_agent("Firefox/" + std::string(1000, '1')).browser.size(), 40u);
}

TEST(UserAgent, knows_the_browsers_people_use) {
  struct Case {
    const char *header, *browser, *system;
    bool mobile;
  };
  for (const auto& [header, browser, system, mobile] : {
           Case{"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
                "Chrome/142.0.0.0", "Linux", false},
           Case{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 "
                "Safari/537.36 Edg/142.0.0.0",
                "Edge/142.0.0.0", "Windows", false},
           Case{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox/140.0",
                "Mac OS X", false},
           Case{"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                "Version/18.5 Mobile/15E148 Safari/604.1",
                "Safari/18.5", "iOS", true},
           Case{"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile "
                "Safari/537.36",
                "Chrome/142.0.0.0", "Android", true},
           Case{"curl/8.5.0", "curl/8.5.0", "Other", false},
       }) {
    const auto device = read_user_agent(header);
    EXPECT_EQ(device.browser, browser) << header;
    EXPECT_EQ(device.system, system) << header;
    EXPECT_EQ(device.mobile, mobile) << header;
  }
}

}  // namespace
}  // namespace cardea::account
