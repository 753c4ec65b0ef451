#include "tool/preset/check_discovery.h"

#include <array>

#include "base/json.h"

namespace cardea::tool {
namespace {

constexpr std::array<const char*, 6> kNeeded = {"issuer",
                                                "jwks_uri",
                                                "authorization_endpoint",
                                                "token_endpoint",
                                                "device_authorization_endpoint",
                                                "end_session_endpoint"};

}  // namespace

Result<std::string, std::string> check_discovery(const std::string& realm_url, const Dependencies& deps) {
  const auto address = realm_url + "/.well-known/openid-configuration";
  const auto url = web::ConfiguredUrl::parse(address);
  if (!url) return refuse(address + " is no URL");
  const auto answer = deps.call(web::get_request(*url, "application/json"));
  if (!answer) return refuse(address + " was not reached: " + std::string(web::describe(answer.error())));
  const auto document = parse_json(answer->body);
  if (answer->status != 200 || !document || !document->is_object())
    return refuse(address + " is no discovery document (status " + std::to_string(answer->status) + ")");
  const auto& members = document->as_object();
  for (const auto* name : kNeeded) {
    if (string_or(members, name, "").empty())
      return refuse(address + " lacks " + name + ", which the application's installer would write down as null");
  }
  auto issuer = string_or(members, "issuer", "");
  if (issuer != realm_url) {
    return refuse("the server calls itself " + issuer + " and was asked at " + realm_url +
                  ": give --server the address that applications use, or set --hostname of the server to it");
  }
  return issuer;
}

}  // namespace cardea::tool
