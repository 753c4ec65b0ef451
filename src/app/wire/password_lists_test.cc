#include "app/wire/password_lists.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/memory_log.h"
#include "tests/support/temporary_folder.h"

namespace cardea::app {
namespace {

TEST(PasswordLists, refuses_what_is_no_plain_file_and_a_folder_that_is_not_there) {
  const TemporaryFolder folder;
  MemoryLog log;
  EXPECT_TRUE(read_password_lists(std::filesystem::path(folder / "absent"), log).empty());
  std::filesystem::create_directory(std::filesystem::path(folder / "inner"));
  EXPECT_TRUE(read_password_lists(std::filesystem::path(folder / "."), log).empty());
}

TEST(PasswordLists, reads_each_file_under_its_name) {
  const TemporaryFolder folder;
  MemoryLog log;
  std::ofstream(folder / "words.txt") << "letmein\nqwertz\n";
  const auto lists = read_password_lists(std::filesystem::path(folder / "."), log);
  ASSERT_TRUE(lists.contains("words.txt"));
  EXPECT_TRUE(lists.at("words.txt").contains("Qwertz"));
}

}  // namespace
}  // namespace cardea::app
