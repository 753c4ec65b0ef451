// A name out of any cookie: short, readable, and the same when it is kept and read again.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/limits.h"
#include "base/text.h"
#include "login/remembered_name.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cardea;
  Realm realm;
  realm.name = "demo";
  realm.remember_me = true;
  web::Request request;
  request.scheme = "https";
  request.headers.push_back(
      {"Cookie", "KEYCLOAK_REMEMBER_ME=" + std::string(reinterpret_cast<const char*>(data), size)});
  const auto name = login::remembered_name(request, realm);
  CARDEA_ASSERT(name.size() <= kUsernameBytesMax && is_utf8(name));
  CARDEA_ASSERT(name.find_first_of("\r\n") == std::string::npos);
  if (name.empty()) return 0;
  web::Response response;
  login::keep_name(response, {}, realm, web::BaseUrl("https://id.example", ""), name);
  const auto* kept = response.find_header("Set-Cookie");
  CARDEA_ASSERT(kept != nullptr);
  request.headers.back().value = kept->substr(0, kept->find(';'));
  CARDEA_ASSERT(login::remembered_name(request, realm) == name);
  realm.remember_me = false;
  CARDEA_ASSERT(login::remembered_name(request, realm).empty());
  return 0;
}
