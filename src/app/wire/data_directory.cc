#include "app/wire/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace cardea::app {

namespace {

/// Takes the lock and writes our process id into it, for the message of whoever comes second.
Result<int, std::string> take_lock(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return refuse("cannot open " + path + ": " + std::strerror(errno));
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    char owner[32] = {};
    const auto length = pread(file, owner, sizeof owner - 1, 0);
    ::close(file);
    const auto who = length > 0 ? " (process " + std::string(owner) + ")" : std::string();
    return refuse("another server" + who + " uses this folder: " + path +
                  " is locked. Stop it, or give this one its own data-dir");
  }
  const auto owner = std::to_string(getpid());
  if (ftruncate(file, 0) != 0 || pwrite(file, owner.data(), owner.size(), 0) < 0) {
    const std::string why = std::strerror(errno);
    ::close(file);
    return refuse("cannot write " + path + ": " + why);
  }
  return file;
}

}  // namespace

Result<DataDirectory, std::string> DataDirectory::open(const std::string& path, bool lock) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    if (const auto parent = std::filesystem::path(path).parent_path(); !parent.empty())
      std::filesystem::create_directories(parent, error);
    if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
      return refuse("cannot make the folder " + path + ": " + std::strerror(errno));
  }
  if (!std::filesystem::is_directory(path, error)) return refuse(path + " is not a folder");
  if (!lock) return DataDirectory(path, -1);
  auto held = take_lock(path + "/cardea.lock");
  if (!held) return refuse(std::move(held.error()));
  return DataDirectory(path, *held);
}

DataDirectory::DataDirectory(DataDirectory&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

DataDirectory::~DataDirectory() {
  if (lock_ >= 0) ::close(lock_);
}

}  // namespace cardea::app
