// Whatever a server sends for its discovery document: no crash, and what is read holds URLs only where URLs belong.
#include "base/assert.h"
#include "base/uri.h"
#include "upstream/metadata.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cardea;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto metadata = upstream::parse_metadata(text);
  if (!metadata) return 0;
  CARDEA_ASSERT(!metadata->issuer.empty());
  for (const auto* url : {&metadata->authorization_endpoint, &metadata->token_endpoint, &metadata->jwks_uri,
                          &metadata->userinfo_endpoint, &metadata->end_session_endpoint}) {
    CARDEA_ASSERT(url->empty() || (parse_uri(*url) && parse_uri(*url)->is_http()));
  }
  return 0;
}
