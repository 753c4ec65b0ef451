// Ids of Entra ID's tenants: what one provider for several organizations tells them apart by (entra.md section 2).
#pragma once

#include <string_view>

namespace cardea {

/// A GUID in lower case, 8-4-4-4-12.
[[nodiscard]] bool is_tenant_id(std::string_view text);

}  // namespace cardea
