// Whatever metadata a client registers with: no crash, and what is accepted has redirect URIs that a browser may be
// sent to, and only the code flow.
#include "base/assert.h"
#include "core/registration/client_metadata.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cardea;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const RealmEntry realm{};
  const auto document = parse_json(text);
  if (!document || !document->is_object()) return 0;
  const auto client = client_of_metadata(document->get_object(), realm);
  if (!client) return 0;
  CARDEA_ASSERT(!bool_or(*client, "implicitFlowEnabled", true));
  for (const auto& uri : client->at("redirectUris").as_array()) {
    const std::string_view redirect(uri.as_string());
    CARDEA_ASSERT(redirect.find('#') == std::string_view::npos && redirect.find('*') == std::string_view::npos);
    CARDEA_ASSERT(!redirect.starts_with("javascript:") && !redirect.starts_with("data:"));
  }
  return 0;
}
