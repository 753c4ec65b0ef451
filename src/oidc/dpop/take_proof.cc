#include "oidc/dpop/take_proof.h"

#include <algorithm>

#include "base/text.h"
#include "oidc/endpoint.h"

namespace cardea::oidc {

Result<std::optional<std::string_view>, ProofError> read_proof(const web::Request& request) {
  const auto is_proof = [](const web::Header& header) { return equal_ignoring_ascii_case(header.name, "DPoP"); };
  if (std::ranges::count_if(request.headers, is_proof) > 1) return refuse(ProofError::kSeveral);
  return request.header("DPoP");
}

Result<Proof, ProofError> check_request_proof(const Dependencies& dependencies, const web::Request& request,
                                              std::string_view text, ClientPolicy policy,
                                              std::optional<std::string_view> access_token) {
  const auto url = dependencies.base_url.of(request) + request.path;
  return check_proof(text, {.method = web::name(request.method),
                            .url = url,
                            .now = dependencies.clock.now(),
                            .access_token = access_token,
                            .policy = policy});
}

web::Outcome use_proof_up(const Dependencies& dependencies, const web::Request& request, const RealmId& realm,
                          Proof proof, std::move_only_function<web::Outcome(bool first)> next) {
  return web::then(
      web::Lane::kStore,
      [&dependencies, &request, realm, proof = std::move(proof), next = std::move(next)]() mutable -> web::Outcome {
        const auto& repositories = dependencies.repositories;
        const auto taken = write_to(repositories.store, [&](Tx& tx) {
          return repositories.used_ids.take(tx, realm, proof.used_id, proof.expires_at);
        });
        if (!taken) return store_failed(dependencies, request, taken.error());
        return web::then(web::Lane::kInline,
                         [next = std::move(next), first = *taken]() mutable { return next(first); });
      });
}

}  // namespace cardea::oidc
