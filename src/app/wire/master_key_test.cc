#include "app/wire/master_key.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "base/encoding.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temporary_folder.h"

namespace cardea::app {
namespace {

using testing::HasSubstr;

const std::string kBytes = std::string(31, 'k') + "\xff";

class MasterKeyTest : public testing::Test {
 protected:
  MasterKeyTest() { settings_.data_dir = folder_.path(); }

  void write(const std::string& name, const std::string& text, mode_t mode = 0600) {
    std::ofstream(folder_ / name) << text;
    chmod((folder_ / name).c_str(), mode);
  }
  Result<MasterKey, std::string> load(bool may_make = false) {
    return load_master_key(settings_, environment_, may_make, random_);
  }
  std::string refusal(bool may_make = false) {
    const auto key = load(may_make);
    return key ? "loaded from " + key->source : key.error();
  }

  TemporaryFolder folder_;
  ServerSettings settings_;
  Environment environment_;
  SeededRandom random_{1};
};

TEST_F(MasterKeyTest, refuses_key_file_open_to_others) {
  for (const mode_t mode : {0640, 0604, 0660, 0644}) {
    write("master.key", base64_encode(kBytes), mode);
    EXPECT_THAT(refusal(), HasSubstr("is open to others; run: chmod 600 ")) << mode;
  }
}

TEST_F(MasterKeyTest, refuses_text_that_is_no_key) {
  for (const auto& text : {std::string(), std::string("secret"), base64_encode(kBytes.substr(1)),
                           base64_encode(kBytes + "x"), std::string(5000, 'A')}) {
    write("master.key", text);
    EXPECT_THAT(refusal(true), HasSubstr("is not 32 bytes in base64")) << text.size();
  }
}

TEST_F(MasterKeyTest, refuses_broken_key_in_the_environment_without_showing_it) {
  settings_.master_key = SecretBytes::copy_of("my-secret");
  EXPECT_THAT(refusal(true), testing::AllOf(HasSubstr("KC_MASTER_KEY is not"), testing::Not(HasSubstr("my-secret"))));
}

TEST_F(MasterKeyTest, refuses_named_file_that_is_absent_even_when_a_key_may_be_made) {
  settings_.master_key_file = folder_ / "elsewhere.key";
  EXPECT_THAT(refusal(true), HasSubstr("there is no master key at"));
}

TEST_F(MasterKeyTest, refuses_to_make_a_key_for_data_that_exists) {
  EXPECT_THAT(refusal(false), HasSubstr("is absent, and the database may have been made with another one"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "master.key"));
}

TEST_F(MasterKeyTest, refuses_a_folder) {
  std::filesystem::create_directory(folder_ / "master.key");
  EXPECT_THAT(refusal(true), HasSubstr("master.key"));
  EXPECT_FALSE(load(true));
}

TEST_F(MasterKeyTest, makes_a_key_once_for_its_owner_only) {
  const auto made = load(true);
  ASSERT_TRUE(made) << made.error();
  EXPECT_TRUE(made->made);
  EXPECT_TRUE(made->beside_data);
  struct stat about{};
  ASSERT_EQ(stat((folder_ / "master.key").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "master.key.new"));

  const auto again = load(true);
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->made);
  EXPECT_EQ(again->bytes.reveal(), made->bytes.reveal());
}

TEST_F(MasterKeyTest, environment_beats_file_beats_credential_beats_data) {
  write("master.key", base64_encode(std::string(32, 'd')));
  EXPECT_EQ(load()->bytes.reveal(), std::string(32, 'd'));
  write("cardea-master-key", base64_encode(std::string(32, 'c')), 0440);
  environment_["CREDENTIALS_DIRECTORY"] = folder_.path();
  EXPECT_EQ(load()->bytes.reveal(), std::string(32, 'c'));
  write("named.key", base64_encode(std::string(32, 'n')) + "\n");
  settings_.master_key_file = folder_ / "named.key";
  EXPECT_EQ(load()->bytes.reveal(), std::string(32, 'n'));
  settings_.master_key = SecretBytes::copy_of(base64url_encode(std::string(32, 'e')));
  EXPECT_EQ(load()->bytes.reveal(), std::string(32, 'e'));
  EXPECT_FALSE(load()->beside_data);
}

TEST_F(MasterKeyTest, credentials_folder_without_our_key_falls_back) {
  environment_["CREDENTIALS_DIRECTORY"] = folder_ / "credentials";
  write("master.key", base64_encode(kBytes));
  EXPECT_EQ(load()->bytes.reveal(), kBytes);
}

}  // namespace
}  // namespace cardea::app
