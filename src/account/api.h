// The account REST API as one table: method, path below /realms/{realm}/account, the roles of client `account` of which
// the token must carry one (keycloak.md section 1.18), and the function that answers. api.cc does what is the same for
// all: it checks the token (signature, audience, roles, and that session and user still live) and runs the function in
// a read or in a transaction.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "account/endpoint.h"
#include "core/check_bearer.h"

namespace cardea::account {

/// A checked call: the token is good and its user is the person whose account this is.
struct Call {
  const Dependencies& dependencies;
  const web::Request& request;
  const RealmEntry& realm;
  const jose::VerifiedJwt& token;
  const LiveToken& live;
  std::string_view issuer;
  TimePoint now;

  [[nodiscard]] const Repositories& repositories() const { return dependencies.repositories; }
  [[nodiscard]] const User& user() const { return live.subject.user; }
  [[nodiscard]] const RealmId& realm_id() const { return realm.realm.id; }
};

/// Reads rows, or decides and writes in one transaction; a refusal is an answer like any other and writes nothing.
using ReadOperation = Stored<web::Response> (*)(Rows&, const Call&);
using WriteOperation = Stored<web::Response> (*)(Tx&, const Call&);

struct Operation {
  web::Method method;
  std::string_view path;
  std::span<const std::string_view> roles;  // one of them is enough; empty: any role of client `account`
  ReadOperation read = nullptr;
  WriteOperation write = nullptr;  // one of the two
};

/// All operations (operations.cc).
[[nodiscard]] std::span<const Operation> operations();

/// Does this request mean the API, not the console's page? It says that it takes JSON, or sends it.
[[nodiscard]] bool wants_api(const web::Request& request);

/// Registers every operation. A GET that does not want the API shows the console's page.
void add_api_routes(web::Router& router, const Dependencies& dependencies);

/// 200 with personal data: JSON that nobody keeps.
[[nodiscard]] web::Response json_answer(std::string json_text);
/// `{"errorMessage": ...}` (keycloak.md section 1.21, shape 3).
[[nodiscard]] web::Response error_message(int status, std::string_view message);
[[nodiscard]] web::Response done();  // 204

}  // namespace cardea::account
