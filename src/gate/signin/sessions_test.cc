#include "gate/signin/sessions.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"

namespace cardea::gate {
namespace {

constexpr seconds kIdle{600};
const TimePoint kNow = from_epoch_seconds(1'800'000'000);

class GateSessions : public testing::Test {
 protected:
  void begin(const std::string& handle, const std::string& application, seconds life = seconds{36'000}) {
    Session session;
    session.application = application;
    session.caller = std::make_shared<const Caller>();
    session.ends = kNow + life;
    sessions.put(crypto::sha256_base64url(handle),
                 {.session = std::make_shared<const Session>(std::move(session)), .used = kNow});
  }
  void purge_at(TimePoint now) {
    sessions.purge(
        now, [](std::string_view application) { return application == "wiki" ? std::optional(kIdle) : std::nullopt; });
  }
  Sessions sessions;
};

TEST_F(GateSessions, refuses_the_handle_of_another_application) {
  begin("h", "wiki");
  EXPECT_EQ(sessions.find("h", "shop", kIdle, kNow), nullptr);
  EXPECT_EQ(sessions.end("h", "shop"), nullptr);
  EXPECT_NE(sessions.find("h", "wiki", kIdle, kNow), nullptr);
}

TEST_F(GateSessions, refuses_handles_that_it_did_not_give) {
  begin("h", "wiki");
  for (const auto& handle : {std::string(), std::string("H"), crypto::sha256_base64url("h"), std::string(1000, 'h')})
    EXPECT_EQ(sessions.find(handle, "wiki", kIdle, kNow), nullptr) << handle;
}

TEST_F(GateSessions, forgets_what_was_idle_for_too_long_or_is_at_its_end) {
  begin("idle", "wiki");
  begin("used", "wiki");
  begin("ended", "wiki", kIdle);
  begin("unknown", "gone");  // of an application that the settings do not have now: a reload may bring it back
  const auto later = kNow + kIdle + seconds{1};
  ASSERT_NE(sessions.find("used", "wiki", kIdle, kNow + seconds{300}), nullptr);
  purge_at(kNow);
  EXPECT_EQ(sessions.size(), 4U);
  purge_at(later);
  EXPECT_EQ(sessions.size(), 2U);
  EXPECT_NE(sessions.find("used", "wiki", kIdle, later), nullptr);
  EXPECT_NE(sessions.find("unknown", "gone", seconds{36'000}, later), nullptr);
}

}  // namespace
}  // namespace cardea::gate
