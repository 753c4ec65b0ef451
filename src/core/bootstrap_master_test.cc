#include "core/bootstrap_master.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/verify_credential.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_store.h"
#include "tests/support/seeded_random.h"

namespace cardea {
namespace {

class BootstrapMasterTest : public testing::Test {
 protected:
  Result<BootstrapReport, ImportFailure> bootstrap(FirstAdmin admin = {}) {
    return bootstrap_master({repos, clock, random}, std::move(admin));
  }
  std::optional<Realm> master() {
    return read_from(store, [&](Rows& rows) { return repos.realms.find_by_name(rows, "master"); }).value();
  }
  PasswordVerdict login(std::string_view username, std::string_view password) {
    const auto attempt = read_from(store, [&](Rows& rows) {
                           return load_login_attempt(rows, repos, *master(), username, TimePoint{});
                         }).value();
    return verify_password(attempt, password);
  }

  MemoryStore store;
  Repositories repos = store.repositories();
  FakeClock clock;
  SeededRandom random;
};

TEST_F(BootstrapMasterTest, refuses_usernames_and_passwords_that_nobody_may_have) {
  FirstAdmin nameless;
  nameless.username = "  ";
  EXPECT_EQ(bootstrap(std::move(nameless)).error().error, ImportError::kInvalid);
  FirstAdmin empty;
  empty.password = SecretBytes();
  const auto refused = bootstrap(std::move(empty));
  EXPECT_EQ(refused.error().error, ImportError::kInvalid) << "an empty password is not the same as none";
  EXPECT_FALSE(master());
  EXPECT_EQ(store.commits(), 0);
}

TEST_F(BootstrapMasterTest, never_leaves_a_master_without_its_administrator) {
  bool made = false;
  for (int writes = 0; !made; ++writes) {
    store.fail_writes(writes, StoreError::kUnavailable);
    const auto done = bootstrap();
    store.heal();
    made = done.has_value();
    EXPECT_TRUE(made || !master()) << writes;
    clock.advance(seconds{16});
  }
  EXPECT_TRUE(
      read_from(store, [&](Rows& rows) { return repos.users.find_by_username(rows, master()->id, "admin"); }).value());
}

TEST_F(BootstrapMasterTest, makes_an_administrator_with_a_password_nobody_knows) {
  const auto done = bootstrap();
  ASSERT_TRUE(done) << done.error().describe();
  EXPECT_TRUE(done->made);
  EXPECT_EQ(done->username, "admin");
  ASSERT_TRUE(done->made_password);
  EXPECT_EQ(done->made_password->size(), 43U);
  EXPECT_EQ(login("admin", done->made_password->reveal()), PasswordVerdict::kAccepted);
  EXPECT_EQ(login("admin", "admin"), PasswordVerdict::kRefused);

  const auto user =
      read_from(store, [&](Rows& rows) { return repos.users.find_by_username(rows, master()->id, "admin"); }).value();
  EXPECT_EQ(user->attributes.at("is_temporary_admin"), std::vector<std::string>{"true"});
  const auto subject =
      read_from(store, [&](Rows& rows) { return repos.subjects.load(rows, master()->id, user->id); }).value();
  std::vector<std::string> roles;
  for (const auto& id : subject->roles) {
    roles.push_back(
        read_from(store, [&](Rows& rows) { return repos.roles.find(rows, master()->id, id); }).value()->name);
  }
  EXPECT_THAT(roles, testing::ElementsAre("default-roles-master", "admin"));
  EXPECT_EQ(master()->lifespans.access_token, seconds{60});
  EXPECT_TRUE(master()->enabled);
}

TEST_F(BootstrapMasterTest, takes_the_password_it_is_given_and_makes_none) {
  FirstAdmin first;
  first.username = "Root";
  first.password = SecretBytes::copy_of("correct horse");
  const auto done = bootstrap(std::move(first));
  ASSERT_TRUE(done);
  EXPECT_FALSE(done->made_password);
  EXPECT_EQ(done->username, "root");
  EXPECT_EQ(login("root", "correct horse"), PasswordVerdict::kAccepted);
}

TEST_F(BootstrapMasterTest, does_nothing_the_second_time) {
  ASSERT_TRUE(bootstrap());
  const auto commits = store.commits();
  FirstAdmin other;
  other.username = "intruder";
  other.password = SecretBytes::copy_of("x");
  const auto again = bootstrap(std::move(other));
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->made);
  EXPECT_FALSE(again->made_password);
  EXPECT_EQ(store.commits(), commits);
  EXPECT_FALSE(read_from(store, [&](Rows& rows) {
                 return repos.users.find_by_username(rows, master()->id, "intruder");
               }).value());
}

}  // namespace
}  // namespace cardea
