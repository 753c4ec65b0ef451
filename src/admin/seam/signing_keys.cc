#include "admin/seam/signing_keys.h"

#include <algorithm>

#include "core/realm_keys.h"

namespace cardea::admin {
namespace {

Or<void> write_key(Call& call, const std::string& algorithm) {
  if (call.made_keys != nullptr) {
    const auto made = std::ranges::find(*call.made_keys, algorithm, &RealmKey::algorithm);
    if (made != call.made_keys->end()) return store_made_key(call, *made);
  }
  if (std::ranges::find(call.lacking_keys, algorithm) == call.lacking_keys.end()) {
    call.lacking_keys.push_back(algorithm);
  }
  return {};
}

}  // namespace

Or<void> require_signing_keys(Call& call, std::span<const std::string> algorithms) {
  if (algorithms.empty()) return {};
  CARDEA_TRY(keys, call.repositories().keys.list(call.rows(), call.realm().id));
  for (const auto& algorithm : algorithms) {
    if (!signs_with(keys, algorithm)) CARDEA_DO(write_key(call, algorithm));
  }
  return {};
}

bool signs_with(const std::vector<RealmKey>& keys, std::string_view algorithm) {
  return std::ranges::any_of(keys, [&](const RealmKey& key) {
    return key.algorithm == algorithm && key.use == "sig" && key.status == KeyStatus::kActive;
  });
}

Or<RealmKey> make_fallback_key(Call& call, std::string_view algorithm) {
  auto key = complete_key(fallback_key(algorithm), call.realm().name, call.now(), call.random());
  if (!key) return refuse(error_message(400, "The key cannot be made"));
  key->id = KeyId(call.new_id());
  return std::move(*key);
}

Or<void> store_made_key(Call& call, const RealmKey& key) {
  CARDEA_DO(call.repositories().keys.insert(call.tx(), call.realm().id, key));
  call.stored_keys.emplace_back(key.algorithm, key.kid);
  return {};
}

Or<void> make_lacking_keys(Call& call) {
  auto keys = std::make_shared<std::vector<RealmKey>>();
  for (const auto& algorithm : call.lacking_keys) {
    CARDEA_TRY(key, make_fallback_key(call, algorithm));
    keys->push_back(std::move(key));
  }
  call.made_keys = std::move(keys);
  return {};
}

void log_stored_keys(const Call& call) {
  for (const auto& [algorithm, kid] : call.stored_keys) {
    call.dependencies().log.info("realm_key_made", {{"realm", call.realm().name},
                                                    {"algorithm", algorithm},
                                                    {"kid", kid},
                                                    {"correlation_id", call.request().correlation_id}});
  }
}

}  // namespace cardea::admin
