#include "domain/tenant_id.h"

namespace cardea {
namespace {

constexpr std::size_t kGuidLength = 36;

}  // namespace

bool is_tenant_id(std::string_view text) {
  if (text.size() != kGuidLength) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = text[i];
    const bool is_hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (is_dash ? c != '-' : !is_hex) return false;
  }
  return true;
}

}  // namespace cardea
