// client_data is written by anyone: what decodes must encode and decode to the same.
#include <cstdint>

#include "base/assert.h"
#include "login/login_link.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cardea;
  const auto decoded = login::decode_client_data({reinterpret_cast<const char*>(data), size});
  if (!decoded) return 0;
  AuthorizationRequest request;
  request.redirect_uri = decoded->redirect_uri;
  request.response_type = decoded->response_type;
  request.response_mode = decoded->response_mode;
  request.state = decoded->state;
  const auto encoded = login::encode_client_data(request);
  if (encoded.empty()) return 0;  // escapes may grow it beyond the bound
  const auto again = login::decode_client_data(encoded);
  CARDEA_ASSERT(again.has_value());
  CARDEA_ASSERT(again->redirect_uri == decoded->redirect_uri);
  CARDEA_ASSERT(again->response_mode == decoded->response_mode);
  CARDEA_ASSERT(again->state == decoded->state);
  return 0;
}
