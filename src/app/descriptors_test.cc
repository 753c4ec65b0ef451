#include "app/descriptors.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include "base/limits.h"

namespace cardea::app {
namespace {

using ::testing::HasSubstr;

TEST(Descriptors, warns_when_the_limit_refuses_connections) {
  EXPECT_THAT(descriptor_warning(1024).value_or(""), HasSubstr("may open 1024 files"));
  EXPECT_TRUE(descriptor_warning(kConnectionsMax - 1));
  EXPECT_FALSE(descriptor_warning(kConnectionsMax));
}

TEST(Descriptors, takes_all_that_the_system_allows) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit low = before;
  low.rlim_cur = 200;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  const auto raised = raise_descriptor_limit();
  rlimit after{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &after), 0);
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(after.rlim_cur, before.rlim_max);
  EXPECT_GE(raised, before.rlim_max);
}

}  // namespace
}  // namespace cardea::app
