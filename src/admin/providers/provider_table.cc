// The rows of components and identity providers (keycloak.md sections 6.10 and 6.12).
#include "admin/providers/component_handlers.h"
#include "admin/providers/identity_provider_handlers.h"
#include "admin/providers/key_removal.h"
#include "admin/providers/property_mapping_handlers.h"
#include "admin/providers/provider_certificate.h"
#include "admin/providers/provider_keys.h"
#include "admin/providers/scim_token.h"
#include "admin/seam/operation.h"
#include "admin/seam/permissions.h"

namespace cardea::admin {
namespace {

using enum AdminRole;
using enum web::Method;
using enum Mode;

#define REALM "/admin/realms/{realm}"
#define COMPONENTS REALM "/components"
#define IDPS REALM "/identity-provider/instances"
#define IDP IDPS "/{alias}"

constexpr Operation kRows[] = {
    {kGet, COMPONENTS, "listComponents", kSeeRealm, kRead, &list_components},
    {kPost,
     COMPONENTS,
     "createComponent",
     kChangeRealm,
     kHashed,
     &create_component,
     "COMPONENT",
     {},
     &prepare_component},
    {kGet, COMPONENTS "/{componentId}", "getComponent", kSeeRealm, kRead, &get_component},
    {kPut,
     COMPONENTS "/{componentId}",
     "updateComponent",
     kChangeRealm,
     kHashed,
     &update_component,
     "COMPONENT",
     {},
     &prepare_key_removal},
    {kDelete,
     COMPONENTS "/{componentId}",
     "deleteComponent",
     kChangeRealm,
     kHashed,
     &delete_component,
     "COMPONENT",
     {},
     &prepare_key_removal},
    {kGet, COMPONENTS "/{componentId}/sub-component-types", "listSubComponentTypes", kSeeRealm, kRead,
     &list_sub_component_types},
    {kGet, REALM "/client-registration-policy/providers", "listRegistrationPolicies", kSeeRealm, kRead,
     &list_registration_policies},

    {kGet, IDPS, "listIdentityProviders", kSeeIdentityProviders, kRead, &list_identity_providers},
    {kPost, IDPS, "createIdentityProvider", kChangeIdentityProviders, kWrite, &create_identity_provider,
     "IDENTITY_PROVIDER"},
    {kGet, IDP, "getIdentityProvider", kSeeIdentityProviders, kRead, &get_identity_provider},
    {kPut, IDP, "updateIdentityProvider", kChangeIdentityProviders, kWrite, &update_identity_provider,
     "IDENTITY_PROVIDER"},
    {kDelete, IDP, "deleteIdentityProvider", kChangeIdentityProviders, kWrite, &delete_identity_provider,
     "IDENTITY_PROVIDER"},
    {kGet, IDP "/export", "exportIdentityProvider", kSeeIdentityProviders, kRead, &export_identity_provider},
    {kGet, IDP "/mapper-types", "listIdpMapperTypes", kSeeIdentityProviders, kRead, &list_idp_mapper_types},
    {kGet, IDP "/mappers", "listIdpMappers", kSeeIdentityProviders, kRead, &list_idp_mappers},
    {kPost, IDP "/mappers", "createIdpMapper", kChangeIdentityProviders, kWrite, &create_idp_mapper,
     "IDENTITY_PROVIDER_MAPPER"},
    {kPost, IDP "/try-property-mapping", "tryPropertyMapping", kChangeIdentityProviders, kRead, &try_property_mapping},
    {kGet, IDP "/mappers/{mapperId}", "getIdpMapper", kSeeIdentityProviders, kRead, &get_idp_mapper},
    {kPut, IDP "/mappers/{mapperId}", "updateIdpMapper", kChangeIdentityProviders, kWrite, &update_idp_mapper,
     "IDENTITY_PROVIDER_MAPPER"},
    {kDelete, IDP "/mappers/{mapperId}", "deleteIdpMapper", kChangeIdentityProviders, kWrite, &delete_idp_mapper,
     "IDENTITY_PROVIDER_MAPPER"},
    {kPost,
     REALM "/identity-provider/import-config",
     "importProviderConfig",
     kChangeIdentityProviders,
     kCalls,
     &import_provider_config,
     {},
     {},
     &ask_provider_config},
    {kGet,
     IDP "/reload-keys",
     "reloadProviderKeys",
     kChangeIdentityProviders,
     kCalls,
     &reload_provider_keys,
     {},
     {},
     &ask_provider_keys},
    {kPost, IDP "/scim-token", "makeScimToken", kChangeIdentityProviders, kWrite, &make_scim_token, "IDENTITY_PROVIDER",
     "ACTION"},
    {kDelete, IDP "/scim-token", "removeScimToken", kChangeIdentityProviders, kWrite, &remove_scim_token,
     "IDENTITY_PROVIDER", "ACTION"},
    {kPost, REALM "/identity-provider/upload-certificate", "readProviderCertificate", kChangeIdentityProviders, kWrite,
     &read_provider_certificate},
    {kGet, REALM "/identity-provider/providers/{providerId}", "getIdpProviderType", kSeeIdentityProviders, kRead,
     &get_idp_provider_type},
};

#undef REALM
#undef COMPONENTS
#undef IDPS
#undef IDP

}  // namespace

std::span<const Operation> provider_operations() { return kRows; }

}  // namespace cardea::admin
