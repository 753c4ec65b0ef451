#include "oidc/client_request.h"

#include "core/changes/check_values.h"
#include "core/client_urls.h"
#include "core/policy_requests.h"
#include "crypto/hash.h"
#include "oidc/authenticators/all_authenticators.h"
#include "oidc/cors.h"
#include "oidc/dpop/take_proof.h"
#include "oidc/endpoint.h"

namespace cardea::oidc {
namespace {

web::Response refused(const ClientRequest& request, std::string_view client_id, const OAuthError& error) {
  return error_response(error, request.http, request.realm->realm.name, client_id, request.dependencies.log);
}

web::Response refused(const ClientRequest& request, const OAuthError& error) {
  return refused(request, request.client->client.client_id, error);
}

/// Every answer from here on, whoever makes it, may be read by the pages of the client that was named.
web::Outcome for_pages(std::shared_ptr<const ClientRequest> request, web::Outcome outcome) {
  return web::with_answer(std::move(outcome), [request = std::move(request)](web::Response& response) {
    const auto& client = request->client->client;
    const auto realm = address_realm(client, request->realm->realm.name);
    add_cors(response, request->http, client, request->dependencies.base_url.of_realm(request->http, realm));
  });
}

/// The way the client is set up for; null: the secret, which also answers for clients that are not there.
const Authenticator* authenticator_for(const ClientEntry* entry) {
  if (entry == nullptr) return nullptr;
  const auto& client = entry->client;
  const bool is_to_prove =
      client.enabled && client.protocol == "openid-connect" && (!client.public_client || client.bearer_only);
  return is_to_prove ? find_authenticator(client.authenticator_type) : nullptr;
}

/// FAPI 2.0 section 5.3.2.1: no public clients, and no secrets that are sent or shared (FA-2, FA-4).
bool is_proof_too_weak(const ClientEntry* entry) {
  if (entry == nullptr || entry->rules.policy != ClientPolicy::kFapi2) return false;
  const auto& client = entry->client;
  const bool strong = client.authenticator_type == "client-jwt" || client.authenticator_type == "client-x509";
  return client.public_client || !strong;
}

web::Outcome prove(Unproven&& unproven) {
  const auto* client = unproven.request->client.get();
  if (is_proof_too_weak(client)) {
    return refuse_proof(unproven, {.code = OAuthCode::kInvalidClient,
                                   .description = "Invalid client or Invalid client credentials",
                                   .status = 401,
                                   .note = "fapi2_needs_private_key_jwt_or_tls"});
  }
  if (const auto* authenticator = authenticator_for(client)) return authenticator->prove(std::move(unproven));
  const auto proven =
      authenticate_client(unproven.presented, client, unproven.request->now, unproven.rules.bearer_only);
  if (!proven) return refuse_proof(unproven, proven.error());
  return accept_client(std::move(unproven));
}

Result<void, OAuthError> read_form(ClientRequest& request, const ClientRequestRules& rules) {
  if (!request.http.has_form()) {
    if (rules.needs_form.empty()) return {};
    return refuse(OAuthError{
        .code = OAuthCode::kInvalidRequest, .description = std::string(rules.needs_form), .note = "not_a_form"});
  }
  auto form = web::Form::parse(request.http.body);
  if (!form) {
    return refuse(
        OAuthError{.code = OAuthCode::kInvalidRequest, .description = "Malformed request body", .note = "bad_form"});
  }
  request.form = std::move(*form);
  if (rules.check_form == nullptr) return {};
  auto wrong = rules.check_form(request.form);
  if (wrong) return refuse(std::move(*wrong));
  return {};
}

web::Outcome read_client(Unproven&& unproven) {
  auto& request = *unproven.request;
  if (const auto read = read_form(request, unproven.rules); !read) return refuse_proof(unproven, read.error());
  auto presented = read_presented_client(request.http, request.form);
  if (!presented) {
    const auto named = request.form.value_or("client_id", "");
    if (!check_name(named)) unproven.presented.client_id = named;  // for the log
    return refuse_proof(unproven, presented.error());
  }
  const std::string client_id = presented->client_id;
  unproven.presented = std::move(*presented);
  return with_client_entry(
      request.dependencies, request.http, request.realm, client_id,
      [unproven = std::move(unproven)](std::shared_ptr<const ClientEntry> client) mutable -> web::Outcome {
        unproven.request->client = std::move(client);
        const auto asked = unproven.request;
        const bool from_page =
            unproven.rules.cors && asked->client != nullptr && asked->http.header("Origin").has_value();
        auto outcome = prove(std::move(unproven));
        return from_page ? for_pages(asked, std::move(outcome)) : std::move(outcome);
      });
}

std::shared_ptr<ClientRequest> begin(const Dependencies& dependencies, const web::Request& http,
                                     std::shared_ptr<const RealmEntry> realm) {
  auto base = dependencies.base_url.of_realm(http, realm->realm.name);
  auto issuer = web::BaseUrl::issuer_below(base, realm->realm.name);
  return std::make_shared<ClientRequest>(dependencies, http, std::move(realm), nullptr, web::Form{}, std::move(issuer),
                                         std::move(base), dependencies.clock.now());
}

OAuthError proof_refused(ProofError error) {
  return {.code = error == ProofError::kMissing ? OAuthCode::kInvalidRequest : OAuthCode::kInvalidDpopProof,
          .description = std::string(describe(error)),
          .note = "dpop"};
}

/// Attribute `dpop.bound.access.tokens` (RFC 9449 section 5.2), and policy fapi2 unless a certificate binds (FA-3).
bool must_prove_key(const ClientRequest& request) {
  const auto& rules = request.client->rules;
  return rules.binds_to_key || (rules.policy == ClientPolicy::kFapi2 && request.binding.certificate_thumbprint.empty());
}

/// Attribute `tls.client.certificate.bound.access.tokens` (RFC 8705 section 3): false when there is no certificate to
/// bind to.
bool bind_certificate(ClientRequest& request) {
  if (!request.client->rules.binds_to_certificate) return true;
  if (request.http.client_certificate.empty()) return false;
  request.binding.certificate_thumbprint = crypto::sha256_base64url(request.http.client_certificate);
  return true;
}

/// What client policies say of a client that proved itself (core/client_policies.h).
std::optional<OAuthError> refused_by_policy(const ClientEntry& client, const PresentedClient& presented) {
  const auto& verdict = client.rules.verdict;
  if (!verdict.type_allowed) {
    return OAuthError{.code = OAuthCode::kInvalidClient,
                      .description = "invalid client access type",
                      .status = 400,
                      .note = "policy_confidential_client"};
  }
  if (!verdict.authenticator_allowed) {
    return OAuthError{.code = OAuthCode::kInvalidRequest,
                      .description = "Configured client authentication method not allowed for client",
                      .note = "policy_secure_client_authenticator"};
  }
  if (presented.assertion.empty() && client.client.attribute_is_true(kHeldAssertion)) {
    return OAuthError{.code = OAuthCode::kInvalidRequest,
                      .description = "not allowed input format.",
                      .note = "policy_secure_signature_algorithm_signed_jwt"};
  }
  return std::nullopt;
}

/// The DPoP proof that came with the request, checked and used up, for the tokens to be bound to its key.
web::Outcome bind(Unproven&& unproven) {
  auto& request = *unproven.request;
  const auto bad_proof = [&](ProofError error) { return refused(request, proof_refused(error)); };
  if (!bind_certificate(request) && unproven.rules.needs_proof) {
    return refused(request, {.code = OAuthCode::kInvalidRequest,
                             .description = "Client Certification missing for MTLS HoK Token Binding",
                             .note = "no_certificate"});
  }
  const auto header = read_proof(request.http);
  if (!header) return bad_proof(header.error());
  if (!*header) {
    if (unproven.rules.needs_proof && must_prove_key(request)) return bad_proof(ProofError::kMissing);
    return unproven.next(std::move(unproven.request));
  }
  auto proof =
      check_request_proof(request.dependencies, request.http, **header, request.client->rules.policy, std::nullopt);
  if (!proof) return bad_proof(proof.error());
  request.binding.key_thumbprint = proof->key_thumbprint;
  const auto& dependencies = request.dependencies;
  const auto& http = request.http;
  const auto realm = request.realm->realm.id;
  return use_proof_up(dependencies, http, realm, std::move(*proof),
                      [unproven = std::move(unproven)](bool first) mutable -> web::Outcome {
                        if (!first) {
                          return refused(*unproven.request, proof_refused(ProofError::kUsed));
                        }
                        return unproven.next(std::move(unproven.request));
                      });
}

}  // namespace

web::Response refuse_proof(const Unproven& unproven, const OAuthError& error) {
  const auto& rules = unproven.rules;
  const auto& request = *unproven.request;
  // For the realm's events; operators read oauth_refused.
  request.dependencies.log.debug("client_refused", {{"grant", request.form.value_or("grant_type", "")},
                                                    {"note", error.note},
                                                    {"realm", request.realm->realm.name},
                                                    {"client_id", unproven.presented.client_id},
                                                    {"ip", request.http.remote_address},
                                                    {"correlation_id", request.http.correlation_id}});
  return refused(*unproven.request, unproven.presented.client_id,
                 rules.reword == nullptr ? error : rules.reword(error));
}

web::Outcome accept_client(Unproven unproven) {
  if (const auto error = refused_by_policy(*unproven.request->client, unproven.presented)) {
    return refuse_proof(unproven, *error);
  }
  const auto& form = unproven.request->form;
  const auto twice =
      unproven.rules.targets_may_repeat ? form.first_repeated({"audience", "resource"}) : form.first_repeated();
  if (twice) {
    return refused(*unproven.request, {.code = OAuthCode::kInvalidRequest,
                                       .description = "duplicated parameter",
                                       .note = "repeated:" + std::string(*twice)});
  }
  if (unproven.rules.takes_proof) return bind(std::move(unproven));
  return unproven.next(std::move(unproven.request));
}

web::Response refuse_client(const ClientRequest& request, const OAuthError& error) {
  return refused(request, request.client->client.client_id, error);
}

web::Outcome with_proven_client(const Dependencies& dependencies, const web::Request& request,
                                const ClientRequestRules& rules, ProvenStep next) {
  return with_proven_client_of(dependencies, request, request.path_parameter("realm"), rules, std::move(next));
}

web::Outcome with_proven_client_of(const Dependencies& dependencies, const web::Request& request,
                                   std::string_view realm, const ClientRequestRules& rules, ProvenStep next) {
  return with_named_realm(
      asking(dependencies, request), dependencies, request, realm,
      [&dependencies, &request, rules,
       next = std::move(next)](std::shared_ptr<const RealmEntry> realm) mutable -> web::Outcome {
        return read_client({begin(dependencies, request, std::move(realm)), PresentedClient{}, rules, std::move(next)});
      });
}

}  // namespace cardea::oidc
