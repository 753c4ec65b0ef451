#include "broker/mappers.h"

#include <gtest/gtest.h>

#include "domain/provider_mapper_types.h"

namespace cardea::broker {
namespace {

// What the admin API takes runs, and what runs can be made there: the tables are as long (mappers.cc), so one direction
// is enough.
TEST(Mappers, refuse_no_kind_that_the_admin_api_takes) {
  for (const auto& type : kProviderMapperTypes) EXPECT_TRUE(is_mapper_known(type.id)) << type.id;
  EXPECT_FALSE(is_mapper_known("hardcoded-user-session-attribute-idp-mapper"));
  EXPECT_FALSE(is_mapper_known(""));
}

}  // namespace
}  // namespace cardea::broker
