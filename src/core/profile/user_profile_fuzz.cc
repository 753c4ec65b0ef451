// A realm's user profile document and one set of values against it.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/profile/check_profile.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cardea;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = parse_json(text, {.bytes_max = 64 * 1024, .depth_max = 16});
  if (!document || !document->is_object()) return 0;
  std::vector<ProfileConfigProblem> problems;
  const auto profile = parse_user_profile(document->get_object(), problems);
  Realm realm;
  ProfileValues values;
  for (const auto& attribute : profile.attributes) {
    values[attribute.name] = {attribute.default_value, attribute.group, attribute.display_name};
  }
  const auto checked =
      check_profile({.realm = realm, .profile = profile, .use = ProfileUse::kRegistration, .scope = "openid"}, values);
  if (profile.find("username") == nullptr) __builtin_trap();
  // What was accepted is accepted again.
  if (!checked.problems.empty()) return 0;
  const ProfileContext again{
      .realm = realm, .profile = profile, .use = ProfileUse::kLogin, .scope = "openid", .before = &checked.user};
  const auto twice = check_profile(again, profile_values(checked.user));
  for (const auto& problem : twice.problems) {
    if (problem.attribute == "email") __builtin_trap();
  }
  return 0;
}
