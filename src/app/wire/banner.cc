#include "app/wire/banner.h"

#include <fmt/format.h>

#include "app/version.h"

namespace cardea::app {

std::string start_banner(const ServerSettings& settings, const Announcement& announcement) {
  auto out = fmt::format("\nCardea {} is running{}.\n\n", version(), settings.development ? " for development" : "");
  if (settings.development) out += fmt::format("  Try it       {}/playground\n", announcement.url);
  out += fmt::format("  Discovery    {}/realms/master/.well-known/openid-configuration\n", announcement.url);
  if (!announcement.management_url.empty()) out += fmt::format("  Management   {}\n", announcement.management_url);
  if (settings.db == Database::kSqlite) out += fmt::format("  Data         {}\n", settings.data_dir);
  return out + "\n";
}

std::string password_banner(std::string_view username, std::string_view password) {
  return fmt::format(
      "\n  Administrator of the realm master, shown this once and kept nowhere:\n\n"
      "    user name  {}\n"
      "    password   {}\n\n",
      username, password);
}

}  // namespace cardea::app
