#include "app/wire/data_directory.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/temporary_folder.h"

namespace cardea::app {
namespace {

using testing::HasSubstr;

TEST(DataDirectory, refuses_a_second_server_and_names_the_first) {
  const TemporaryFolder folder;
  const auto first = DataDirectory::open(folder / "data", true);
  ASSERT_TRUE(first);
  const auto second = DataDirectory::open(folder / "data", true);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error(), HasSubstr("another server (process " + std::to_string(getpid()) + ")"));
}

TEST(DataDirectory, refuses_a_file_in_its_place) {
  const TemporaryFolder folder;
  std::ofstream(folder / "data") << "x";
  const auto opened = DataDirectory::open(folder / "data", true);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error(), HasSubstr("is not a folder"));
}

TEST(DataDirectory, refuses_a_lock_that_is_a_link) {
  const TemporaryFolder folder;
  ASSERT_EQ(symlink("/etc/passwd", (folder / "cardea.lock").c_str()), 0);
  EXPECT_FALSE(DataDirectory::open(folder.path(), true));
}

TEST(DataDirectory, refuses_what_cannot_be_made) {
  const auto opened = DataDirectory::open("/proc/none/data", true);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error(), HasSubstr("cannot make the folder"));
}

TEST(DataDirectory, makes_the_folder_for_its_owner_only) {
  const TemporaryFolder folder;
  ASSERT_TRUE(DataDirectory::open(folder / "a/b/data", true));
  struct stat about{};
  ASSERT_EQ(stat((folder / "a/b/data").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0700u);
}

TEST(DataDirectory, a_reader_needs_no_lock_and_the_lock_ends_with_its_holder) {
  const TemporaryFolder folder;
  {
    const auto first = DataDirectory::open(folder.path(), true);
    ASSERT_TRUE(first);
    EXPECT_TRUE(DataDirectory::open(folder.path(), false));
  }
  EXPECT_TRUE(DataDirectory::open(folder.path(), true));
}

}  // namespace
}  // namespace cardea::app
