// Callers without a token of their own: an API key stands for them, or a proxy that we trust.
#pragma once

#include <memory>
#include <string_view>

#include "gate/settings/gate_settings.h"
#include "gate/token/check_token.h"
#include "web/request.h"

namespace cardea::gate {

/// Whose API key it is. Null: it is none of the application's.
[[nodiscard]] std::shared_ptr<const Caller> caller_of_key(const Application& application, std::string_view key);

/// For whom a proxy speaks that may. Null: nobody, or one that may not.
[[nodiscard]] std::shared_ptr<const Caller> vouched_caller(const web::Request& request, const Application& application);

}  // namespace cardea::gate
