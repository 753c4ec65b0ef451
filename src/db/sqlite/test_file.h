// A SQLite file for one test of this folder, removed with it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace cardea::db {

class TestFile {
 public:
  TestFile() : folder_(std::filesystem::temp_directory_path() / "cardea-db-XXXXXX") {
    EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
  }
  ~TestFile() { std::filesystem::remove_all(folder_); }
  TestFile(const TestFile&) = delete;
  TestFile& operator=(const TestFile&) = delete;
  [[nodiscard]] std::string path() const { return folder_ + "/test.db"; }

 private:
  std::string folder_;
};

}  // namespace cardea::db
