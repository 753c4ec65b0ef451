#include "http/wipe_answer.h"

#include "base/secret.h"

namespace cardea::http {

bool wipe_answer(web::Response& response) noexcept {
  const auto* stored = response.find_header("Cache-Control");
  if (stored == nullptr || !stored->contains("no-store")) return false;
  auto* body = std::get_if<std::string>(&response.body);
  if (body != nullptr && !body->empty()) wipe(*body);
  for (auto& [name, value] : response.headers) {
    if (name == "Location" || name == "Set-Cookie") wipe(value);
  }
  return true;
}

}  // namespace cardea::http
