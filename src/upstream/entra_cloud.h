// Where Entra ID and Microsoft Graph are: one worldwide, and national clouds of their own (entra.md).
#pragma once

#include <algorithm>
#include <iterator>
#include <string_view>

namespace cardea::upstream {

struct EntraCloud {
  std::string_view name;  // of the provider's setting `cloud`
  std::string_view login;
  std::string_view graph;
};
inline constexpr EntraCloud kEntraClouds[] = {
    {"public", "https://login.microsoftonline.com", "https://graph.microsoft.com"},
    {"usgov", "https://login.microsoftonline.us", "https://graph.microsoft.us"},
    {"china", "https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn"},
};
inline constexpr const EntraCloud& kPublicCloud = kEntraClouds[0];

/// The worldwide one for any other name.
[[nodiscard]] constexpr const EntraCloud& entra_cloud(std::string_view name) {
  const auto* found = std::ranges::find(kEntraClouds, name, &EntraCloud::name);
  return found == std::end(kEntraClouds) ? kPublicCloud : *found;
}

}  // namespace cardea::upstream
