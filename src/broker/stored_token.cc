#include "broker/stored_token.h"

#include <algorithm>

#include "base/text.h"
#include "broker/client_proof.h"
#include "broker/kept_token.h"
#include "broker/refresh_turn.h"
#include "broker/start.h"
#include "core/check_bearer.h"
#include "core/client_urls.h"
#include "core/token/token_subject.h"
#include "web/cors.h"

namespace cardea::broker {
namespace {

constexpr std::string_view kRoleClient = "broker";
constexpr std::string_view kReadToken = "read-token";
constexpr seconds kTryRemembered{std::chrono::days(91)};  // three intervals of the longest check (upstream_check.h)

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

struct Asked {
  const Dependencies& dependencies;
  const web::Request& request;
  RealmPtr realm;
  jose::VerifiedJwt token;
  ProviderPtr provider = {};
  std::shared_ptr<const ClientEntry> client = {};
  UserId user = {};
  std::string kept = {};
};
using AskedPtr = std::shared_ptr<Asked>;

/// Pages of the client's own origins may read what it is given or refused (attack class 34).
web::Response shared(const Asked& asked, web::Response response) {
  if (asked.client == nullptr) return response;
  const auto base = asked.dependencies.base_url.of(asked.request);
  web::share_with_origin(response, asked.request, web_origins(asked.client->client, base));
  return response;
}

web::Response refused(const Asked& asked, int status, std::string_view reason, std::string_view text) {
  return shared(asked, refuse_token(asked.dependencies, asked.request, status, reason, text));
}

web::Response no_token(const Asked& asked) {
  return refused(asked, 404, "no_token", "User is not associated with this provider.");
}

web::Response give(const Asked& asked, std::string text) {
  return shared(asked, web::no_store_json(200, std::move(text)));
}

// ---- a kept token that has ended

web::Response not_refreshed(const Asked& asked, std::string_view reason, std::string_view description = {}) {
  asked.dependencies.log.warning("upstream_token_not_refreshed", {{"realm", asked.realm->realm.name},
                                                                  {"provider", asked.provider->alias},
                                                                  {"user_id", asked.user.str()},
                                                                  {"reason", reason},
                                                                  {"description", description},
                                                                  {"correlation_id", asked.request.correlation_id}});
  const json::object body{{"errorMessage", "Unable to refresh token"}};
  return shared(asked, web::no_store_json(502, json::serialize(body)));
}

web::Response later(const Asked& asked) {
  auto response = web::json_error(503, "temporarily_unavailable", "The token is being refreshed");
  response.set("Retry-After", "1");
  return shared(asked, std::move(response));
}

// A sign-in and the check of the session write the same link: what one of them brought meanwhile stays.
web::Outcome keep_fresh(const AskedPtr& asked, const upstream::TokenAnswer& answer) {
  const auto& repositories = asked->dependencies.repositories;
  std::string text = renewed_answer(asked->kept, answer, asked->dependencies.clock.now());
  const auto is_linked = write_to(repositories.store, [&](Tx& tx) -> Stored<bool> {
    if (auto locked = repositories.users.lock(tx, asked->user); !locked) return refuse(locked.error());
    auto link = find_kept(tx, asked->dependencies, asked->user, asked->provider->alias);
    if (!link) return refuse(link.error());
    if (!*link) return false;
    if ((*link)->token.reveal() != asked->kept) return true;
    (*link)->token = SecretBytes::copy_of(text);
    if (auto done = repositories.federated_identities.update(tx, **link); !done) return refuse(done.error());
    return true;
  });
  if (!is_linked) return not_refreshed(*asked, describe(is_linked.error()));
  if (!*is_linked) return no_token(*asked);
  return give(*asked, std::move(text));
}

web::Outcome refresh_at(const AskedPtr& asked, const Addresses& addresses) {
  auto url = outbound_url(addresses, addresses.token);
  if (!url) return not_refreshed(*asked, "bad_token_url");
  const auto proof = client_proof(asked->dependencies, asked->request, *asked->realm, *asked->provider, addresses);
  if (!proof) return not_refreshed(*asked, proof.error());
  auto form = upstream::refresh_form(refresh_token_of(asked->kept));
  return web::fetch(upstream::token_request(std::move(*url), std::move(form), *proof), web::Lane::kInline,
                    [asked](const web::Fetched& fetched) -> web::Outcome {
                      auto answer = upstream::read_token_answer(fetched);
                      if (!answer) return not_refreshed(*asked, answer.error().error, answer.error().description);
                      return web::then(web::Lane::kStore, [asked, answer = std::move(*answer)]() -> web::Outcome {
                        return keep_fresh(asked, answer);
                      });
                    });
}

web::Outcome refresh(const AskedPtr& asked) {
  return web::then(web::Lane::kStore, [asked]() -> web::Outcome {
    const auto& dependencies = asked->dependencies;
    const auto turn = write_to(dependencies.repositories.store, [&](Tx& tx) {
      return take_refresh_turn(tx, dependencies, asked->realm->realm.id, asked->kept,
                               dependencies.clock.now() + kTryRemembered);
    });
    if (!turn) return store_failed(dependencies, asked->request, asked->realm.get(), turn.error());
    if (!turn->is_ours) return later(*asked);
    return with_addresses(dependencies, *asked->provider,
                          [asked](const Result<Addresses, std::string>& addresses) -> web::Outcome {
                            if (!addresses) return not_refreshed(*asked, addresses.error());
                            return refresh_at(asked, *addresses);
                          });
  });
}

// ---- who may have it

struct Found {
  std::optional<BearerError> refused;
  bool may_read = false;
};

Stored<Found> find_token(Rows& rows, Asked& asked, std::string_view alias) {
  const auto& dependencies = asked.dependencies;
  auto live = load_live_token(rows, dependencies.repositories, dependencies.settings, asked.realm, asked.token,
                              dependencies.clock.now());
  if (!live) return refuse(live.error());
  Found out;
  if (!*live) {
    out.refused = live->error();
    return out;
  }
  asked.client = (*live)->client;
  asked.user = (*live)->subject.user.id;
  const auto allowed = may_read(rows, dependencies.settings, **live, asked.token.text("scope"));
  if (!allowed) return refuse(allowed.error());
  out.may_read = *allowed;
  if (!out.may_read) return out;
  const auto identities = dependencies.repositories.federated_identities.list(rows, asked.user);
  if (!identities) return refuse(identities.error());
  for (const auto& identity : *identities) {
    if (identity.provider == alias) asked.kept = identity.token.reveal();
  }
  return out;
}

web::Outcome answer(const AskedPtr& asked) {
  const auto& alias = asked->request.path_parameter("alias");
  const auto& dependencies = asked->dependencies;
  const auto found =
      read_from(dependencies.repositories.store, [&](Rows& rows) { return find_token(rows, *asked, alias); });
  if (!found) return store_failed(dependencies, asked->request, asked->realm.get(), found.error());
  if (found->refused) return refused(*asked, 401, describe(*found->refused), "Token is not valid");
  if (!found->may_read) {
    return refused(*asked, 403, "role_missing", "Client not authorized to retrieve tokens from identity provider.");
  }
  asked->provider = enabled_provider(asked->realm->realm, alias);
  if (asked->provider == nullptr) return refused(*asked, 404, "no_provider", "Not found");
  if (!asked->provider->store_token) {
    return refused(*asked, 400, "not_stored", "Tokens of this provider are not stored.");
  }
  if (asked->kept.empty()) {
    return no_token(*asked);
  }
  const bool is_over = has_ended(asked->kept, dependencies.clock.now()) && !refresh_token_of(asked->kept).empty();
  return is_over ? refresh(asked) : web::Outcome(give(*asked, asked->kept));
}

}  // namespace

web::Outcome give_stored_token(const Dependencies& dependencies, const web::Request& request) {
  return with_named_realm(
      dependencies, request, request.path_parameter("realm"),
      [&dependencies, &request](RealmPtr realm) -> web::Outcome {
        auto token = verify_access_token(*realm, dependencies.base_url.issuer(request, realm->realm.name),
                                         bearer_of(request), dependencies.clock.now());
        if (!token) {
          return refuse_token(dependencies, request, 401, describe(token.error()), "Token is not valid");
        }
        auto asked = std::make_shared<Asked>(dependencies, request, std::move(realm), std::move(*token));
        return then_read(dependencies, [asked = std::move(asked)] { return answer(asked); });
      });
}

}  // namespace cardea::broker
