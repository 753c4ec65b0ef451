// Any bytes as a realm file: reading never crashes and stays within its bounds; what is read without a problem is
// written and read again as the same document.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "base/limits.h"
#include "domain/representation/realm_file.h"

namespace {

using cardea::json::object;

object users_of(const object& realm, cardea::RepresentationProblems& problems) {
  cardea::json::array out;
  const cardea::JsonPath root;
  const cardea::JsonPath users(root, "users");
  const auto* list = realm.if_contains("users");
  if (list == nullptr || !list->is_array()) return {};
  for (std::size_t i = 0; i < list->get_array().size(); ++i) {
    const auto* user = list->get_array()[i].if_object();
    if (user == nullptr) continue;
    auto read = cardea::parse_user(*user, cardea::JsonPath(users, i), problems);
    std::erase_if(read.credentials, [](const auto& c) { return c.plain.has_value(); });  // never written
    out.push_back(cardea::to_json(read, cardea::Secrets::kReveal));
  }
  return {{"users", std::move(out)}};
}

/// Reads the file and writes it, users last.
object through(const object& in, cardea::RepresentationProblems& problems) {
  auto out = cardea::to_json(cardea::parse_realm_file(in, {}, problems), cardea::Secrets::kReveal);
  for (auto& [name, value] : users_of(in, problems)) out.insert_or_assign(name, value);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto value = cardea::parse_json({reinterpret_cast<const char*>(data), size});
  if (!value || !value->is_object()) return 0;
  cardea::RepresentationProblems problems;
  const auto once = through(value->get_object(), problems);
  CARDEA_ASSERT(problems.list().size() <= cardea::kRepresentationProblemsMax);
  (void)problems.describe();
  if (!problems.empty()) return 0;
  const auto twice = through(once, problems);
  CARDEA_ASSERT(problems.empty());
  CARDEA_ASSERT(once == twice);
  auto masked = once;
  cardea::mask_secrets(masked);
  return 0;
}
