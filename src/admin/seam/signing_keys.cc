#include "admin/seam/signing_keys.h"

#include "core/realm_keys.h"

namespace cardea::admin {
namespace {

Or<void> write_key(Call& call, const std::string& algorithm) {
  if (call.made_keys != nullptr) {
    const auto made = std::ranges::find(*call.made_keys, algorithm, &RealmKey::algorithm);
    if (made != call.made_keys->end()) {
      CARDEA_DO(call.repositories().keys.insert(call.tx(), call.realm().id, *made));
      return {};
    }
  }
  if (std::ranges::find(call.lacking_keys, algorithm) == call.lacking_keys.end()) {
    call.lacking_keys.push_back(algorithm);
  }
  return refuse(error_message(400, "The realm has no key for " + algorithm));
}

}  // namespace

Or<void> require_signing_keys(Call& call, std::span<const std::string> algorithms) {
  if (algorithms.empty()) return {};
  CARDEA_TRY(keys, call.repositories().keys.list(call.rows(), call.realm().id));
  Or<void> lacks;
  for (const auto& algorithm : algorithms) {
    const bool is_there = std::ranges::any_of(keys, [&](const RealmKey& key) {
      return key.algorithm == algorithm && key.use == "sig" && key.status == KeyStatus::kActive;
    });
    if (is_there) continue;
    if (auto written = write_key(call, algorithm); !written) lacks = std::move(written);
  }
  return lacks;
}

Or<void> make_lacking_keys(Call& call) {
  auto keys = std::make_shared<std::vector<RealmKey>>();
  for (const auto& algorithm : call.lacking_keys) {
    auto key = complete_key(fallback_key(algorithm), call.realm().name, call.now(), call.random());
    if (!key) return refuse(error_message(400, "The key cannot be made"));
    key->id = KeyId(call.new_id());
    call.dependencies().log.info("realm_key_made", {{"realm", call.realm().name},
                                                    {"algorithm", algorithm},
                                                    {"kid", key->kid},
                                                    {"correlation_id", call.request().correlation_id}});
    keys->push_back(std::move(*key));
  }
  call.made_keys = std::move(keys);
  return {};
}

}  // namespace cardea::admin
