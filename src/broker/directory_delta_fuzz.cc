// What Graph says of its directory is read without harm, and what is read of it can be asked about again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "broker/directory_delta.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cardea;
  const auto document = parse_json(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!document || !document->is_object()) return 0;
  const auto& body = document->get_object();
  const auto users = broker::read_users_page(body);
  const auto groups = broker::read_groups_page(body);
  const auto ids = broker::read_ids_page(body);
  for (const bool direct : {false, true}) {
    const auto answers = broker::read_groups_batch(body, broker::kBatchMax, direct);
    CARDEA_ASSERT(!answers || answers->size() == broker::kBatchMax);
    if (!ids || ids->ids.empty()) continue;
    const auto count = std::min(ids->ids.size(), broker::kBatchMax);
    CARDEA_ASSERT(parse_json(broker::groups_batch(std::span(ids->ids).first(count), direct)));
  }
  if (users) {
    for (const auto& user : users->users) CARDEA_ASSERT(!user.id.empty());
  }
  return 0;
}
