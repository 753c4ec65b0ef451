#include "broker/stored_token.h"

#include <algorithm>

#include "base/text.h"
#include "core/check_bearer.h"
#include "core/token/token_subject.h"

namespace cardea::broker {
namespace {

constexpr std::string_view kRoleClient = "broker";
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

bool has_role(const EffectiveRoles& roles) {
  return std::ranges::any_of(roles.items, [](const EffectiveRoles::Item& role) {
    return role.client_id == kRoleClient && role.name == kReadToken;
  });
}

// What the person has and the client may see. Never what the token says: mappers of a client write there what they
// like.
Stored<bool> may_read(Rows& rows, Settings& settings, const LiveToken& live, std::string_view scope) {
  const auto plan = plan_for_granted(*live.client, scope);
  const auto subject = complete_subject(rows, settings, *live.client, *plan, live.subject);
  if (!subject) return refuse(subject.error());
  return has_role(*subject->roles) && (subject->scope_roles == nullptr || has_role(*subject->scope_roles));
}

struct Found {
  std::optional<BearerError> refused;
  bool may_read = false;
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
  const auto allowed = may_read(rows, dependencies.settings, **live, token.text("scope"));
  if (!allowed) return refuse(allowed.error());
  out.may_read = *allowed;
  if (!out.may_read) return out;
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
        return then_read(
            dependencies, [&dependencies, &request, realm, alias, token = std::move(*token)]() -> web::Outcome {
              auto found = read_from(dependencies.repositories.store,
                                     [&](Rows& rows) { return find_token(rows, dependencies, realm, token, alias); });
              if (!found) return store_failed(dependencies, request, realm.get(), found.error());
              if (found->refused) {
                return refuse_token(dependencies, request, 401, describe(*found->refused), "Token is not valid");
              }
              if (!found->may_read) {
                return refuse_token(dependencies, request, 403, "role_missing",
                                    "Client not authorized to retrieve tokens from identity provider.");
              }
              const auto provider = enabled_provider(realm->realm, alias);
              if (provider == nullptr) return refuse_token(dependencies, request, 404, "no_provider", "Not found");
              if (!provider->store_token) {
                return refuse_token(dependencies, request, 400, "not_stored",
                                    "Tokens of this provider are not stored.");
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
