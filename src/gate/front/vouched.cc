#include "gate/front/vouched.h"

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "base/secret.h"
#include "base/text.h"
#include "crypto/hash.h"

namespace cardea::gate {

std::shared_ptr<const Caller> caller_of_key(const Application& application, std::string_view key) {
  const auto digest = crypto::sha256(key);
  const auto hex = hex_encode(as_text(digest));
  const auto found =
      std::ranges::find_if(application.api_keys, [&](const ApiKey& known) { return equal_secrets(known.sha256, hex); });
  if (found == application.api_keys.end()) return nullptr;
  Caller caller;
  caller.provider = "api-key";
  caller.name = found->name;
  caller.fixed_role = found->role;
  caller.looked_up = std::make_shared<const json::object>();
  return std::make_shared<const Caller>(std::move(caller));
}

std::shared_ptr<const Caller> vouched_caller(const web::Request& request, const Application& application) {
  const auto& trusted = application.trusted_headers;
  if (!trusted || !trusted->from.contains(request.remote_address)) return nullptr;
  const auto user = request.header(application.trusted_headers->user);
  if (!user || trim(*user).empty()) return nullptr;
  Caller caller;
  json::array groups;
  for (const auto part : split(request.header(application.trusted_headers->roles).value_or(""), ','))
    if (!trim(part).empty()) groups.emplace_back(trim(part));
  caller.provider = "proxy";
  caller.name = trim(*user);
  caller.looked_up =
      std::make_shared<const json::object>(json::object{{"email", caller.name}, {"groups", std::move(groups)}});
  return std::make_shared<const Caller>(std::move(caller));
}

}  // namespace cardea::gate
