// Identity providers and their mappers (keycloak.md sections 5.6, 5.7 and 6.10): kept with the realm.
#pragma once

#include "admin/seam/call.h"

namespace cardea::admin {

/// A provider of the realm as the API shows it: its secret masked.
[[nodiscard]] json::object identity_provider_json(const json::object& provider);

/// URLs of a provider are called by the server: https, or our own machine (attack class 10).
[[nodiscard]] Or<void> check_provider_urls(const Realm& realm, const json::object& config);

Answer list_identity_providers(Call& call);
Answer create_identity_provider(Call& call);
Answer get_identity_provider(Call& call);
Answer export_identity_provider(Call& call);
Answer update_identity_provider(Call& call);
Answer delete_identity_provider(Call& call);
Answer list_idp_mapper_types(Call& call);
Answer list_idp_mappers(Call& call);
Answer create_idp_mapper(Call& call);
Answer get_idp_mapper(Call& call);
Answer update_idp_mapper(Call& call);
Answer delete_idp_mapper(Call& call);
Answer get_idp_provider_type(Call& call);

/// `{"providerId", "fromUrl"}`, or a form with a `file`: what the discovery document at that address or in that file
/// says, as a provider's config.
Prepared ask_provider_config(Call& call);
Answer import_provider_config(Call& call);

}  // namespace cardea::admin
