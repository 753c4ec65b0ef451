// Which protocol mappers run (keycloak.md section 4).
#pragma once

#include <string_view>
#include <vector>

namespace cardea {

/// Ids of the providers that compile_mapper (token_plan.h) knows.
[[nodiscard]] std::vector<std::string_view> mapper_providers();

}  // namespace cardea
