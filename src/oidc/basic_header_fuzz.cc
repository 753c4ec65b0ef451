// The Authorization header of a client (RFC 6749 section 2.3.1), which anyone may send: reading it never fails, a
// client named by it has a name that can be one, and what was written by the book is read as it was written.
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "base/encoding.h"
#include "base/text.h"
#include "base/uri.h"
#include "oidc/client_authentication.h"

namespace {

using namespace cardea;

auto read(std::string header) {
  web::Request request;
  request.method = web::Method::kPost;
  request.headers.push_back({"Authorization", std::move(header)});
  return oidc::read_presented_client(request, *web::Form::parse(""));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto& header : {std::string(text), "Basic " + base64_encode(text)}) {
    const auto client = read(header);
    if (!client) continue;
    CARDEA_ASSERT(client->used_header && client->method == oidc::AuthenticationMethod::kBasic);
    CARDEA_ASSERT(!client->client_id.empty() && is_utf8(client->client_id) && client->assertion.empty());
  }
  if (text.find('\0') != std::string_view::npos) return 0;  // no encoding of ours: taken as it was sent
  const auto middle = text.find(':');
  const auto id = text.substr(0, middle), secret = middle == std::string_view::npos ? "" : text.substr(middle + 1);
  const auto client = read("Basic " + base64_encode(percent_encode(id) + ":" + percent_encode(secret)));
  if (!client) return 0;
  CARDEA_ASSERT(client->client_id == id);
  CARDEA_ASSERT(client->secret.reveal() == secret);
  return 0;
}
