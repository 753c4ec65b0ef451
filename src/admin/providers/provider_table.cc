// The rows of components and identity providers (keycloak.md sections 6.10 and 6.12).
#include "admin/providers/component_handlers.h"
#include "admin/providers/identity_provider_handlers.h"
#include "admin/providers/provider_certificate.h"
#include "admin/seam/operation.h"

namespace cardea::admin {
namespace {

using enum AdminRole;
using enum web::Method;
using enum Mode;

constexpr auto kSee = needs({kViewRealm, kManageRealm});
constexpr auto kChange = needs({kManageRealm});
constexpr auto kSeeIdp = needs({kViewIdentityProviders, kManageIdentityProviders});
constexpr auto kChangeIdp = needs({kManageIdentityProviders});

#define REALM "/admin/realms/{realm}"
#define COMPONENTS REALM "/components"
#define IDPS REALM "/identity-provider/instances"
#define IDP IDPS "/{alias}"

constexpr Operation kRows[] = {
    {kGet, COMPONENTS, "listComponents", kSee, kRead, &list_components},
    {kPost, COMPONENTS, "createComponent", kChange, kHashed, &create_component, "COMPONENT", {}, &prepare_component},
    {kGet, COMPONENTS "/{componentId}", "getComponent", kSee, kRead, &get_component},
    {kPut, COMPONENTS "/{componentId}", "updateComponent", kChange, kWrite, &update_component, "COMPONENT"},
    {kDelete, COMPONENTS "/{componentId}", "deleteComponent", kChange, kWrite, &delete_component, "COMPONENT"},
    {kGet, COMPONENTS "/{componentId}/sub-component-types", "listSubComponentTypes", kSee, kRead,
     &list_sub_component_types},
    {kGet, REALM "/client-registration-policy/providers", "listRegistrationPolicies", kSee, kRead,
     &list_registration_policies},

    {kGet, IDPS, "listIdentityProviders", kSeeIdp, kRead, &list_identity_providers},
    {kPost, IDPS, "createIdentityProvider", kChangeIdp, kWrite, &create_identity_provider, "IDENTITY_PROVIDER"},
    {kGet, IDP, "getIdentityProvider", kSeeIdp, kRead, &get_identity_provider},
    {kPut, IDP, "updateIdentityProvider", kChangeIdp, kWrite, &update_identity_provider, "IDENTITY_PROVIDER"},
    {kDelete, IDP, "deleteIdentityProvider", kChangeIdp, kWrite, &delete_identity_provider, "IDENTITY_PROVIDER"},
    {kGet, IDP "/mapper-types", "listIdpMapperTypes", kSeeIdp, kRead, &list_idp_mapper_types},
    {kGet, IDP "/mappers", "listIdpMappers", kSeeIdp, kRead, &list_idp_mappers},
    {kPost, IDP "/mappers", "createIdpMapper", kChangeIdp, kWrite, &create_idp_mapper, "IDENTITY_PROVIDER_MAPPER"},
    {kGet, IDP "/mappers/{mapperId}", "getIdpMapper", kSeeIdp, kRead, &get_idp_mapper},
    {kPut, IDP "/mappers/{mapperId}", "updateIdpMapper", kChangeIdp, kWrite, &update_idp_mapper,
     "IDENTITY_PROVIDER_MAPPER"},
    {kDelete, IDP "/mappers/{mapperId}", "deleteIdpMapper", kChangeIdp, kWrite, &delete_idp_mapper,
     "IDENTITY_PROVIDER_MAPPER"},
    {kPost,
     REALM "/identity-provider/import-config",
     "importProviderConfig",
     kChangeIdp,
     kCalls,
     &import_provider_config,
     {},
     {},
     &ask_provider_config},
    {kPost, REALM "/identity-provider/upload-certificate", "readProviderCertificate", kChangeIdp, kWrite,
     &read_provider_certificate},
    {kGet, REALM "/identity-provider/providers/{providerId}", "getIdpProviderType", kSeeIdp, kRead,
     &get_idp_provider_type},
};

#undef REALM
#undef COMPONENTS
#undef IDPS
#undef IDP

}  // namespace

std::span<const Operation> provider_operations() { return kRows; }

}  // namespace cardea::admin
