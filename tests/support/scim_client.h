// A SCIM client of a server in process: provider "up" of realm demo, kind "entra", with a token.
#pragma once

#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "tests/protocol/harness.h"

namespace cardea::protocol {

inline constexpr auto kScimToken = "scim-token-of-up-0123456789abcdef";
inline constexpr auto kScimTenant = "6f0d1d0e-1111-4222-8333-444455556666";
inline constexpr std::string_view kScimBase = "/realms/demo/broker/up/scim/v2";

/// The provider's record; `config` adds to it or replaces.
inline json::object scim_provider(const json::object& config = {}, const json::object& members = {}) {
  json::object settings{{"clientId", "hub"},
                        {"clientSecret", "s"},
                        {"tenantId", kScimTenant},
                        {"scim", "true"},
                        {"scimTokenHash", crypto::sha256_base64url(kScimToken)}};
  for (const auto& [name, value] : config) settings[name] = value;
  json::object row{{"alias", "up"}, {"providerId", "entra"}, {"enabled", true}};
  for (const auto& [name, value] : members) row[name] = value;
  row["config"] = settings;
  return row;
}

class ScimClient {
 public:
  explicit ScimClient(Server& server) : server_(server) {}

  web::Response send(web::Method method, std::string_view path, const json::value& body = {}) const {
    web::Request request;
    request.method = method;
    request.scheme = "https";
    request.host = "id.example";
    request.remote_address = "192.0.2.80";
    request.correlation_id = "scim-test";
    const auto mark = path.find('?');
    request.path = base + std::string(path.substr(0, mark));
    if (mark != std::string_view::npos) request.query = path.substr(mark + 1);
    if (!token.empty()) request.headers.push_back({"Authorization", "Bearer " + token});
    if (!body.is_null()) {
      request.headers.push_back({"Content-Type", "application/scim+json; charset=utf-8"});
      request.body = json::serialize(body);
    }
    return server_.handle(std::move(request));
  }
  web::Response get(std::string_view path) const { return send(web::Method::kGet, path); }
  web::Response post(std::string_view path, const json::value& body) const {
    return send(web::Method::kPost, path, body);
  }
  web::Response put(std::string_view path, const json::value& body) const {
    return send(web::Method::kPut, path, body);
  }
  web::Response remove(std::string_view path) const { return send(web::Method::kDelete, path); }
  web::Response patch(std::string_view path, const json::array& operations) const {
    return send(web::Method::kPatch, path,
                json::object{{"schemas", json::array{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}},
                             {"Operations", operations}});
  }
  /// The id of what was made.
  std::string make(std::string_view path, const json::object& body) const {
    const auto response = post(path, body);
    EXPECT_EQ(response.status, 201) << response.body_text();
    return string_or(body_of(response), "id", "");
  }

  std::string token = kScimToken;
  std::string base{kScimBase};

 private:
  Server& server_;
};

}  // namespace cardea::protocol
