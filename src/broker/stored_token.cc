#include "broker/stored_token.h"

#include "base/text.h"
#include "broker/identity.h"
#include "core/check_bearer.h"

namespace cardea::broker {
namespace {

constexpr std::string_view kRoles = "resource_access.broker.roles";
constexpr std::string_view kReadToken = "read-token";

std::string_view bearer_of(const web::Request& request) {
  const auto header = request.header("Authorization").value_or("");
  constexpr std::string_view kScheme = "bearer ";
  if (header.size() <= kScheme.size() || !equal_ignoring_ascii_case(header.substr(0, kScheme.size()), kScheme)) {
    return {};
  }
  return header.substr(kScheme.size());
}

web::Response refuse_token(const Dependencies& dependencies, const web::Request& request, int status,
                           std::string_view reason, std::string_view text) {
  dependencies.log.info(
      "upstream_token_not_given",
      {{"reason", reason}, {"ip", request.remote_address}, {"correlation_id", request.correlation_id}});
  return web::json_error(status, status == 401 ? "invalid_token" : "not_allowed", text);
}

bool may_read(const jose::VerifiedJwt& token) {
  for (const auto& role : claim_texts(token.claims(), kRoles)) {
    if (role == kReadToken) return true;
  }
  return false;
}

struct Found {
  std::optional<BearerError> refused;
  SecretBytes token;
};

Stored<Found> find_token(Rows& rows, const Dependencies& dependencies, const RealmPtr& realm,
                         const jose::VerifiedJwt& token, std::string_view alias) {
  auto live =
      load_live_token(rows, dependencies.repositories, dependencies.settings, realm, token, dependencies.clock.now());
  if (!live) return refuse(live.error());
  Found out;
  if (!*live) {
    out.refused = live->error();
    return out;
  }
  auto identities = dependencies.repositories.federated_identities.list(rows, (*live)->subject.user.id);
  if (!identities) return refuse(identities.error());
  for (auto& identity : *identities) {
    if (identity.provider == alias) out.token = std::move(identity.token);
  }
  return out;
}

}  // namespace

web::Outcome give_stored_token(const Dependencies& dependencies, const web::Request& request) {
  return with_named_realm(
      dependencies, request, request.path_parameter("realm"),
      [&dependencies, &request](RealmPtr realm) -> web::Outcome {
        const auto& alias = request.path_parameter("alias");
        auto token = verify_access_token(*realm, dependencies.base_url.issuer(request, realm->realm.name),
                                         bearer_of(request), dependencies.clock.now());
        if (!token) {
          return refuse_token(dependencies, request, 401, describe(token.error()), "Token is not valid");
        }
        if (!may_read(*token)) {
          return refuse_token(dependencies, request, 403, "role_missing",
                              "Client not authorized to retrieve tokens from identity provider.");
        }
        const auto provider = enabled_provider(realm->realm, alias);
        if (provider == nullptr) return refuse_token(dependencies, request, 404, "no_provider", "Not found");
        if (!provider->store_token) {
          return refuse_token(dependencies, request, 400, "not_stored", "Tokens of this provider are not stored.");
        }
        return then_read(
            dependencies, [&dependencies, &request, realm, provider, token = std::move(*token)]() -> web::Outcome {
              auto found = read_from(dependencies.repositories.store, [&](Rows& rows) {
                return find_token(rows, dependencies, realm, token, provider->alias);
              });
              if (!found) return store_failed(dependencies, request, realm.get(), found.error());
              if (found->refused) {
                return refuse_token(dependencies, request, 401, describe(*found->refused), "Token is not valid");
              }
              if (found->token.empty()) {
                return refuse_token(dependencies, request, 404, "no_token",
                                    "User is not associated with this provider.");
              }
              return web::no_store_json(200, std::string(found->token.reveal()));
            });
      });
}

}  // namespace cardea::broker
