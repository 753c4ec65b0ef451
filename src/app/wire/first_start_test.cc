#include "app/wire/first_start.h"

#include <gmock/gmock.h>

#include <fstream>

#include "base/clock.h"
#include "tests/support/memory_log.h"
#include "tests/support/memory_store.h"
#include "tests/support/temporary_folder.h"

namespace cardea::app {
namespace {

using testing::HasSubstr;

class FirstStartTest : public testing::Test {
 protected:
  FirstStartTest() { settings_.bootstrap_admin_username = "admin"; }

  FirstStart start(bool can_show = true) {
    ShowPassword show;
    if (can_show)
      show = [this](std::string_view, const SecretBytes& password) { shown_.emplace_back(password.reveal()); };
    return {settings_, environment_,    ImportTools{store_.repositories(), clock_, random_},
            log_,      std::move(show), [] { return false; }};
  }
  std::optional<Realm> realm(std::string_view name) {
    return find_realm(ImportTools{store_.repositories(), clock_, random_}, name).value();
  }
  void import_from(const std::string& text) {
    std::ofstream(folder_ / "realm.json") << text;
    settings_.import_realm = folder_ / "realm.json";
  }

  TemporaryFolder folder_;
  ServerSettings settings_;
  Environment environment_;
  MemoryStore store_;
  SystemClock clock_;
  SystemRandom random_;
  MemoryLog log_;
  std::vector<std::string> shown_;
};

TEST_F(FirstStartTest, refuses_to_put_a_password_where_only_logs_are) {
  auto first = start(false);
  const auto made = make_master(first);
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error(), HasSubstr("set bootstrap-admin-password"));
  EXPECT_FALSE(realm("master"));
}

TEST_F(FirstStartTest, refuses_a_broken_realm_file_and_names_it) {
  import_from(R"({"realm":"x","enabled":"perhaps"})");
  auto first = start();
  const auto done = import_realms(first);
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error(), HasSubstr("cannot import realm.json: "));
  EXPECT_FALSE(realm("x"));
}

TEST_F(FirstStartTest, refuses_our_own_secrets_as_placeholders) {
  environment_ = {{"KC_DB_PASSWORD", "hush"}, {"SHOP_TITLE", "The shop"}};
  import_from(R"({"realm":"x","displayName":"${SHOP_TITLE} ${KC_DB_PASSWORD}"})");
  auto first = start();
  ASSERT_TRUE(import_realms(first));
  EXPECT_EQ(realm("x")->display_name, "The shop ${KC_DB_PASSWORD}");
}

TEST_F(FirstStartTest, a_random_password_is_made_once_and_is_in_no_log) {
  auto first = start();
  ASSERT_TRUE(make_master(first));
  ASSERT_EQ(shown_.size(), 1u);
  EXPECT_GE(shown_[0].size(), 20u);
  EXPECT_FALSE(log_.contains(shown_[0]));
  ASSERT_TRUE(make_master(first));
  EXPECT_EQ(shown_.size(), 1u);
}

TEST_F(FirstStartTest, a_given_password_is_not_shown) {
  settings_.bootstrap_admin_password = SecretBytes::copy_of("a-good-passphrase");
  auto first = start(false);
  const auto made = make_master(first);
  ASSERT_TRUE(made) << made.error();
  EXPECT_TRUE(shown_.empty());
  EXPECT_TRUE(realm("master"));
}

TEST_F(FirstStartTest, playground_is_for_development_only) {
  const auto has_playground = [&] {
    auto repositories = store_.repositories();
    return read_from(repositories.store,
                     [&](Rows& rows) {
                       return repositories.clients.find_by_client_id(rows, realm("master")->id, "playground");
                     })
        ->has_value();
  };
  settings_.development = true;
  auto first = start();
  ASSERT_TRUE(make_master(first));
  EXPECT_TRUE(has_playground());

  MemoryStore other;
  FirstStart production{settings_,
                        environment_,
                        ImportTools{other.repositories(), clock_, random_},
                        log_,
                        [](std::string_view, const SecretBytes&) {},
                        [] { return false; }};
  settings_.development = false;
  ASSERT_TRUE(make_master(production));
  auto repositories = other.repositories();
  const auto master = find_realm(production.tools, "master").value();
  EXPECT_FALSE(read_from(repositories.store, [&](Rows& rows) {
                 return repositories.clients.find_by_client_id(rows, master->id, "playground");
               })->has_value());
}

TEST_F(FirstStartTest, realms_that_exist_are_left_alone) {
  import_from(R"({"realm":"x","displayName":"first"})");
  auto first = start();
  ASSERT_TRUE(import_realms(first));
  import_from(R"({"realm":"x","displayName":"second"})");
  ASSERT_TRUE(import_realms(first));
  EXPECT_EQ(realm("x")->display_name, "first");
  EXPECT_TRUE(log_.contains("realm_exists"));
}

}  // namespace
}  // namespace cardea::app
