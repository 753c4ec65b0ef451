#include "account/user_agent.h"

#include <array>

namespace cardea::account {
namespace {

constexpr std::size_t kVersionBytesMax = 24;

struct Mark {
  std::string_view text, name;
};

// The first that stands in the header counts: Edge and Opera also call themselves Chrome, Chrome also Safari.
constexpr std::array<Mark, 8> kBrowsers = {{{"Edg/", "Edge"},
                                            {"OPR/", "Opera"},
                                            {"Firefox/", "Firefox"},
                                            {"FxiOS/", "Firefox"},
                                            {"CriOS/", "Chrome"},
                                            {"Chrome/", "Chrome"},
                                            {"Version/", "Safari"},
                                            {"curl/", "curl"}}};
constexpr std::array<Mark, 6> kSystems = {{{"Android", "Android"},
                                           {"iPhone", "iOS"},
                                           {"iPad", "iOS"},
                                           {"Windows", "Windows"},
                                           {"Mac OS X", "Mac OS X"},
                                           {"Linux", "Linux"}}};

std::string_view version_at(std::string_view text) {
  const auto end = text.find_first_not_of("0123456789.");
  return text.substr(0, std::min(end, kVersionBytesMax));
}

}  // namespace

Device read_user_agent(std::string_view header) {
  Device device;
  for (const auto& mark : kBrowsers) {
    const auto at = header.find(mark.text);
    if (at == std::string_view::npos) continue;
    const auto version = version_at(header.substr(at + mark.text.size()));
    device.browser = std::string(mark.name).append("/").append(version.empty() ? "Unknown" : version);
    break;
  }
  for (const auto& mark : kSystems) {
    if (!header.contains(mark.text)) continue;
    device.system = mark.name;
    device.mobile = mark.name == "Android" || mark.name == "iOS";
    break;
  }
  return device;
}

}  // namespace cardea::account
