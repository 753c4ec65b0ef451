#include "app/wire/password_lists.h"

#include <fstream>
#include <iterator>

namespace cardea::app {
namespace fs = std::filesystem;

PasswordLists read_password_lists(const fs::path& folder, Log& log) {
  PasswordLists lists;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (!entry.is_regular_file(error)) continue;
    const auto name = entry.path().filename().string();
    const auto bytes = entry.file_size(error);
    std::ifstream file(entry.path(), std::ios::binary);
    if (error || !file || bytes > kPasswordListBytesMax) {
      log.warning("password_list_not_read", {{"file", name}});
      continue;
    }
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto& list = lists.emplace(name, PasswordList::parse(text)).first->second;
    log.info("password_list_read", {{"file", name}, {"passwords", static_cast<std::int64_t>(list.size())}});
  }
  return lists;
}

}  // namespace cardea::app
