#include "broker/retry_after.h"

#include <gtest/gtest.h>

namespace cardea::broker {
namespace {

const TimePoint kNow = from_epoch_seconds(784'111'777);  // 1994-11-06 08:49:37

TEST(RetryAfter, refuses_what_is_neither_seconds_nor_a_date) {
  for (const auto* text :
       {"", " ", "soon", "-1", "3s", "99999999999999999999", "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:-1 GMT", "Sun, 06 Nov 1994 08:49:37 GMT."}) {
    EXPECT_FALSE(retry_after(text, kNow)) << text;
  }
}

TEST(RetryAfter, reads_seconds_and_dates) {
  EXPECT_EQ(retry_after("3", kNow), seconds{3});
  EXPECT_EQ(retry_after(" 0 ", kNow), seconds{0});
  EXPECT_EQ(retry_after("Sun, 06 Nov 1994 08:50:00 GMT", kNow), seconds{23});
  EXPECT_EQ(retry_after("Mon, 07 Nov 1994 00:00:00 GMT", kNow), seconds{54'623});
  EXPECT_EQ(retry_after("Sun, 06 Nov 1994 08:49:36 GMT", kNow), seconds{0}) << "it has passed";
  EXPECT_EQ(retry_after("Sun, 06 Nov 1994 08:49:38 GMT", kNow + milliseconds{500}), seconds{1});
}

}  // namespace
}  // namespace cardea::broker
