// The folder of --data-dir: made when absent, and held by one server at a time while its SQLite file is in use.
#pragma once

#include <string>

#include "base/result.h"

namespace cardea::app {

/// The SQLite file of a data folder.
[[nodiscard]] inline std::string database_file(const std::string& data_dir) { return data_dir + "/cardea.db"; }

class DataDirectory {
 public:
  /// Makes the folder with mode 0700 when it is absent and, with `lock`, takes the lock that a second server on the
  /// same folder is refused by. Reading processes (backup, check) do not take it. The error is a sentence for the
  /// operator.
  [[nodiscard]] static Result<DataDirectory, std::string> open(const std::string& path, bool lock);

  DataDirectory(DataDirectory&& other) noexcept;
  DataDirectory& operator=(DataDirectory&&) = delete;
  ~DataDirectory();

  [[nodiscard]] std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  DataDirectory(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::string path_;
  int lock_ = -1;  // the system drops the lock with the process, so a killed server never blocks the next
};

}  // namespace cardea::app
