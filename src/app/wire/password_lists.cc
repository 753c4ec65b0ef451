#include "app/wire/password_lists.h"

#include <fstream>
#include <iterator>

namespace cardea::app {
namespace fs = std::filesystem;

PasswordLists read_password_lists(const fs::path& folder, Log& log) {
  PasswordLists lists;
  std::error_code error;
  for (auto at = fs::directory_iterator(folder, error); !error && at != fs::directory_iterator(); at.increment(error)) {
    const auto& entry = *at;
    std::error_code unreadable;
    if (!entry.is_regular_file(unreadable)) continue;
    const auto name = entry.path().filename().string();
    const auto bytes = entry.file_size(unreadable);
    if (!unreadable && bytes > kPasswordListBytesMax) {
      log.warning("password_list_not_read", {{"file", name}, {"reason", "too_large"}});
      continue;
    }
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (unreadable || file.bad() || text.size() != bytes) {  // a part of a list would say that the rest is allowed
      log.warning("password_list_not_read", {{"file", name}, {"reason", "unreadable"}});
      continue;
    }
    const auto& list = lists.emplace(name, PasswordList::parse(text)).first->second;
    log.info("password_list_read", {{"file", name}, {"passwords", static_cast<std::int64_t>(list.size())}});
  }
  return lists;
}

}  // namespace cardea::app
