// A policy text is written by an administrator, a password by anyone: reading and checking never fail, and a policy
// with a broken rule accepts nothing.
#include <cstdint>

#include "base/assert.h"
#include "core/password_policy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cardea;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto middle = text.find('\n');
  const auto policy = PasswordPolicy::parse(text.substr(0, middle));
  const auto password = middle == std::string_view::npos ? std::string_view("password") : text.substr(middle + 1);
  const auto violations = policy.check(password, {.username = "ada", .email = "ada@example.com"}, {});
  CARDEA_ASSERT(policy.broken_rules().empty() || !violations.empty());
  CARDEA_ASSERT(policy.summary().size() < 64 * 1024);
  return 0;
}
