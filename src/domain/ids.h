// Ids of records. All are UUID text made by us or kept from an imported realm file, except where said.
#pragma once

#include "base/id.h"

namespace cardea {

using RealmId = Id<struct RealmTag>;
using ClientId = Id<struct ClientTag>;  // the internal id; the OAuth client_id is plain text in Client::client_id
using UserId = Id<struct UserTag>;
using RoleId = Id<struct RoleTag>;
using GroupId = Id<struct GroupTag>;
using ScopeId = Id<struct ScopeTag>;
using CredentialId = Id<struct CredentialTag>;
using OrganizationId = Id<struct OrganizationTag>;
using KeyId = Id<struct KeyTag>;
using SessionId = Id<struct SessionTag>;  // an unguessable handle; `sid` on the wire

}  // namespace cardea
